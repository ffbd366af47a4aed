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
            writer.append(track.id)
            writer.append(track.classID)
            writer.append(track.age)
            writer.append(track.hits)
            writer.append(track.timeSinceUpdate)
            writer.append(track.isConfirmed)
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
            let track = try readTrack(from: &reader)
            guard track.id > (tracks.last?.id ?? 0), track.id < nextID else {
                throw reader.corrupt("track \(track.id) is out of order")
            }
            tracks.append(track)
        }
        try reader.finish()
    }

    private func readTrack(from reader: inout SnapshotReader) throws(SnapshotError) -> DeepSORTTrack {
        let id = try reader.readCounter()
        let classID = try reader.readInt()
        let age = try reader.readCounter()
        let hits = try reader.readCounter()
        let timeSinceUpdate = try reader.readCounter()
        let isConfirmed = try reader.readBool()
        let filter = try AspectHeightFilter(from: &reader)
        let gallery = try AppearanceGallery(
            from: &reader, dimension: dimension, budget: options.galleryBudget)
        return DeepSORTTrack(
            id: id, classID: classID, filter: filter,
            gallery: gallery, age: age, hits: hits,
            timeSinceUpdate: timeSinceUpdate, isConfirmed: isConfirmed)
    }
}
