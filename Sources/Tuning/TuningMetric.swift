public import Evaluation

/// What settings are chosen for.
public enum TuningMetric: String, Sendable, CaseIterable {
    case hota
    case assa
    case deta
    case idf1
    case mota

    /// The name as its paper writes it.
    public var displayName: String {
        switch self {
        case .hota: "HOTA"
        case .assa: "AssA"
        case .deta: "DetA"
        case .idf1: "IDF1"
        case .mota: "MOTA"
        }
    }

    /// Its value, as a share of 1; MOTA can be below 0.
    public func value(of metrics: TrackingMetrics) -> Double {
        switch self {
        case .hota: metrics.hota.hota
        case .assa: metrics.hota.assA
        case .deta: metrics.hota.detA
        case .idf1: metrics.identity.idf1
        case .mota: metrics.clear.mota
        }
    }

    /// The score of a trial: what it gains over the baseline, as a mean over the sequences, less the standard error of
    /// this mean. So a gain on every sequence counts for more than a larger one that others pay for.
    ///
    /// Equal ones are told apart by HOTA, IDF1 and MOTA of all sequences combined, in turn.
    func score(of sequences: [TrackingMetrics], baseline: [TrackingMetrics]) -> TrialScore {
        let gains = zip(sequences, baseline).map { value(of: $0) - value(of: $1) }
        let count = Double(gains.count)
        let mean = gains.reduce(0, +) / count
        let squares = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = gains.count > 1 ? (squares / (count - 1) / count).squareRoot() : 0
        let combined = TuningResult.combined(sequences)
        return TrialScore(mean - error, tieBreaks: [Self.hota, .idf1, .mota].map { $0.value(of: combined) })
    }
}
