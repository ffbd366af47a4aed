/// Identity: how much of every object lies in the one result that fits it best over the whole sequence.
///
/// E. Ristani, F. Solera, R. Zou, R. Cucchiara and C. Tomasi, "Performance Measures and a Data Set for Multi-Target,
/// Multi-Camera Tracking", ECCV Workshops 2016. Identities of ground truth and results are paired one to one so that as
/// many boxes as possible overlap by at least 0.5 with their partner's.
public struct IdentityMetrics: Sendable, Hashable {
    /// IDTP: boxes that lie on those of the identity's partner.
    public var truePositives = 0
    /// IDFP: the other boxes of the results.
    public var falsePositives = 0
    /// IDFN: the other boxes of the ground truth.
    public var falseNegatives = 0

    public init() {}

    /// IDF1: the harmonic mean of ``idp`` and ``idr``; 0 where there is no box at all.
    public var idf1: Double {
        ratio(Double(truePositives), Double(truePositives) + 0.5 * Double(falsePositives + falseNegatives))
    }
    /// IDP: the share of the results' boxes that are identity true positives.
    public var idp: Double { ratio(Double(truePositives), Double(truePositives + falsePositives)) }
    /// IDR: the share of the ground truth's boxes that are identity true positives.
    public var idr: Double { ratio(Double(truePositives), Double(truePositives + falseNegatives)) }

    /// Adds the counts of another sequence.
    public static func += (sum: inout IdentityMetrics, other: IdentityMetrics) {
        sum.truePositives += other.truePositives
        sum.falsePositives += other.falsePositives
        sum.falseNegatives += other.falseNegatives
    }
}

extension IdentityMetrics {
    init(_ table: OverlapTable) {
        var together = [Int](repeating: 0, count: table.pairs.count)
        for overlap in table.overlaps where overlap.iou >= CLEARMetrics.threshold { together[overlap.pair] += 1 }
        // The paper minimises false positives and negatives of the pairs; whatever is unpaired counts as false on its
        // side, so that is to maximise the true positives.
        let edges = table.pairs.indices.filter { together[$0] > 0 }.map {
            SparseAssignment.Edge(
                row: table.pairs[$0].truth, column: table.pairs[$0].result, weight: Double(together[$0]))
        }
        var assignment = SparseAssignment()
        assignment.solve(edges, rows: table.truthCounts.count, columns: table.resultCounts.count)
        truePositives = assignment.chosen.reduce(0) { $0 + Int(edges[$1].weight) }
        falsePositives = table.results.count - truePositives
        falseNegatives = table.truths.count - truePositives
    }
}
