extension SORTOptions: TrackerOptions {
    public static let defaults = SORTOptions()

    public static let fields: [OptionField<SORTOptions>] = [
        .integer("max_age", \.maxAge, 0...1_000_000, "frames in a row that a track may go unseen"),
        .integer("min_hits", \.minHits, 0...1_000_000, "matched frames in a row before a track is put out"),
        .number(
            "iou_threshold", \.iouThreshold, 0...1, "smallest intersection over union of a detection and its track"),
        .boolean("per_class", \.perClass, "whether detections only associate with tracks of their class"),
    ]
}
