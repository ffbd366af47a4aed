extension DeepSORTOptions: TrackerOptions {
    public static let defaults = DeepSORTOptions()

    public static let fields: [OptionField<DeepSORTOptions>] = [
        .number("min_confidence", \.minConfidence, 0...1, "detections must score at least this"),
        .integer("max_age", \.maxAge, 0...1_000_000, "frames in a row that a track may go unseen"),
        .integer(
            "n_init", \.framesToConfirm, 1...1_000_000,
            "frames in a row, the first included, before a track is confirmed"),
        .number(
            "max_iou_distance", \.maxIoUDistance, 0...1,
            "largest 1 - intersection over union of a detection and its track"),
        .number(
            "max_cosine_distance", \.maxCosineDistance, -1...2,
            "largest distance of appearances; below 0, they are not used"
        ),
        .integer(
            "nn_budget", \.galleryBudget, DeepSORTTracker.budgetRange, "appearance vectors kept for each track"),
        .boolean("per_class", \.perClass, "whether detections only associate with tracks of their class"),
    ]
}
