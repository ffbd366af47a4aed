extension TwoStageFlow {
    /// Writes the state between two frames; not the options.
    func write(to writer: inout SnapshotWriter) {
        writer.append(frame)
        writer.append(nextID)
        writer.append(appearance.dimension)
        writer.append(trackedCount)
        writer.append(tracks.count)
        for track in tracks {
            writer.append(track.id)
            writer.append(track.classID)
            writer.append(track.birthFrame)
            writer.append(track.lastFrame)
            writer.append(track.hits)
            writer.append(track.isActivated)
            writer.append(track.isFinal)
            track.filter.write(to: &writer)
            appearance.write(slot: track.appearanceSlot, to: &writer)
        }
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
            var track = try readTrack(from: &reader)
            track.place = index < trackedCount ? .tracked : .lost
            guard track.id > 0, track.id < nextID, identities.insert(track.id).inserted else {
                throw reader.corrupt("track \(track.id) is there twice, or not born yet")
            }
            guard track.birthFrame <= track.lastFrame, track.lastFrame <= frame else {
                throw reader.corrupt("track \(track.id) was seen in frame \(track.lastFrame) of \(frame)")
            }
            tracks.append(track)
        }
    }

    private mutating func readTrack(from reader: inout SnapshotReader) throws(SnapshotError) -> Track {
        let id = try reader.readCounter()
        let classID = try reader.readInt()
        let birthFrame = try reader.readCounter()
        let lastFrame = try reader.readCounter()
        let hits = try reader.readCounter()
        let isActivated = try reader.readBool()
        let isFinal = try reader.readBool()
        let filter = try Filter(from: &reader)
        let slot = try appearance.read(from: &reader)
        return Track(
            id: id, classID: classID, filter: filter, birthFrame: birthFrame, lastFrame: lastFrame, hits: hits,
            detectionIndex: 0, appearanceSlot: slot, isActivated: isActivated, isFinal: isFinal)
    }
}
