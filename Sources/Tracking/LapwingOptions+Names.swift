extension LapwingOptions: TrackerOptions {
    public static let defaults = LapwingOptions()

    public static let fields: [OptionField<LapwingOptions>] = [
        .number("track_thresh", \.trackThreshold, 0...1, "score above which a detection is in the first stage"),
        .number("low_thresh", \.lowThreshold, 0...1, "score above which a detection is in the second stage"),
        .number("new_thresh", \.newThreshold, 0...1, "smallest score of a detection that begins a track"),
        .number("match_thresh", \.matchThreshold, 0...1, "largest cost, 1 - likeness x score, of the first stage"),
        .number("buffer", \.buffer, 0...1, "part of their sides that boxes grow before overlap is measured"),
        .number("height_weight", \.heightWeight, 0...1, "how much likeness goes by top and bottom"),
        .integer("min_hits", \.minHits, 1...1_000_000, "successive detections that make an object believed"),
        .integer("max_age", \.maxAge, 0...1_000_000, "frames that an object may go unseen"),
        .integer("coast", \.coast, 0...1_000_000, "frames that an unseen object's predicted box is put out"),
        .integer(
            "coast_hidden", \.coastHidden, 0...1_000_000, "frames that it is put out while another object hides it"),
        .boolean("common_motion", \.commonMotion, "whether common movement is taken for the camera's"),
        .boolean("per_class", \.perClass, "whether detections only associate with tracks of their class"),
    ]
}
