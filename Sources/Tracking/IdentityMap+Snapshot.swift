extension IdentityMap {
    private static let snapshotKind = "identities"
    /// 2: the votes for an object's class. Until then, all its detections were of one.
    private static let snapshotVersion: UInt16 = 2
    /// 3: the names of inherited objects, where there are any.
    private static let inheritedVersion: UInt16 = 3
    /// No frame can reach the ends, and adding to them cannot overflow.
    private static let frameRange = -(1 << 53)...(1 << 53)

    /// The whole state, versioned; what ``init(restoring:)`` takes back.
    public func snapshot() -> [UInt8] {
        var writer = SnapshotWriter(
            kind: Self.snapshotKind, version: inherited.isEmpty ? Self.snapshotVersion : Self.inheritedVersion)
        writer.append(videoID)
        writer.append(classNames.count)
        for name in classNames { writer.append(name) }
        writer.append(lastFrame)
        // Dictionaries have no order of their own; the same state must give the same bytes.
        writer.append(objectCounts.count)
        for (classID, count) in objectCounts.sorted(by: { $0.key < $1.key }) {
            writer.append(classID)
            writer.append(count)
        }
        writer.append(objects.count)
        for (trackID, object) in objects.sorted(by: { $0.key < $1.key }) {
            writer.append(trackID)
            write(object, to: &writer)
        }
        if !inherited.isEmpty {
            writer.append(inherited.count)
            for (trackID, objectID) in inherited.sorted(by: { $0.key < $1.key }) {
                writer.append(trackID)
                writer.append(objectID)
            }
        }
        return writer.finish()
    }

    /// Takes back what ``snapshot()`` wrote.
    public init(restoring snapshot: [UInt8]) throws(SnapshotError) {
        var reader = try SnapshotReader(snapshot, kind: Self.snapshotKind, versions: 1...Self.inheritedVersion)
        let videoID = try reader.readString()
        var classNames: [String] = []
        for _ in 0..<(try reader.readCount(elementSize: 8)) { classNames.append(try reader.readString()) }
        self.init(videoID: videoID, classNames: classNames)
        lastFrame = try reader.readOptionalInt(in: Self.frameRange)
        for _ in 0..<(try reader.readCount(elementSize: 16)) {
            let classID = try reader.readInt()
            objectCounts[classID] = try reader.readCounter()
        }
        for _ in 0..<(try reader.readCount(elementSize: 8 * 8)) {
            let trackID = try reader.readInt()
            guard objects[trackID] == nil else { throw reader.corrupt("track \(trackID) is there twice") }
            objects[trackID] = try Self.readObject(from: &reader)
        }
        if reader.version > 2 {
            for _ in 0..<(try reader.readCount(elementSize: 16)) {
                let trackID = try reader.readInt()
                inherited[trackID] = try reader.readString()
            }
        }
        try reader.finish()
    }

    private func write(_ object: LivingObject, to writer: inout SnapshotWriter) {
        writer.append(object.objectID)
        writer.append(object.classID)
        writer.append(object.firstFrame)
        writer.append(object.lastFrame)
        writer.append(object.detectionCount)
        writer.append(object.confidenceSum)
        writer.append(object.wasConfirmed)
        writer.append(object.isLost)
        // An object that stays for hours has many runs; they are most of a snapshot, so they are written compactly.
        writer.append(object.runs.count)
        var frame = object.firstFrame
        for run in object.runs {
            writer.appendCompact(run.firstFrame &- frame)
            writer.appendCompact(run.frameCount)
            writer.appendCompact(run.frameStep)
            writer.appendCompact(run.detectionIndex)
            frame = run.firstFrame
        }
        writer.appendCompact(object.classVotes.counts.count)
        for count in object.classVotes.counts {
            writer.appendCompact(count.classID)
            writer.appendCompact(count.votes)
        }
    }

    private static func readObject(from reader: inout SnapshotReader) throws(SnapshotError) -> LivingObject {
        let objectID = try reader.readString()
        let classID = try reader.readInt()
        let firstFrame = try reader.readInt(in: frameRange)
        var object = LivingObject(objectID: objectID, classID: classID, frame: firstFrame)
        object.lastFrame = try reader.readInt(in: frameRange)
        object.detectionCount = try reader.readCounter()
        object.confidenceSum = try reader.readDouble()
        object.wasConfirmed = try reader.readBool()
        object.isLost = try reader.readBool()
        var frame = firstFrame
        for _ in 0..<(try reader.readCount(elementSize: 4)) {
            frame += try reader.readCompact(in: frameRange)
            guard frameRange.contains(frame) else { throw reader.corrupt("frame \(frame) of a run") }
            object.runs.append(
                DetectionRun(
                    firstFrame: frame, frameCount: try reader.readCompact(in: SnapshotReader.counterRange),
                    frameStep: try reader.readCompact(in: SnapshotReader.counterRange),
                    detectionIndex: try reader.readCompact(in: SnapshotReader.counterRange)))
        }
        var counts = [ClassVotes.Count(classID: classID, votes: object.detectionCount)]
        if reader.version > 1 {
            counts = []
            for _ in 0..<(try reader.readCompact(in: SnapshotReader.counterRange)) {
                let classID = try reader.readCompact(in: Int.min...Int.max)
                counts.append(.init(classID: classID, votes: try reader.readCompact(in: SnapshotReader.counterRange)))
            }
        }
        guard let votes = ClassVotes(winner: classID, counts: counts) else {
            throw reader.corrupt("the votes for the class of \(objectID)")
        }
        object.classVotes = votes
        return object
    }
}
