/// HOTA: detection and association in one figure, at 19 degrees of overlap.
///
/// J. Luiten, A. Ošep, P. Dendorfer, P. Torr, A. Geiger, L. Leal-Taixé and B. Leibe, "HOTA: A Higher Order Metric for
/// Evaluating Multi-Object Tracking", International Journal of Computer Vision 129, 2021. Boxes are paired once per
/// frame, for the largest sum of overlap times the alignment of the two identities over the sequence; which pairs are
/// true positives depends on the threshold α, 0.05 to 0.95. Figures are means over α.
///
/// Kept as counts and sums for each threshold: figures of several sequences are those of the sums.
public struct HOTAMetrics: Sendable, Hashable {
    /// α: the overlap that a true positive needs.
    public static let thresholds = (0..<19).map { 0.05 + Double($0) * 0.05 }

    /// Pairs at each threshold.
    public var truePositives = [Int](repeating: 0, count: thresholds.count)
    /// Boxes of the ground truth.
    public var groundTruthCount = 0
    /// Boxes of the results.
    public var resultCount = 0
    /// At each threshold, over the true positives: their overlap, and the association accuracy, recall and precision
    /// of their identities.
    public var overlapSums = [Double](repeating: 0, count: thresholds.count)
    public var associationSums = [Double](repeating: 0, count: thresholds.count)
    public var associationRecallSums = [Double](repeating: 0, count: thresholds.count)
    public var associationPrecisionSums = [Double](repeating: 0, count: thresholds.count)

    public init() {}

    /// HOTA: the geometric mean of ``detA`` and ``assA`` at each threshold.
    public var hota: Double { mean { (detA($0) * assA($0)).squareRoot() } }
    /// DetA: true positives among all boxes of either side, a pair counted once.
    public var detA: Double { mean(detA) }
    /// AssA: the frames that the two identities of a true positive share, among the frames of either.
    public var assA: Double { mean(assA) }
    /// LocA: the overlap of the true positives; 1 where there is none.
    public var locA: Double { mean(locA) }
    /// DetRe: the share of the ground truth's boxes that are true positives.
    public var detRe: Double { mean(detRe) }
    /// DetPr: the share of the results' boxes that are true positives.
    public var detPr: Double { mean { ratio(Double(truePositives[$0]), Double(resultCount)) } }
    /// AssRe: as ``assA``, among the frames of the object.
    public var assRe: Double { mean { perPair(associationRecallSums[$0], $0) } }
    /// AssPr: as ``assA``, among the frames of the result.
    public var assPr: Double { mean { perPair(associationPrecisionSums[$0], $0) } }
    /// OWTA: the geometric mean of ``detRe`` and ``assA`` at each threshold, which forgives false positives.
    public var owta: Double { mean { (detRe($0) * assA($0)).squareRoot() } }
    /// HOTA at the lowest threshold.
    public var lowestHOTA: Double { (detA(0) * assA(0)).squareRoot() }
    /// LocA at the lowest threshold.
    public var lowestLocA: Double { locA(0) }

    private func detA(_ index: Int) -> Double {
        ratio(Double(truePositives[index]), Double(groundTruthCount + resultCount - truePositives[index]))
    }
    private func detRe(_ index: Int) -> Double { ratio(Double(truePositives[index]), Double(groundTruthCount)) }
    private func assA(_ index: Int) -> Double { perPair(associationSums[index], index) }
    private func locA(_ index: Int) -> Double { truePositives[index] > 0 ? perPair(overlapSums[index], index) : 1 }
    private func perPair(_ sum: Double, _ index: Int) -> Double { ratio(sum, Double(truePositives[index])) }
    private func mean(_ figure: (Int) -> Double) -> Double {
        Self.thresholds.indices.reduce(0) { $0 + figure($1) } / Double(Self.thresholds.count)
    }

    /// Adds the counts and sums of another sequence.
    public static func += (sum: inout HOTAMetrics, other: HOTAMetrics) {
        sum.groundTruthCount += other.groundTruthCount
        sum.resultCount += other.resultCount
        for index in thresholds.indices {
            sum.truePositives[index] += other.truePositives[index]
            sum.overlapSums[index] += other.overlapSums[index]
            sum.associationSums[index] += other.associationSums[index]
            sum.associationRecallSums[index] += other.associationRecallSums[index]
            sum.associationPrecisionSums[index] += other.associationPrecisionSums[index]
        }
    }
}

extension HOTAMetrics {
    init(_ table: OverlapTable) {
        groundTruthCount = table.truths.count
        resultCount = table.results.count
        let alignment = Self.alignment(table)
        let levels = Self.thresholds.count
        /// How often each pair of identities was matched, by the highest threshold that the overlap reaches.
        var matches = [Int32](repeating: 0, count: table.pairs.count * levels)
        var edges: [SparseAssignment.Edge] = []
        var assignment = SparseAssignment()
        for frame in table.frames where !frame.overlaps.isEmpty {
            edges.removeAll(keepingCapacity: true)
            for overlap in table.overlaps[frame.overlaps] {
                edges.append(
                    SparseAssignment.Edge(
                        row: overlap.truth, column: overlap.result, weight: alignment[overlap.pair] * overlap.iou))
            }
            assignment.solve(edges, rows: frame.truths.count, columns: frame.results.count)
            for index in assignment.chosen {
                let overlap = table.overlaps[frame.overlaps.lowerBound + index]
                var level = -1
                while level + 1 < levels, overlap.iou >= Self.thresholds[level + 1] - .ulpOfOne {
                    level += 1
                    truePositives[level] += 1
                    overlapSums[level] += overlap.iou
                }
                if level >= 0 { matches[overlap.pair * levels + level] += 1 }
            }
        }
        for (number, pair) in table.pairs.enumerated() {
            let (truthFrames, resultFrames) = (table.truthCounts[pair.truth], table.resultCounts[pair.result])
            var shared = 0
            for level in stride(from: levels - 1, through: 0, by: -1) {
                shared += Int(matches[number * levels + level])
                guard shared > 0 else { continue }
                // Each of the shared true positives has the same association figures.
                let weight = Double(shared) * Double(shared)
                associationSums[level] += weight / Double(truthFrames + resultFrames - shared)
                associationRecallSums[level] += weight / Double(truthFrames)
                associationPrecisionSums[level] += weight / Double(resultFrames)
            }
        }
    }

    /// For each pair, over the sequence: the frames that both could share, soft, among the frames of either.
    private static func alignment(_ table: OverlapTable) -> [Double] {
        var potential = [Double](repeating: 0, count: table.pairs.count)
        var truthSums: [Double] = []
        var resultSums: [Double] = []
        for frame in table.frames {
            truthSums = [Double](repeating: 0, count: frame.truths.count)
            resultSums = [Double](repeating: 0, count: frame.results.count)
            for overlap in table.overlaps[frame.overlaps] {
                truthSums[overlap.truth] += overlap.iou
                resultSums[overlap.result] += overlap.iou
            }
            for overlap in table.overlaps[frame.overlaps] {
                potential[overlap.pair] +=
                    overlap.iou / (truthSums[overlap.truth] + resultSums[overlap.result] - overlap.iou)
            }
        }
        return table.pairs.indices.map { index in
            let (truth, result) = table.pairs[index]
            return potential[index] / (Double(table.truthCounts[truth] + table.resultCounts[result]) - potential[index])
        }
    }
}
