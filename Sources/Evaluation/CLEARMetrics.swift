/// CLEAR MOT: how many boxes are found, missed and made up, and how often an identity changes.
///
/// K. Bernardin and R. Stiefelhagen, "Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics", EURASIP
/// Journal on Image and Video Processing, 2008, with the overlap of boxes in place of a distance, at least 0.5. In each
/// frame, pairs of the frame before go first; the rest is paired for the largest summed overlap. Track quality (MT, PT, ML) is that of B. Wu and R.
/// Nevatia, "Tracking of Multiple, Partially Occluded Humans based on Static Body Part Detection", CVPR 2006.
///
/// Everything is a count or a sum; figures of several sequences are those of the summed counts.
public struct CLEARMetrics: Sendable, Hashable {
    /// TP: boxes of ground truth that were found.
    public var truePositives = 0
    /// FP: boxes of the results that match nothing.
    public var falsePositives = 0
    /// FN: boxes of ground truth that were missed.
    public var falseNegatives = 0
    /// IDSW: how often an object is found under another identity than the last time.
    public var identitySwitches = 0
    /// Frag: how often an object is found again after it had been lost.
    public var fragmentations = 0
    /// MT: objects found in more than 80 % of their frames.
    public var mostlyTracked = 0
    /// PT: objects found in 20 % to 80 % of their frames.
    public var partiallyTracked = 0
    /// ML: objects found in less than 20 % of their frames.
    public var mostlyLost = 0
    /// The overlaps of all true positives, summed.
    public var overlapSum = 0.0

    public init() {}

    /// The overlap from which a result may count as having found an object.
    static let threshold = 0.5

    /// MOTA: 1 less the misses, false positives and identity switches per box of ground truth. Down to −∞; 0 without
    /// ground truth.
    public var mota: Double { perTruth(truePositives - falsePositives - identitySwitches) }
    /// MODA: as MOTA, with no regard to identities.
    public var moda: Double { perTruth(truePositives - falsePositives) }
    /// sMOTA: as MOTA, with each true positive weighed by its overlap.
    public var smota: Double {
        ratio(overlapSum - Double(falsePositives + identitySwitches), Double(groundTruthCount))
    }
    /// MOTP: the mean overlap of the true positives.
    public var motp: Double { ratio(overlapSum, Double(truePositives)) }
    /// The share of the ground truth that was found.
    public var recall: Double { perTruth(truePositives) }
    /// The share of the results that found something.
    public var precision: Double { ratio(Double(truePositives), Double(truePositives + falsePositives)) }
    /// MTR, PTR, MLR: the shares of mostly tracked, partially tracked and mostly lost objects; of none, all are lost.
    public var trackRates: (mostlyTracked: Double, partiallyTracked: Double, mostlyLost: Double) {
        let all = Double(mostlyTracked + partiallyTracked + mostlyLost)
        return (
            ratio(Double(mostlyTracked), all), ratio(Double(partiallyTracked), all),
            all > 0 ? Double(mostlyLost) / all : 1
        )
    }

    private var groundTruthCount: Int { truePositives + falseNegatives }

    private func perTruth(_ count: Int) -> Double { ratio(Double(count), Double(groundTruthCount)) }

    /// Adds the counts of another sequence.
    public static func += (sum: inout CLEARMetrics, other: CLEARMetrics) {
        sum.truePositives += other.truePositives
        sum.falsePositives += other.falsePositives
        sum.falseNegatives += other.falseNegatives
        sum.identitySwitches += other.identitySwitches
        sum.fragmentations += other.fragmentations
        sum.mostlyTracked += other.mostlyTracked
        sum.partiallyTracked += other.partiallyTracked
        sum.mostlyLost += other.mostlyLost
        sum.overlapSum += other.overlapSum
    }
}

extension CLEARMetrics {
    /// - Parameter likeTrackEval: whether pairs of the frame before are kept as TrackEval keeps them: forgotten where
    ///   ground truth leaves the object out, not forgotten in frames without any results. Otherwise they are forgotten
    ///   where the object is missed, and nowhere else, so that to be ignored for a while is no fragmentation.
    init(_ table: OverlapTable, likeTrackEval: Bool) {
        let objects = table.truthCounts.count
        /// The identity that each object was found under the last time, any number of frames ago; −1 for never.
        var lastResult = [Int](repeating: -1, count: objects)
        /// The same for the frame before only.
        var previous = [Int](repeating: -1, count: objects)
        var foundBefore: [Int] = []
        var foundNow: [Int] = []
        /// In how many frames each object was found, and how many times that began.
        var found = [Int](repeating: 0, count: objects)
        var begun = [Int](repeating: 0, count: objects)
        var edges: [SparseAssignment.Edge] = []
        var overlaps: [Double] = []
        var assignment = SparseAssignment()
        for frame in table.frames {
            guard !frame.truths.isEmpty, !frame.results.isEmpty else {
                if !likeTrackEval { for truth in table.truths[frame.truths] { previous[truth] = -1 } }
                falsePositives += frame.results.count
                falseNegatives += frame.truths.count
                continue
            }
            edges.removeAll(keepingCapacity: true)
            overlaps.removeAll(keepingCapacity: true)
            for overlap in table.overlaps[frame.overlaps] where overlap.iou >= Self.threshold - .ulpOfOne {
                let pair = table.pairs[overlap.pair]
                // A pair of the frame before is worth more than all that could be gained by giving it up.
                let weight = overlap.iou + (previous[pair.truth] == pair.result ? 1000 : 0)
                edges.append(SparseAssignment.Edge(row: overlap.truth, column: overlap.result, weight: weight))
                overlaps.append(overlap.iou)
            }
            assignment.solve(edges, rows: frame.truths.count, columns: frame.results.count)
            foundNow.removeAll(keepingCapacity: true)
            for index in assignment.chosen {
                let truth = table.truths[frame.truths.lowerBound + edges[index].row]
                let result = table.results[frame.results.lowerBound + edges[index].column]
                if lastResult[truth] >= 0, lastResult[truth] != result { identitySwitches += 1 }
                if previous[truth] < 0 { begun[truth] += 1 }
                lastResult[truth] = result
                found[truth] += 1
                foundNow.append(truth)
                overlapSum += overlaps[index]
            }
            for truth in likeTrackEval ? foundBefore[...] : table.truths[frame.truths] { previous[truth] = -1 }
            for truth in foundNow { previous[truth] = lastResult[truth] }
            swap(&foundBefore, &foundNow)
            truePositives += assignment.chosen.count
            falsePositives += frame.results.count - assignment.chosen.count
            falseNegatives += frame.truths.count - assignment.chosen.count
        }
        for object in 0..<objects {
            fragmentations += max(begun[object] - 1, 0)
            let share = Double(found[object]) / Double(table.truthCounts[object])
            if share > 0.8 {
                mostlyTracked += 1
            } else if share >= 0.2 {
                partiallyTracked += 1
            } else {
                mostlyLost += 1
            }
        }
    }
}
