/// One object that ``DeepSORTTracker`` follows.
struct DeepSORTTrack: Sendable, Equatable {
    var id: Int
    var classID: Int
    var filter: AspectHeightFilter
    var gallery = AppearanceGallery()
    /// Frames since birth.
    var age = 0
    /// Detections taken, the first included.
    var hits = 1
    /// Frames since the last detection.
    var timeSinceUpdate = 0
    var isConfirmed = false
    /// The detection taken in this frame.
    var detectionIndex: Int?

    /// Moves on by one frame.
    mutating func predict() {
        filter.predict()
        age += 1
        timeSinceUpdate += 1
        detectionIndex = nil
    }

    mutating func update(_ measurement: BoxMeasurement, detectionIndex: Int, framesToConfirm: Int) {
        filter.update(measurement)
        hits += 1
        timeSinceUpdate = 0
        if hits >= framesToConfirm { isConfirmed = true }
        self.detectionIndex = detectionIndex
    }

    /// Whether the track is given up: after a miss in its probation, or unseen for too long.
    func isOver(maxAge: Int) -> Bool {
        detectionIndex == nil && (!isConfirmed || timeSinceUpdate > maxAge)
    }
}
