public import Vision

extension LapwingTracker {
    /// The overlap of predicted and detected box, both grown by `buffer`, from which a detection may be the track's: less
    /// than what looks need to count, since the camera may have moved.
    private static let linkOverlap = 0.3
    /// Every how many frames a track that is alone is looked at, so that its look does not grow old.
    private static let lookPeriod = 5

    /// The confident detections whose looks may decide something: those that may belong to more than one track, or to one
    /// that may take others, or to none so that they begin one; and now and then every other, to keep looks up to date.
    public mutating func detectionsToDescribe(_ detections: [Detection]) -> [Int] {
        group(detections)
        link()
        return describable(in: frame + 1)
    }

    /// Takes in what the frame's confident detections look like, where that may decide something.
    mutating func look(_ input: TrackerInput) {
        if appearance.take(input.appearance) {
            for index in tracks.indices { tracks[index].appearanceSlot = AppearanceStore.none }
        }
        guard appearance.hasDetections else { return }
        link()
        appearance.restrict(to: describable(in: frame))
    }

    /// Finds which confident detections may be which track's.
    private mutating func link() {
        workspace.links.removeAll(keepingCapacity: true)
        for _ in workspace.high.members { workspace.links.append((0, 0)) }
        workspace.linkCounts.removeAll(keepingCapacity: true)
        for index in tracks.indices {
            workspace.linkCounts.append(0)
            var filter = tracks[index].filter
            filter.predict()
            let count = workspace.high.boxes.find(filter.box.grown(by: options.buffer))
            for place in 0..<count {
                let overlap = workspace.high.boxes.found[place]
                guard overlap.value >= Self.linkOverlap,
                    options.allows(tracks[index].classID, workspace.high.members[overlap.column].classID)
                else { continue }
                workspace.links[overlap.column].count += 1
                workspace.links[overlap.column].track = index
                workspace.linkCounts[index] += 1
            }
        }
    }

    /// - Parameter frame: the number of the frame that the links are of.
    private func describable(in frame: Int) -> [Int] {
        var indices: [Int] = []
        for (column, member) in workspace.high.members.enumerated() {
            let (count, track) = workspace.links[column]
            let isDescribed =
                switch count {
                case 0: member.score >= options.newThreshold
                case 1:
                    workspace.linkCounts[track] > 1 || tracks[track].appearanceSlot == AppearanceStore.none
                        || (frame + tracks[track].id).isMultiple(of: Self.lookPeriod)
                default: true
                }
            if isDescribed { indices.append(member.index) }
        }
        return indices
    }
}
