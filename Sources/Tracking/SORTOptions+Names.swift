extension SORTOptions {
    static let table = [
        TrackerOption(
            name: "max_age", domain: .integer(0...1_000_000), default: .integer(30),
            summary: "frames in a row that a track may go unseen"),
        TrackerOption(
            name: "min_hits", domain: .integer(0...1_000_000), default: .integer(3),
            summary: "matched frames in a row before a track is put out"),
        TrackerOption(
            name: "iou_threshold", domain: .number(0...1), default: .number(0.3),
            summary: "smallest intersection over union of a detection and its track"),
        TrackerOption(
            name: "per_class", domain: .boolean, default: .boolean(true),
            summary: "whether detections only associate with tracks of their class"),
    ]

    /// The options as named settings, in the order of ``table``.
    public var parameters: [TrackerParameter] {
        [
            TrackerParameter(name: "max_age", value: .integer(maxAge)),
            TrackerParameter(name: "min_hits", value: .integer(minHits)),
            TrackerParameter(name: "iou_threshold", value: .number(iouThreshold)),
            TrackerParameter(name: "per_class", value: .boolean(perClass)),
        ]
    }

    /// Options from named settings; those not named keep their default.
    init(_ parameters: [TrackerParameter]) {
        self.init()
        for parameter in parameters {
            switch (parameter.name, parameter.value) {
            case ("max_age", .integer(let value)): maxAge = value
            case ("min_hits", .integer(let value)): minHits = value
            case ("iou_threshold", .number(let value)): iouThreshold = value
            case ("per_class", .boolean(let value)): perClass = value
            default: break
            }
        }
    }
}
