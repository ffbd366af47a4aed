import Vision

/// Which boxes of ground truth and results overlap, frame by frame: all that the metrics look at.
///
/// Flat arrays that grow with the boxes and with the overlaps, not with the frames times the identities.
struct OverlapTable {
    /// One box of a frame.
    struct Item {
        var id: Int
        var box: BoundingBox
    }

    /// Two boxes of a frame whose intersection over union is above 0.
    struct Overlap {
        /// Places within the frame.
        var truth: Int
        var result: Int
        /// Index in ``pairs``.
        var pair: Int
        var iou: Double
    }

    /// A frame that has any box; ranges of ``truths``, ``results`` and ``overlaps``.
    struct Frame {
        var truths: Range<Int>
        var results: Range<Int>
        var overlaps: Range<Int>
    }

    private(set) var frames: [Frame] = []
    /// The identity of each box, numbered from 0 in order of appearance.
    private(set) var truths: [Int] = []
    private(set) var results: [Int] = []
    private(set) var overlaps: [Overlap] = []
    /// In how many frames each identity is.
    private(set) var truthCounts: [Int] = []
    private(set) var resultCounts: [Int] = []
    /// The identities of ground truth and results that overlap in at least one frame.
    private(set) var pairs: [(truth: Int, result: Int)] = []

    private var truthNumbers: [Int: Int] = [:]
    private var resultNumbers: [Int: Int] = [:]
    /// Where a pair stands in ``pairs``; only asked, never walked through.
    private var pairNumbers: [Pair: Int] = [:]

    private struct Pair: Hashable {
        var truth: Int
        var result: Int
    }

    /// Adds the boxes of the next frame; one without any adds nothing.
    mutating func append(truths newTruths: [Item], results newResults: [Item]) {
        guard !newTruths.isEmpty || !newResults.isEmpty else { return }
        let starts = (truths.count, results.count, overlaps.count)
        for item in newTruths {
            truths.append(Self.number(item.id, &truthNumbers, &truthCounts))
        }
        for item in newResults {
            results.append(Self.number(item.id, &resultNumbers, &resultCounts))
        }
        for (row, truth) in newTruths.enumerated() {
            for (column, result) in newResults.enumerated() {
                let iou = truth.box.intersectionOverUnion(result.box)
                guard iou > 0 else { continue }
                let pair = Pair(truth: truths[starts.0 + row], result: results[starts.1 + column])
                let number = pairNumbers[pair] ?? pairs.count
                if number == pairs.count {
                    pairNumbers[pair] = number
                    pairs.append((pair.truth, pair.result))
                }
                overlaps.append(Overlap(truth: row, result: column, pair: number, iou: iou))
            }
        }
        frames.append(
            Frame(
                truths: starts.0..<truths.count, results: starts.1..<results.count,
                overlaps: starts.2..<overlaps.count))
    }

    private static func number(_ id: Int, _ numbers: inout [Int: Int], _ counts: inout [Int]) -> Int {
        if let number = numbers[id] {
            counts[number] += 1
            return number
        }
        numbers[id] = counts.count
        counts.append(1)
        return counts.count - 1
    }
}

/// The share of one number in another; 0 where there is nothing to have a share in.
func ratio(_ part: Double, _ whole: Double) -> Double {
    whole > 0 ? part / whole : 0
}
