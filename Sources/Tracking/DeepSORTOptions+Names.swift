extension DeepSORTOptions {
    static let table = [
        TrackerOption(
            name: "min_confidence", domain: .number(0...1), default: .number(0.3),
            summary: "detections must score at least this"),
        TrackerOption(
            name: "max_age", domain: .integer(0...1_000_000), default: .integer(30),
            summary: "frames in a row that a track may go unseen"),
        TrackerOption(
            name: "n_init", domain: .integer(1...1_000_000), default: .integer(3),
            summary: "frames in a row, the first included, before a track is confirmed"),
        TrackerOption(
            name: "max_iou_distance", domain: .number(0...1), default: .number(0.7),
            summary: "largest 1 - intersection over union of a detection and its track"),
        TrackerOption(
            name: "max_cosine_distance", domain: .number(-1...2), default: .number(0.2),
            summary: "largest distance of appearances; below 0, they are not used"),
        TrackerOption(
            name: "nn_budget", domain: .integer(DeepSORTTracker.budgetRange), default: .integer(100),
            summary: "appearance vectors kept for each track"),
        TrackerOption(
            name: "per_class", domain: .boolean, default: .boolean(true),
            summary: "whether detections only associate with tracks of their class"),
    ]

    /// The options as named settings, in the order of ``table``.
    public var parameters: [TrackerParameter] {
        [
            TrackerParameter(name: "min_confidence", value: .number(minConfidence)),
            TrackerParameter(name: "max_age", value: .integer(maxAge)),
            TrackerParameter(name: "n_init", value: .integer(framesToConfirm)),
            TrackerParameter(name: "max_iou_distance", value: .number(maxIoUDistance)),
            TrackerParameter(name: "max_cosine_distance", value: .number(maxCosineDistance)),
            TrackerParameter(name: "nn_budget", value: .integer(galleryBudget)),
            TrackerParameter(name: "per_class", value: .boolean(perClass)),
        ]
    }

    /// Options from named settings; those not named keep their default.
    init(_ parameters: [TrackerParameter]) {
        self.init()
        for parameter in parameters {
            switch (parameter.name, parameter.value) {
            case ("min_confidence", .number(let value)): minConfidence = value
            case ("max_age", .integer(let value)): maxAge = value
            case ("n_init", .integer(let value)): framesToConfirm = value
            case ("max_iou_distance", .number(let value)): maxIoUDistance = value
            case ("max_cosine_distance", .number(let value)): maxCosineDistance = value
            case ("nn_budget", .integer(let value)): galleryBudget = value
            case ("per_class", .boolean(let value)): perClass = value
            default: break
            }
        }
    }
}
