internal import Vision

extension TwoStageFlow {
    /// Puts every track into its list, ends what is to end, and lists the living.
    ///
    /// - Parameter listedCount: how many of `tracks` lived before this frame; those after were born in it.
    mutating func finish(listedCount: Int) -> TrackerUpdate {
        var update = TrackerUpdate(reusing: &workspace.answer)
        rebuild(listedCount: listedCount, &update)
        dropDuplicates()
        var isAnyGone = false
        update.tracks.reserveCapacity(tracks.count)
        for index in tracks.indices {
            if tracks[index].place == .gone || !tracks[index].filter.isSound {
                tracks[index].place = .gone
                isAnyGone = true
                continue
            }
            update.tracks.append(
                tracks[index].listed(frame: frame, options: options, reportsUnconfirmed: reportsUnconfirmed))
        }
        if isAnyGone {
            for index in tracks.indices where tracks[index].place == .gone { end(tracks[index], &update) }
            tracks.removeAll { $0.place == .gone }
            trackedCount = tracks.count { $0.place == .tracked }
        }
        if update.ended.count > 1 { update.ended.sort() }
        workspace.answer = update
        return update
    }

    /// Sorts the tracks: those in sight all along, born, found again; lost for longer, lost now.
    private mutating func rebuild(listedCount: Int, _ update: inout TrackerUpdate) {
        workspace.next.removeAll(keepingCapacity: true)
        for index in 0..<trackedCount where tracks[index].place == .tracked { workspace.next.append(tracks[index]) }
        for index in listedCount..<tracks.count { workspace.next.append(tracks[index]) }
        for index in trackedCount..<listedCount where tracks[index].place == .tracked {
            workspace.next.append(tracks[index])
        }
        let inSight = workspace.next.count
        for index in trackedCount..<listedCount where tracks[index].place == .lost {
            guard !tracks[index].isFinal else {
                end(tracks[index], &update)
                continue
            }
            // Given up, but it stays one frame more.
            if frame - tracks[index].lastFrame > options.trackBuffer { tracks[index].isFinal = true }
            workspace.next.append(tracks[index])
        }
        for index in 0..<trackedCount where tracks[index].place != .tracked {
            if tracks[index].place == .gone || tracks[index].isFinal {
                end(tracks[index], &update)
            } else {
                workspace.next.append(tracks[index])
            }
        }
        swap(&tracks, &workspace.next)
        trackedCount = inSight
    }

    /// Of a lost track and one in sight that nearly coincide, marks the younger; of equals, the one in sight.
    private mutating func dropDuplicates() {
        guard trackedCount > 0, trackedCount < tracks.count, options.duplicateOverlap < 1 else { return }
        workspace.inSight.fill(count: trackedCount) { tracks[$0].filter.box }
        for lost in trackedCount..<tracks.count {
            let count = workspace.inSight.find(tracks[lost].filter.box)
            let age = tracks[lost].lastFrame - tracks[lost].birthFrame
            for place in 0..<count {
                let other = workspace.inSight.found[place].column
                guard 1 - workspace.inSight.found[place].value < 1 - options.duplicateOverlap else { continue }
                guard options.allows(tracks[other].classID, tracks[lost].classID) else { continue }
                if tracks[other].lastFrame - tracks[other].birthFrame > age {
                    tracks[lost].place = .gone
                } else {
                    tracks[other].place = .gone
                }
            }
        }
    }

    /// Notes the end of a track, unless it was born in this frame and nobody has heard of it.
    private mutating func end(_ track: Track, _ update: inout TrackerUpdate) {
        if track.birthFrame < frame { update.ended.append(track.id) }
        appearance.free(track.appearanceSlot)
    }
}

extension TwoStageTrack {
    func listed(frame: Int, options: TwoStageOptions, reportsUnconfirmed: Bool) -> TrackedObject {
        let isSeen = place == .tracked
        let box = filter.box
        return TrackedObject(
            trackID: id, classID: classID, box: box, detectionIndex: isSeen ? detectionIndex : nil,
            state: isSeen ? (isActivated ? .confirmed : .tentative) : .lost,
            isReported: isSeen && (isActivated || reportsUnconfirmed) && options.putsOut(box),
            age: frame - birthFrame, hits: hits)
    }
}

extension TwoStageOptions {
    /// Whether a detection of one class may go to a track of another.
    func allows(_ classID: Int, _ other: Int) -> Bool { !perClass || classID == other }

    /// The conditions that the authors' evaluation puts on boxes.
    func putsOut(_ box: BoundingBox) -> Bool {
        box.meets(minArea: minArea, maxAspect: maxAspect)
    }
}
