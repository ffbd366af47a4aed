/// One object that ``SORTTracker`` follows.
struct SORTTrack: Sendable, Equatable {
    var life: TrackLife
    var filter: SORTFilter

    /// Moves on by one frame.
    mutating func predict() {
        filter.predict()
        life.predict()
    }

    mutating func update(_ measurement: SORTMeasurement, detectionIndex: Int) {
        filter.update(measurement)
        life.update(detectionIndex: detectionIndex)
    }
}
