internal import Vision

/// One object that ``OCSORTTracker`` follows.
struct OCSORTTrack: Sendable, Equatable {
    /// A detection that the track took, kept for what comes later; the one of birth is none.
    struct Observation: Sendable, Equatable {
        var box: BoundingBox
        var measurement: SORTMeasurement
        /// Whether the reference would take it for none; see ``OCSORTOptions/negativeSumIsUnobserved``.
        var isIgnored: Bool
    }

    /// A direction in the picture, of length 1, or 0 when there is none.
    struct Direction: Sendable, Equatable {
        var x = 0.0
        var y = 0.0

        init() {}

        /// From the centre of one box to that of another.
        init(from a: ObservedCentre, to b: ObservedCentre) {
            let dx = b.x - a.x
            let dy = b.y - a.y
            let length = (dx * dx + dy * dy).squareRoot() + OCSORTTracker.lengthMargin
            x = dx / length
            y = dy / length
        }
    }

    var life: TrackLife
    var filter: SORTFilter
    /// The filter as predicted for the first frame of a loss, to go back to when the object is seen again.
    var filterAtLoss: SORTFilter?
    var lastObservation: Observation?
    var direction = Direction()

    /// Moves on by one frame.
    mutating func predict() {
        filter.predict()
        life.predict()
    }

    /// Takes a detection; after a loss, only once the filter has been through what it missed.
    mutating func update(_ observation: Observation, detectionIndex: Int) {
        if let filterAtLoss, let lastObservation {
            reupdate(from: filterAtLoss, between: lastObservation.measurement, and: observation.measurement)
        }
        filterAtLoss = nil
        filter.update(observation.measurement)
        lastObservation = observation
        life.update(detectionIndex: detectionIndex)
    }

    /// Notes a frame without a detection.
    mutating func miss() {
        // A track that was never matched since birth has nothing to go back to.
        if filterAtLoss == nil, lastObservation != nil { filterAtLoss = filter }
    }

    /// Observation-centric re-update (section 4.1): goes back to the loss and lives through it on a virtual trajectory,
    /// a straight line from the last box to the new one, the new one included.
    private mutating func reupdate(
        from filterAtLoss: SORTFilter, between old: SORTMeasurement, and new: SORTMeasurement
    ) {
        filter = filterAtLoss
        let (oldWidth, oldHeight) = old.sides
        let (newWidth, newHeight) = new.sides
        let frames = Double(life.timeSinceUpdate)
        for frame in 1...max(life.timeSinceUpdate, 1) {
            let part = Double(frame)
            if frame > 1 { filter.predict(keepingAreaPositive: false) }
            filter.update(
                SORTMeasurement(
                    u: old.u + part * ((new.u - old.u) / frames), v: old.v + part * ((new.v - old.v) / frames),
                    width: oldWidth + part * ((newWidth - oldWidth) / frames),
                    height: oldHeight + part * ((newHeight - oldHeight) / frames)))
        }
    }
}

/// The centre of a box that a track was observed at, and the track's age then.
struct ObservedCentre: Sendable, Equatable {
    /// −1 for a place that holds none yet.
    var age: Int
    var x, y: Double

    static let none = ObservedCentre(age: -1, x: 0, y: 0)

    init(age: Int, x: Double, y: Double) {
        self.age = age
        self.x = x
        self.y = y
    }

    init(_ box: BoundingBox, age: Int) {
        self.init(age: age, x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2)
    }
}
