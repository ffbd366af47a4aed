internal import Vision

/// Turns YOLOv8's raw output into detections.
///
/// The output is a matrix of `4 + classes` rows and one column per anchor: centre x, centre y, width and height in input
/// pixels, then one score per class. There is no separate objectness (which YOLOv5 had).
final class YOLOv8OutputDecoder {
    private let classCount: Int
    private let anchorCount: Int
    /// The greatest float that does not pass.
    private let confidence: Float
    /// Whether a class is asked for; nil where all are.
    private let isWanted: [Bool]?
    private let suppression: NonMaximumSuppression
    /// Per anchor of the block at hand, the best score of all classes.
    private let best: UnsafeMutableBufferPointer<Float>
    private var candidates: [BoxCandidate] = []

    /// As many anchors are scanned at a time as leave the scratch memory in the first-level cache.
    private static let blockSize = 2048

    init(
        classCount: Int, anchorCount: Int, confidence: Double, wantedClasses: Set<Int>?,
        suppression: NonMaximumSuppression
    ) {
        self.classCount = classCount
        self.anchorCount = anchorCount
        self.confidence = confidence.roundedDownToFloat
        self.suppression = suppression
        isWanted = wantedClasses.map { wanted in (0..<classCount).map(wanted.contains) }
        best = .allocate(capacity: min(Self.blockSize, anchorCount))
        best.initialize(repeating: 0)
        candidates.reserveCapacity(min(anchorCount, 1024))
    }

    deinit { best.deallocate() }

    /// - Parameter output: `(4 + classCount) × anchorCount` floats, row after row.
    /// - Returns: at most as many detections as the suppression's limit, most confident first, in picture pixels.
    func decode(_ output: UnsafeBufferPointer<Float>, letterbox: Letterbox) -> [Detection] {
        precondition(output.count == (4 + classCount) * anchorCount)
        candidates.removeAll(keepingCapacity: true)
        if let values = output.baseAddress { collectCandidates(values) }
        suppression.apply(to: &candidates)
        return candidates.map { candidate in
            Detection(
                box: letterbox.toSource(x1: candidate.x1, y1: candidate.y1, x2: candidate.x2, y2: candidate.y2),
                confidence: Double(candidate.score), classID: Int(candidate.classID))
        }
    }

    private func collectCandidates(_ output: UnsafePointer<Float>) {
        guard let best = best.baseAddress else { return }
        var start = 0
        while start < anchorCount {
            let count = min(Self.blockSize, anchorCount - start)
            let scores = output + 4 * anchorCount + start
            Self.maximum(of: scores, rows: classCount, stride: anchorCount, count: count, into: best)
            for offset in 0..<count where best[offset] > confidence {
                addCandidate(output, anchor: start + offset, score: best[offset])
            }
            start += count
        }
    }

    /// The greatest value of each of `count` columns. Whole rows are read, which is what makes it fast: the columns lie
    /// far apart in memory. NaN is greater than nothing.
    private static func maximum(
        of values: UnsafePointer<Float>, rows: Int, stride: Int, count: Int, into best: UnsafeMutablePointer<Float>
    ) {
        best.update(repeating: -.infinity, count: count)
        var row = values
        for _ in 0..<rows {
            var column = 0
            while column < count {
                let value = row[column]
                best[column] = value > best[column] ? value : best[column]
                column &+= 1
            }
            row += stride
        }
    }

    private func addCandidate(_ output: UnsafePointer<Float>, anchor: Int, score: Float) {
        // Of equal scores the lowest class counts, as `argmax` has it.
        var classID = 0
        while output[(4 + classID) * anchorCount + anchor] != score { classID += 1 }
        if let isWanted, !isWanted[classID] { return }
        let x = output[anchor]
        let y = output[anchorCount + anchor]
        let halfWidth = output[2 * anchorCount + anchor] / 2
        let halfHeight = output[3 * anchorCount + anchor] / 2
        let candidate = BoxCandidate(
            x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight, score: score,
            classID: Int32(classID), index: Int32(anchor))
        // A network that overflows writes infinities and NaN, which are no place in a picture.
        guard candidate.x1.isFinite, candidate.y1.isFinite, candidate.x2.isFinite, candidate.y2.isFinite else { return }
        candidates.append(candidate)
    }
}
