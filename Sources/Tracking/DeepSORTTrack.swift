/// One object that ``DeepSORTTracker`` follows.
struct DeepSORTTrack: Sendable, Equatable {
    var life: TrackLife
    var filter: AspectHeightFilter
    var gallery = AppearanceGallery()

    /// Moves on by one frame.
    mutating func predict() {
        filter.predict()
        life.predict()
    }

    mutating func update(_ measurement: BoxMeasurement, detectionIndex: Int, framesToConfirm: Int) {
        filter.update(measurement)
        life.update(detectionIndex: detectionIndex)
        if life.hits >= framesToConfirm { life.isConfirmed = true }
    }

    /// Whether the track is given up: after a miss in its probation, or unseen for too long.
    func isOver(maxAge: Int) -> Bool {
        life.detectionIndex == nil && (!life.isConfirmed || life.timeSinceUpdate > maxAge)
    }
}
