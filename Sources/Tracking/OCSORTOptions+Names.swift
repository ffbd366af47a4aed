extension OCSORTOptions {
    static let table = [
        TrackerOption(
            name: "det_thresh", domain: .number(0...1), default: .number(0.6),
            summary: "detections must score above this"),
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
            name: "delta_t", domain: .integer(OCSORTTracker.deltaTRange), default: .integer(3),
            summary: "frames that a track's direction is measured over"),
        TrackerOption(
            name: "inertia", domain: .number(0...1), default: .number(0.2),
            summary: "how much a common direction weighs against overlap"),
        TrackerOption(
            name: "use_byte", domain: .boolean, default: .boolean(false),
            summary: "whether tracks left over may take detections below det_thresh"),
        TrackerOption(
            name: "low_thresh", domain: .number(0...1), default: .number(0.1),
            summary: "with use_byte, detections must score above this"),
        TrackerOption(
            name: "negative_sum_is_unobserved", domain: .boolean, default: .boolean(true),
            summary: "whether boxes far beyond the top left count as unobserved, as in the reference"),
        TrackerOption(
            name: "min_area", domain: .number(0...1e12), default: .number(0),
            summary: "only boxes of a larger area, in square pixels, are put out; 0 for all"),
        TrackerOption(
            name: "max_aspect", domain: .number(0...1e6), default: .number(0),
            summary: "only boxes up to this width / height are put out; 0 for all"),
        TrackerOption(
            name: "per_class", domain: .boolean, default: .boolean(true),
            summary: "whether detections only associate with tracks of their class"),
    ]

    /// The options as named settings, in the order of ``table``.
    public var parameters: [TrackerParameter] {
        [
            TrackerParameter(name: "det_thresh", value: .number(detectionThreshold)),
            TrackerParameter(name: "max_age", value: .integer(maxAge)),
            TrackerParameter(name: "min_hits", value: .integer(minHits)),
            TrackerParameter(name: "iou_threshold", value: .number(iouThreshold)),
            TrackerParameter(name: "delta_t", value: .integer(deltaT)),
            TrackerParameter(name: "inertia", value: .number(inertia)),
            TrackerParameter(name: "use_byte", value: .boolean(usesByte)),
            TrackerParameter(name: "low_thresh", value: .number(lowThreshold)),
            TrackerParameter(name: "negative_sum_is_unobserved", value: .boolean(negativeSumIsUnobserved)),
            TrackerParameter(name: "min_area", value: .number(minArea)),
            TrackerParameter(name: "max_aspect", value: .number(maxAspect)),
            TrackerParameter(name: "per_class", value: .boolean(perClass)),
        ]
    }

    /// Options from named settings; those not named keep their default.
    init(_ parameters: [TrackerParameter]) {
        self.init()
        for parameter in parameters {
            switch (parameter.name, parameter.value) {
            case ("det_thresh", .number(let value)): detectionThreshold = value
            case ("max_age", .integer(let value)): maxAge = value
            case ("min_hits", .integer(let value)): minHits = value
            case ("iou_threshold", .number(let value)): iouThreshold = value
            case ("delta_t", .integer(let value)): deltaT = value
            case ("inertia", .number(let value)): inertia = value
            case ("use_byte", .boolean(let value)): usesByte = value
            case ("low_thresh", .number(let value)): lowThreshold = value
            case ("negative_sum_is_unobserved", .boolean(let value)): negativeSumIsUnobserved = value
            case ("min_area", .number(let value)): minArea = value
            case ("max_aspect", .number(let value)): maxAspect = value
            case ("per_class", .boolean(let value)): perClass = value
            default: break
            }
        }
    }
}
