/// All figures about one tracker on one sequence, or on several combined.
public struct TrackingMetrics: Sendable, Hashable {
    public var clear = CLEARMetrics()
    public var identity = IdentityMetrics()
    public var hota = HOTAMetrics()
    /// How many identities the ground truth has.
    public var groundTruthIdentityCount = 0
    /// How many identities the results have.
    public var resultIdentityCount = 0

    public init() {}

    init(_ table: OverlapTable, convention: EvaluationConvention) {
        clear = CLEARMetrics(table, likeTrackEval: convention != .lapwing)
        identity = IdentityMetrics(table)
        hota = HOTAMetrics(table)
        groundTruthIdentityCount = table.truthCounts.count
        resultIdentityCount = table.resultCounts.count
    }

    /// Adds another sequence or class: counts and sums are added, and figures follow from them.
    public static func += (sum: inout TrackingMetrics, other: TrackingMetrics) {
        sum.clear += other.clear
        sum.identity += other.identity
        sum.hota += other.hota
        sum.groundTruthIdentityCount += other.groundTruthIdentityCount
        sum.resultIdentityCount += other.resultIdentityCount
    }

    /// A number as it is written: a count, or a share of 1.
    public enum Figure: Sendable, Hashable {
        case count(Int)
        case share(Double)
    }

    /// Every figure under the name that TrackEval's tables give it, in their order.
    public var figures: [(name: String, value: Figure)] {
        let rates = clear.trackRates
        return [
            ("HOTA", .share(hota.hota)), ("DetA", .share(hota.detA)), ("AssA", .share(hota.assA)),
            ("DetRe", .share(hota.detRe)), ("DetPr", .share(hota.detPr)), ("AssRe", .share(hota.assRe)),
            ("AssPr", .share(hota.assPr)), ("LocA", .share(hota.locA)), ("OWTA", .share(hota.owta)),
            ("HOTA0", .share(hota.lowestHOTA)), ("LocA0", .share(hota.lowestLocA)), ("MOTA", .share(clear.mota)),
            ("MOTP", .share(clear.motp)), ("MODA", .share(clear.moda)), ("Recall", .share(clear.recall)),
            ("Precision", .share(clear.precision)), ("MTR", .share(rates.mostlyTracked)),
            ("PTR", .share(rates.partiallyTracked)), ("MLR", .share(rates.mostlyLost)), ("sMOTA", .share(clear.smota)),
            ("TP", .count(clear.truePositives)), ("FN", .count(clear.falseNegatives)),
            ("FP", .count(clear.falsePositives)), ("IDSW", .count(clear.identitySwitches)),
            ("MT", .count(clear.mostlyTracked)), ("PT", .count(clear.partiallyTracked)),
            ("ML", .count(clear.mostlyLost)),
            ("Frag", .count(clear.fragmentations)), ("IDF1", .share(identity.idf1)), ("IDR", .share(identity.idr)),
            ("IDP", .share(identity.idp)), ("IDTP", .count(identity.truePositives)),
            ("IDFN", .count(identity.falseNegatives)), ("IDFP", .count(identity.falsePositives)),
            ("Dets", .count(hota.resultCount)), ("GT_Dets", .count(hota.groundTruthCount)),
            ("IDs", .count(resultIdentityCount)), ("GT_IDs", .count(groundTruthIdentityCount)),
        ]
    }
}
