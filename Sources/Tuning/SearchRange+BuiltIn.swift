import Tracking

/// What is searched when nobody says more: for each setting, the values that make sense for videos of people and traffic.
///
/// Settings have the same name and the same meaning in all trackers that have them, so that each stands here once. Those
/// that say what is put out or how classes are treated, not how objects are followed, are ``leftOut``.
extension SearchRange {
    /// Where a setting is searched unless a range is given; nil for one that is left out.
    public static func builtIn(_ name: String) -> SearchRange? { table[name] }

    /// The settings that have one.
    static var builtInNames: Set<String> { Set(table.keys) }

    /// Settings that are searched only if a range is given for them, and why.
    public static let leftOut: [String: String] = [
        "per_class": "it says what an object is",
        "min_area": "it says which boxes are put out",
        "max_aspect": "it says which boxes are put out",
        "negative_sum_is_unobserved": "it is there to equal the reference",
        "nn_budget": "more is better, and slower",
    ]

    /// Settings that do nothing unless appearance vectors are given.
    public static let ofAppearance: Set<String> = [
        "max_cosine_distance", "nn_budget", "proximity_thresh", "appearance_thresh", "appearance_momentum",
    ]

    private static let patience = integers([1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 45, 60, 90, 120, 180])
    private static let confirmation = integers([1, 2, 3, 4, 5, 6, 8])

    private static let table: [String: SearchRange] = [
        // Scores.
        "min_confidence": steps(0...0.9),
        "det_thresh": steps(0.1...0.9),
        "track_thresh": steps(0.2...0.9),
        "low_thresh": steps(0...0.6),
        "new_thresh": steps(0.2...0.95),
        "fuse_score": flag,
        "use_byte": flag,
        // How far a detection may be from its object.
        "iou_threshold": steps(0.05...0.7),
        "max_iou_distance": steps(0.3...0.95),
        "match_thresh": steps(0.4...1),
        "low_match_thresh": steps(0.2...0.9),
        "unconfirmed_match_thresh": steps(0.3...0.95),
        "duplicate_iou": steps(0.5...1),
        "buffer": steps(0...0.5),
        "height_weight": steps(0...1),
        // How long an object is awaited, and how soon it is believed.
        "max_age": patience,
        "track_buffer": patience,
        "min_hits": confirmation,
        "n_init": confirmation,
        "coast": integers([0, 1, 2, 3, 5, 7, 10, 15]),
        "coast_hidden": integers([0, 1, 2, 3, 5, 7, 10, 15, 20, 30]),
        // How objects move.
        "delta_t": integers([1, 2, 3, 4, 5, 7, 10]),
        "inertia": steps(0...0.8),
        "common_motion": flag,
        // What objects look like.
        "max_cosine_distance": steps(0.05...0.6),
        "proximity_thresh": steps(0.2...1),
        "appearance_thresh": steps(0.05...0.6),
        "appearance_momentum": steps(0.5...0.95),
    ]

    /// Twentieths.
    private static func steps(_ range: ClosedRange<Double>) -> SearchRange {
        let twentieths = Int((range.lowerBound * 20).rounded())...Int((range.upperBound * 20).rounded())
        return SearchRange(twentieths.map { .number(Double($0) / 20) })
    }
}
