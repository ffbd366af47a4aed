extension TwoStageOptions: TrackerOptions {
    public static let defaults = TwoStageOptions()

    public static let fields: [OptionField<TwoStageOptions>] = [
        .number("track_thresh", \.trackThreshold, 0...1, "score above which a detection is in the first stage"),
        .number("low_thresh", \.lowThreshold, 0...1, "score above which a detection is in the second stage"),
        .number("new_thresh", \.newThreshold, 0...1, "smallest score of a detection that begins a track"),
        .number("match_thresh", \.matchThreshold, 0...1, "largest cost, 1 - overlap x score, of the first stage"),
        .number("low_match_thresh", \.lowMatchThreshold, 0...1, "largest cost, 1 - overlap, of the second stage"),
        .number(
            "unconfirmed_match_thresh", \.unconfirmedMatchThreshold, 0...1, "largest cost of a track's second detection"
        ),
        .boolean("fuse_score", \.fuseScore, "whether overlaps are multiplied by the detection's score"),
        .integer("track_buffer", \.trackBuffer, 0...1_000_000, "frames that a track may go unseen"),
        .number("duplicate_iou", \.duplicateOverlap, 0...1, "overlap above which two tracks are one object"),
        .number("min_area", \.minArea, 0...1e12, "square pixels that a box must exceed to be put out; 0: any"),
        .number("max_aspect", \.maxAspect, 0...1e6, "largest width / height of a box that is put out; 0: any"),
        .boolean("per_class", \.perClass, "whether detections only associate with tracks of their class"),
    ]
}

extension BoTSORTOptions: TrackerOptions {
    public static let defaults = BoTSORTOptions()

    public static let fields: [OptionField<BoTSORTOptions>] =
        TwoStageOptions.fields.map { $0.of(\BoTSORTOptions.stages) } + [
            .number("proximity_thresh", \.proximityThreshold, 0...1, "largest 1 - overlap at which appearance counts"),
            .number(
                "appearance_thresh", \.appearanceThreshold, 0...1,
                "largest half cosine distance at which appearance counts"),
            .number(
                "appearance_momentum", \.appearanceMomentum, 0...1,
                "how much of its look a track keeps with each detection"),
        ]
}
