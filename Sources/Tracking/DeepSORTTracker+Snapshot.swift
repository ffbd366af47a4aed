extension DeepSORTTracker {
    static let snapshotVersion: UInt16 = 1
    /// Vectors of more numbers than this are no model's.
    private static let dimensionRange = 0...(1 << 24)

    /// The whole state, options and galleries included; what ``init(restoring:)`` takes back.
    public func snapshot() -> [UInt8] {
        var writer = SnapshotWriter(kind: TrackerKind.deepsort.rawValue, version: Self.snapshotVersion)
        options.write(to: &writer)
        writer.append(nextID)
        writer.append(dimension)
        writer.append(tracks.count)
        for track in tracks {
            track.life.write(to: &writer, includesStreak: false)
            track.filter.write(to: &writer)
            track.gallery.write(to: &writer)
        }
        return writer.finish()
    }

    /// Takes back what ``snapshot()`` wrote, options and galleries included.
    public init(restoring snapshot: [UInt8]) throws(SnapshotError) {
        let versions = Self.snapshotVersion...Self.snapshotVersion
        var reader = try SnapshotReader(snapshot, kind: TrackerKind.deepsort.rawValue, versions: versions)
        self.init(options: try DeepSORTOptions(from: &reader))
        nextID = try reader.readCounter()
        dimension = try reader.readInt(in: Self.dimensionRange)
        let count = try reader.readCount(elementSize: 8 * 20)
        tracks.reserveCapacity(count)
        for _ in 0..<count {
            let life = try TrackLife(
                from: &reader, after: tracks.last?.life.id, before: nextID, includesStreak: false)
            let filter = try AspectHeightFilter(from: &reader)
            let gallery = try AppearanceGallery(
                from: &reader, dimension: dimension, budget: options.galleryBudget)
            tracks.append(DeepSORTTrack(life: life, filter: filter, gallery: gallery))
        }
        try reader.finish()
    }
}
