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
        for track in tracks { track.write(to: &writer, appearance, includesFinal: false) }
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
            let track = try Track(from: &reader, &appearance, frame: frame, includesFinal: false)
            guard track.filter.isSound else { throw reader.corrupt("track \(track.id) is beyond all pictures") }
            guard track.id > (tracks.last?.id ?? 0), track.id < nextID else {
                throw reader.corrupt("track \(track.id) is out of order")
            }
            tracks.append(track)
        }
        try reader.finish()
    }
}
