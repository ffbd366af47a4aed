extension TwoStageFlow {
    /// Writes the state between two frames; not the options.
    func write(to writer: inout SnapshotWriter) {
        writer.append(frame)
        writer.append(nextID)
        writer.append(appearance.dimension)
        writer.append(trackedCount)
        writer.append(tracks.count)
        for track in tracks { track.write(to: &writer, appearance) }
    }

    /// Takes back what ``write(to:)`` wrote.
    mutating func read(from reader: inout SnapshotReader) throws(SnapshotError) {
        frame = try reader.readCounter()
        nextID = try reader.readCounter()
        appearance.reset(dimension: try reader.readInt(in: 0...AppearanceStore.longest))
        trackedCount = try reader.readCounter()
        let count = try reader.readCount(elementSize: 8 * (5 + Filter.snapshotCount))
        guard trackedCount <= count else { throw reader.corrupt("\(trackedCount) of \(count) tracks are in sight") }
        tracks.reserveCapacity(count)
        var identities: Set<Int> = []
        for index in 0..<count {
            var track = try Track(from: &reader, &appearance, frame: frame)
            track.place = index < trackedCount ? .tracked : .lost
            guard track.id > 0, track.id < nextID, identities.insert(track.id).inserted else {
                throw reader.corrupt("track \(track.id) is there twice, or not born yet")
            }
            tracks.append(track)
        }
    }
}
