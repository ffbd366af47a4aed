extension OCSORTOptions: TrackerOptions {
    public static let defaults = OCSORTOptions()

    public static let fields: [OptionField<OCSORTOptions>] = [
        .number("det_thresh", \.detectionThreshold, 0...1, "detections must score above this"),
        .integer("max_age", \.maxAge, 0...1_000_000, "frames in a row that a track may go unseen"),
        .integer("min_hits", \.minHits, 0...1_000_000, "matched frames in a row before a track is put out"),
        .number(
            "iou_threshold", \.iouThreshold, 0...1, "smallest intersection over union of a detection and its track"),
        .integer(
            "delta_t", \.deltaT, OCSORTTracker.deltaTRange, "frames that a track's direction is measured over"),
        .number("inertia", \.inertia, 0...1, "how much a common direction weighs against overlap"),
        .boolean("use_byte", \.usesByte, "whether tracks left over may take detections below det_thresh"),
        .number("low_thresh", \.lowThreshold, 0...1, "with use_byte, detections must score above this"),
        .boolean(
            "negative_sum_is_unobserved", \.negativeSumIsUnobserved,
            "whether boxes far beyond the top left count as unobserved, as in the reference"),
        .number(
            "min_area", \.minArea, 0...1e12, "only boxes of a larger area, in square pixels, are put out; 0 for all"),
        .number("max_aspect", \.maxAspect, 0...1e6, "only boxes up to this width / height are put out; 0 for all"),
        .boolean("per_class", \.perClass, "whether detections only associate with tracks of their class"),
    ]
}
