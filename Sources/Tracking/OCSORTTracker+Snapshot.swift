internal import Vision

extension OCSORTTracker {
    static let snapshotVersion: UInt16 = 1

    /// The whole state, options included; what ``init(restoring:)`` takes back.
    public func snapshot() -> [UInt8] {
        var writer = SnapshotWriter(kind: TrackerKind.ocsort.rawValue, version: Self.snapshotVersion)
        options.write(to: &writer)
        writer.append(frameCount)
        writer.append(nextID)
        writer.append(tracks.count)
        for (index, track) in tracks.enumerated() {
            write(track, to: &writer)
            for centre in centres[(index * options.deltaT)..<((index + 1) * options.deltaT)] {
                writer.append(centre.age)
                writer.append(centre.x)
                writer.append(centre.y)
            }
        }
        return writer.finish()
    }

    /// Takes back what ``snapshot()`` wrote, options included.
    public init(restoring snapshot: [UInt8]) throws(SnapshotError) {
        let versions = Self.snapshotVersion...Self.snapshotVersion
        var reader = try SnapshotReader(snapshot, kind: TrackerKind.ocsort.rawValue, versions: versions)
        self.init(options: try OCSORTOptions(from: &reader))
        frameCount = try reader.readCounter()
        nextID = try reader.readCounter()
        let count = try reader.readCount(elementSize: SORTFilter.snapshotSize + 8 * 8)
        tracks.reserveCapacity(count)
        centres.reserveCapacity(min(count * options.deltaT, snapshot.count))
        for _ in 0..<count {
            let life = try TrackLife(from: &reader, after: tracks.last?.life.id, before: nextID)
            tracks.append(try Self.readTrack(life, from: &reader))
            for _ in 0..<options.deltaT {
                centres.append(
                    ObservedCentre(
                        age: try reader.readInt(in: -1...SnapshotReader.counterRange.upperBound),
                        x: try reader.readFiniteDouble(), y: try reader.readFiniteDouble()))
            }
        }
        try reader.finish()
    }

    private func write(_ track: OCSORTTrack, to writer: inout SnapshotWriter) {
        track.life.write(to: &writer)
        writer.append(track.direction.x)
        writer.append(track.direction.y)
        track.filter.write(to: &writer)
        writer.append(track.filterAtLoss != nil)
        track.filterAtLoss?.write(to: &writer)
        writer.append(track.lastObservation != nil)
        if let observation = track.lastObservation {
            writer.append(observation.box.x1)
            writer.append(observation.box.y1)
            writer.append(observation.box.x2)
            writer.append(observation.box.y2)
            writer.append(observation.isIgnored)
        }
    }

    private static func readTrack(
        _ life: TrackLife, from reader: inout SnapshotReader
    ) throws(SnapshotError) -> OCSORTTrack {
        var direction = OCSORTTrack.Direction()
        direction.x = try reader.readFiniteDouble()
        direction.y = try reader.readFiniteDouble()
        var track = OCSORTTrack(life: life, filter: try SORTFilter(from: &reader), direction: direction)
        if try reader.readBool() { track.filterAtLoss = try SORTFilter(from: &reader) }
        if try reader.readBool() {
            let box = BoundingBox(
                x1: try reader.readFiniteDouble(), y1: try reader.readFiniteDouble(),
                x2: try reader.readFiniteDouble(), y2: try reader.readFiniteDouble())
            guard let measurement = measurement(of: box) else { throw reader.corrupt("\(box) is no box") }
            track.lastObservation = OCSORTTrack.Observation(
                box: box, measurement: measurement, isIgnored: try reader.readBool())
        }
        return track
    }
}
