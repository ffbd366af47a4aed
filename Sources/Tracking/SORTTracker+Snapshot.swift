extension SORTTracker {
    static let snapshotVersion: UInt16 = 1

    /// The whole state, options included; what ``init(restoring:)`` takes back.
    public func snapshot() -> [UInt8] {
        var writer = SnapshotWriter(kind: TrackerKind.sort.rawValue, version: Self.snapshotVersion)
        options.write(to: &writer)
        writer.append(frameCount)
        writer.append(nextID)
        writer.append(tracks.count)
        for track in tracks {
            track.life.write(to: &writer)
            track.filter.write(to: &writer)
        }
        return writer.finish()
    }

    /// Takes back what ``snapshot()`` wrote, options included.
    public init(restoring snapshot: [UInt8]) throws(SnapshotError) {
        let versions = Self.snapshotVersion...Self.snapshotVersion
        var reader = try SnapshotReader(snapshot, kind: TrackerKind.sort.rawValue, versions: versions)
        self.init(options: try SORTOptions(from: &reader))
        frameCount = try reader.readCounter()
        nextID = try reader.readCounter()
        let count = try reader.readCount(elementSize: 8 * 18)
        tracks.reserveCapacity(count)
        for _ in 0..<count {
            let life = try TrackLife(from: &reader, after: tracks.last?.life.id, before: nextID)
            tracks.append(SORTTrack(life: life, filter: try SORTFilter(from: &reader)))
        }
        try reader.finish()
    }
}
