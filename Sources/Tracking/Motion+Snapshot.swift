extension Motion {
    func write(to writer: inout SnapshotWriter) {
        writer.append(position)
        writer.append(velocity)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        self.init(position: try reader.readFiniteDouble(), velocity: try reader.readFiniteDouble())
    }
}

extension MotionCovariance {
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
