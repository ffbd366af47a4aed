/// One object that ``SORTTracker`` follows.
struct SORTTrack: Sendable, Equatable {
    var id: Int
    var classID: Int
    var filter: SORTFilter
    /// Frames since birth.
    var age = 0
    /// Detections taken, the first included.
    var hits = 1
    /// Detections taken since birth or since the last miss, the one of birth not counted.
    var hitStreak = 0
    /// Frames since the last detection.
    var timeSinceUpdate = 0
    /// Whether it was ever believed; never becomes false again.
    var isConfirmed = false
    /// The detection taken in this frame.
    var detectionIndex: Int?

    /// Moves on by one frame.
    mutating func predict() {
        filter.predict()
        age += 1
        if timeSinceUpdate > 0 { hitStreak = 0 }
        timeSinceUpdate += 1
        detectionIndex = nil
    }

    mutating func update(_ measurement: SORTMeasurement, detectionIndex: Int) {
        filter.update(measurement)
        hits += 1
        hitStreak += 1
        timeSinceUpdate = 0
        self.detectionIndex = detectionIndex
    }
}

extension SORTTrack {
    /// A track in the frame of its birth.
    init(id: Int, classID: Int, measurement: SORTMeasurement, detectionIndex: Int) {
        self.init(id: id, classID: classID, filter: SORTFilter(measurement), detectionIndex: detectionIndex)
    }
}
