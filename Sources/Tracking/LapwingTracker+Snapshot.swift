extension LapwingTracker {
    private static let snapshotVersion: UInt16 = 1

    /// The whole state, options included; what ``init(restoring:)`` takes back.
    public func snapshot() -> [UInt8] {
        var writer = SnapshotWriter(kind: TrackerKind.lapwing.rawValue, version: Self.snapshotVersion)
        options.write(to: &writer)
        writer.append(frame)
        writer.append(nextID)
        writer.append(appearance.dimension)
        writer.append(tracks.count)
        for track in tracks {
            writer.append(track.id)
            writer.append(track.classID)
            writer.append(track.birthFrame)
            writer.append(track.lastFrame)
            writer.append(track.hits)
            writer.append(track.isActivated)
            track.filter.write(to: &writer)
            appearance.write(slot: track.appearanceSlot, to: &writer)
        }
        return writer.finish()
    }

    /// Takes back what ``snapshot()`` wrote, options included.
    public init(restoring snapshot: [UInt8]) throws(SnapshotError) {
        let versions = Self.snapshotVersion...Self.snapshotVersion
        var reader = try SnapshotReader(snapshot, kind: TrackerKind.lapwing.rawValue, versions: versions)
        self.init(options: try LapwingOptions(from: &reader))
        frame = try reader.readCounter()
        nextID = try reader.readCounter()
        appearance.reset(dimension: try reader.readInt(in: 0...AppearanceStore.longest))
        let count = try reader.readCount(elementSize: 8 * 5)
        tracks.reserveCapacity(count)
        for _ in 0..<count {
            let track = try readTrack(from: &reader)
            guard track.id > (tracks.last?.id ?? 0), track.id < nextID else {
                throw reader.corrupt("track \(track.id) is out of order")
            }
            guard track.birthFrame <= track.lastFrame, track.lastFrame <= frame else {
                throw reader.corrupt("track \(track.id) was seen in frame \(track.lastFrame) of \(frame)")
            }
            tracks.append(track)
        }
        try reader.finish()
    }

    private mutating func readTrack(from reader: inout SnapshotReader) throws(SnapshotError) -> Track {
        let id = try reader.readCounter()
        let classID = try reader.readInt()
        let birthFrame = try reader.readCounter()
        let lastFrame = try reader.readCounter()
        let hits = try reader.readCounter()
        let isActivated = try reader.readBool()
        let filter = try WidthHeightFilter(from: &reader)
        guard filter.isSound else { throw reader.corrupt("track \(id) is beyond all pictures") }
        return Track(
            id: id, classID: classID, filter: filter, birthFrame: birthFrame, lastFrame: lastFrame, hits: hits,
            detectionIndex: 0, appearanceSlot: try appearance.read(from: &reader),
            place: lastFrame == frame ? .tracked : .lost, isActivated: isActivated)
    }
}
