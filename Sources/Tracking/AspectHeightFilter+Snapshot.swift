extension AspectHeightFilter {
    /// Appends the whole state.
    func write(to writer: inout SnapshotWriter) {
        for motion in [x, y, aspect, height] { motion.write(to: &writer) }
        sizeCovariance.write(to: &writer)
        aspectCovariance.write(to: &writer)
    }

    /// Reads what ``write(to:)`` wrote.
    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        self.init(
            x: try Motion(from: &reader), y: try Motion(from: &reader), aspect: try Motion(from: &reader),
            height: try Motion(from: &reader), sizeCovariance: try MotionCovariance(from: &reader),
            aspectCovariance: try MotionCovariance(from: &reader))
    }
}
