/// One object that ``TwoStageFlow`` follows.
struct TwoStageTrack<Filter: ProportionalFilter>: Sendable, Equatable {
    /// Which list it is in.
    enum Place: UInt8, Sendable {
        case tracked
        case lost
        /// In none any more.
        case gone
    }

    var id: Int
    var classID: Int
    var filter: Filter
    /// The frames of its first and latest detection.
    var birthFrame, lastFrame: Int
    /// Detections taken, the first included.
    var hits = 1
    /// The detection taken in `lastFrame`.
    var detectionIndex: Int
    /// Where ``AppearanceStore`` keeps what it looks like.
    var appearanceSlot = AppearanceStore.none
    var place = Place.tracked
    /// Whether it has had a second detection, or was born in the first frame.
    var isActivated: Bool
    /// Whether it was given up once: the next loss is the end.
    var isFinal = false

    mutating func update(_ measurement: BoxMeasurement, detectionIndex: Int, frame: Int) {
        filter.update(measurement)
        lastFrame = frame
        hits += 1
        self.detectionIndex = detectionIndex
        place = .tracked
        isActivated = true
    }
}
