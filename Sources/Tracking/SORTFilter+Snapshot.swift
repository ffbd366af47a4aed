extension SORTFilter {
    /// The bytes that ``write(to:)`` appends.
    static let snapshotSize = 8 * 14

    /// Appends the whole state.
    func write(to writer: inout SnapshotWriter) {
        for motion in [u, v, s] { motion.write(to: &writer) }
        writer.append(r)
        centreCovariance.write(to: &writer)
        areaCovariance.write(to: &writer)
        writer.append(aspectVariance)
    }

    /// Reads what ``write(to:)`` wrote.
    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        self.init(
            u: try Motion(from: &reader), v: try Motion(from: &reader), s: try Motion(from: &reader),
            r: try reader.readFiniteDouble(), centreCovariance: try MotionCovariance(from: &reader),
            areaCovariance: try MotionCovariance(from: &reader), aspectVariance: try reader.readFiniteDouble())
    }
}
