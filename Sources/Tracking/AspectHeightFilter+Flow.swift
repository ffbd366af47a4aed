extension AspectHeightFilter: ProportionalFilter {
    static var snapshotCount: Int { 14 }

    /// ByteTrack lets the width follow from the aspect ratio, which goes on changing.
    mutating func holdSize() { height.velocity = 0 }

    /// ByteTrack knows of no camera: nothing changes.
    mutating func apply(_ motion: CameraMotion) {}

    var isSound: Bool {
        x.isSound && y.isSound && aspect.isSound && height.isSound && sizeCovariance.isSound
            && aspectCovariance.isSound
    }

    func write(to writer: inout SnapshotWriter) {
        x.write(to: &writer)
        y.write(to: &writer)
        aspect.write(to: &writer)
        height.write(to: &writer)
        sizeCovariance.write(to: &writer)
        aspectCovariance.write(to: &writer)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        x = try Motion(from: &reader)
        y = try Motion(from: &reader)
        aspect = try Motion(from: &reader)
        height = try Motion(from: &reader)
        sizeCovariance = try MotionCovariance(from: &reader)
        aspectCovariance = try MotionCovariance(from: &reader)
    }
}
