extension SORTTracker {
    static let snapshotVersion: UInt16 = 1

    /// The whole state, options included; what ``init(restoring:)`` takes back.
    public func snapshot() -> [UInt8] {
        var writer = SnapshotWriter(kind: TrackerKind.sort.rawValue, version: Self.snapshotVersion)
        options.write(to: &writer)
        writer.append(frameCount)
        writer.append(nextID)
        writer.append(tracks.count)
        for track in tracks { write(track, to: &writer) }
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
            let track = try Self.readTrack(from: &reader)
            guard track.id > (tracks.last?.id ?? 0), track.id < nextID else {
                throw reader.corrupt("track \(track.id) is out of order")
            }
            tracks.append(track)
        }
        try reader.finish()
    }

    private func write(_ track: SORTTrack, to writer: inout SnapshotWriter) {
        writer.append(track.id)
        writer.append(track.classID)
        writer.append(track.age)
        writer.append(track.hits)
        writer.append(track.hitStreak)
        writer.append(track.timeSinceUpdate)
        writer.append(track.isConfirmed)
        track.filter.write(to: &writer)
    }

    private static func readTrack(from reader: inout SnapshotReader) throws(SnapshotError) -> SORTTrack {
        let id = try reader.readCounter()
        let classID = try reader.readInt()
        let age = try reader.readCounter()
        let hits = try reader.readCounter()
        let hitStreak = try reader.readCounter()
        let timeSinceUpdate = try reader.readCounter()
        let isConfirmed = try reader.readBool()
        let filter = try SORTFilter(from: &reader)
        return SORTTrack(
            id: id, classID: classID, filter: filter, age: age, hits: hits, hitStreak: hitStreak,
            timeSinceUpdate: timeSinceUpdate, isConfirmed: isConfirmed)
    }
}
