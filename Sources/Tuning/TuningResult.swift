public import Evaluation
public import Tracking

/// What a search for settings found, and how far it can be believed.
public struct TuningResult: Sendable {
    /// A setting that was searched.
    public struct Setting: Sendable {
        public var name: String
        public var defaultValue: TrackerParameter.Value
        public var found: TrackerParameter.Value

        public var isChanged: Bool { found != defaultValue }
    }

    /// A search without one sequence.
    public struct Fold: Sendable {
        /// What it chose, in the order of the settings.
        public var values: [TrackerParameter.Value]
        /// The figures that this gives on the sequence left out.
        public var metrics: TrackingMetrics
    }

    /// Whether the gain can be expected elsewhere.
    public enum Verdict: String, Sendable {
        /// Nothing beats the defaults.
        case noGain = "no_gain"
        /// It was not checked, or there is only one sequence.
        case unchecked
        /// Held-out sequences keep at least half of the gain, and at least half of them are no worse.
        case holds
        /// They are better together, but keep less than that.
        case partly
        /// They are not better.
        case doesNotHold = "does_not_hold"
    }

    public var tracker: TrackerKind
    public var metric: TuningMetric
    /// Settings that were given, by name.
    public var fixed: [String: String]
    public var settings: [Setting]
    public var sequenceNames: [String]
    /// The figures of each sequence with what is fixed, and everything else as by default.
    public var baseline: [TrackingMetrics]
    /// The figures of each sequence with the settings found.
    public var found: [TrackingMetrics]
    /// The search without each sequence; empty if that was not asked for.
    public var folds: [Fold]
    /// The metric, sequences combined, with one setting moved to the next value up or down; empty if all are flags.
    public var neighbours: [Double]
    /// How many settings the search over all sequences tried.
    public var trials: Int
    /// How many boxes of the tracks by default do not count, since the ground truth does not have their class.
    public var otherClassCount: Int

    /// The figures of each sequence with settings chosen without it; empty if that was not asked for.
    public var heldOut: [TrackingMetrics] { folds.map(\.metrics) }

    /// All settings to be given to the tracker, by name: those fixed and, where there is a gain, those that changed.
    public var options: [String: String] {
        guard verdict != .noGain else { return fixed }
        return settings.reduce(into: fixed) { if $1.isChanged { $0[$1.name] = $1.found.description } }
    }

    /// What the settings found gain over the defaults, on the sequences that they were chosen on.
    public var gain: Double { value(found) - value(baseline) }

    /// What settings gain on sequences that they were not chosen on; nil if that was not asked for.
    public var heldOutGain: Double? { folds.isEmpty ? nil : value(heldOut) - value(baseline) }

    /// On how many sequences held-out settings are better than the defaults, and on how many worse.
    public var heldOutCounts: (better: Int, worse: Int) {
        let pairs = zip(heldOut, baseline).map { (metric.value(of: $0), metric.value(of: $1)) }
        return (pairs.count { $0.0 > $0.1 }, pairs.count { $0.0 < $0.1 })
    }

    /// Whether the gain can be expected elsewhere.
    public var verdict: Verdict {
        guard settings.contains(where: \.isChanged), gain > 0 else { return .noGain }
        guard let heldOutGain else { return .unchecked }
        guard heldOutGain > 0 else { return .doesNotHold }
        return heldOutGain >= gain / 2 && 2 * heldOutCounts.worse <= folds.count ? .holds : .partly
    }

    /// The metric over sequences combined: their counts added up.
    public func value(_ metrics: [TrackingMetrics]) -> Double { metric.value(of: Self.combined(metrics)) }

    /// Sequences combined: their counts added up.
    public static func combined(_ metrics: [TrackingMetrics]) -> TrackingMetrics {
        metrics.reduce(into: TrackingMetrics()) { $0 += $1 }
    }
}
