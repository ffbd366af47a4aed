extension TwoStageTrack {
    /// Appends what must be kept of the track, its look among it.
    ///
    /// - Parameter includesFinal: false for a tracker that gives tracks up but once.
    func write(to writer: inout SnapshotWriter, _ appearance: AppearanceStore, includesFinal: Bool = true) {
        writer.append(id)
        writer.append(classID)
        writer.append(birthFrame)
        writer.append(lastFrame)
        writer.append(hits)
        writer.append(isActivated)
        if includesFinal { writer.append(isFinal) }
        filter.write(to: &writer)
        appearance.write(slot: appearanceSlot, to: &writer)
    }

    /// Reads what ``write(to:_:includesFinal:)`` wrote.
    ///
    /// - Parameter frame: the latest frame, after which nothing can have been seen.
    init(
        from reader: inout SnapshotReader, _ appearance: inout AppearanceStore, frame: Int, includesFinal: Bool = true
    ) throws(SnapshotError) {
        let id = try reader.readCounter()
        let classID = try reader.readInt()
        let birthFrame = try reader.readCounter()
        let lastFrame = try reader.readCounter()
        let hits = try reader.readCounter()
        let isActivated = try reader.readBool()
        let isFinal = includesFinal ? try reader.readBool() : false
        let filter = try Filter(from: &reader)
        self.init(
            id: id, classID: classID, filter: filter, birthFrame: birthFrame, lastFrame: lastFrame, hits: hits,
            detectionIndex: 0, appearanceSlot: try appearance.read(from: &reader),
            place: lastFrame == frame ? .tracked : .lost, isActivated: isActivated, isFinal: isFinal)
        guard birthFrame <= lastFrame, lastFrame <= frame else {
            throw reader.corrupt("track \(id) was seen in frame \(lastFrame) of \(frame)")
        }
    }
}
