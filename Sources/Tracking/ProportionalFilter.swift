internal import Vision

/// A Kalman filter over one box with noise in proportion to the box: what ``TwoStageFlow`` needs of one.
protocol ProportionalFilter: Sendable, Equatable {
    /// Numbers that a snapshot of one holds.
    static var snapshotCount: Int { get }

    /// A filter that has seen one box.
    init(_ measurement: BoxMeasurement)

    /// Moves on by one frame.
    mutating func predict()

    /// Takes in a detection.
    mutating func update(_ measurement: BoxMeasurement)

    /// Forgets how the size changes: what is done to objects out of sight before they are predicted.
    mutating func holdSize()

    /// Carries the state over into the picture of a camera that has moved.
    mutating func apply(_ motion: CameraMotion)

    /// The estimated box.
    var box: BoundingBox { get }

    /// Whether all numbers are finite, and so far from overflow that an update keeps them so.
    var isSound: Bool { get }

    func write(to writer: inout SnapshotWriter)
    init(from reader: inout SnapshotReader) throws(SnapshotError)
}

extension Motion {
    /// Numbers beyond this are no picture's; far below it, no product of a filter overflows.
    static let soundLimit = 1e60

    var isSound: Bool { position.magnitude < Self.soundLimit && velocity.magnitude < Self.soundLimit }

    func write(to writer: inout SnapshotWriter) {
        writer.append(position)
        writer.append(velocity)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        self.init(position: try reader.readFiniteDouble(), velocity: try reader.readFiniteDouble())
    }
}

extension MotionCovariance {
    var isSound: Bool {
        position.magnitude < Motion.soundLimit && cross.magnitude < Motion.soundLimit
            && velocity.magnitude < Motion.soundLimit
    }

    func write(to writer: inout SnapshotWriter) {
        writer.append(position)
        writer.append(cross)
        writer.append(velocity)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        self.init(
            position: try reader.readFiniteDouble(), cross: try reader.readFiniteDouble(),
            velocity: try reader.readFiniteDouble())
    }
}
