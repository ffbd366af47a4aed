internal import Vision

extension LapwingTracker {
    /// The stages of a frame, one after the other; what is taken in one is not there in the next.
    mutating func associate() {
        select { $0.isActivated }
        associateConfident(limit: options.matchThreshold)
        let frame = frame
        select { $0.isActivated && $0.lastFrame == frame - 1 }
        associateDoubtful()
        select { !$0.isActivated }
        associateConfident(limit: Self.probationMatchThreshold)
    }

    /// Makes rows of the tracks that a condition lets in.
    mutating func select(where isIncluded: (Track) -> Bool) {
        workspace.rows.removeAll(keepingCapacity: true)
        for index in tracks.indices where isIncluded(tracks[index]) { workspace.rows.append(index) }
    }

    /// Pairs the rows with the free detections of a group at the least cost; ``LimitedAssociation/columnForRow`` then says
    /// who got which.
    ///
    /// - Parameters:
    ///   - buffer: the part of its sides by which a predicted box grows before overlaps are measured.
    ///   - limit: what leaving a row and a detection alone costs.
    ///   - cost: what a pair costs whose grown boxes overlap so much; the box is the predicted one as it is.
    static func pair(
        _ rows: [Int], of tracks: [Track], with group: inout DetectionGroup,
        in association: inout LimitedAssociation, grownBy buffer: Double, limit: Double, _ options: LapwingOptions,
        cost: (_ track: Track, _ box: BoundingBox, _ member: DetectionGroup.Member, _ overlap: Double) -> Double
    ) {
        association.pairs.removeAll(keepingCapacity: true)
        for row in rows.indices {
            let track = tracks[rows[row]]
            let box = track.filter.box
            let count = group.boxes.find(box.grown(by: buffer))
            for place in 0..<count {
                let overlap = group.boxes.found[place]
                let member = group.members[overlap.column]
                guard !member.isTaken, options.allows(track.classID, member.classID) else { continue }
                let gain = limit - cost(track, box, member, overlap.value)
                guard gain > 0 else { continue }
                association.pairs.append(.init(row: Int32(row), column: Int32(overlap.column), gain: gain))
            }
        }
        association.solve(rows: rows.count, columns: group.members.count)
    }

    /// Matches the rows with the confident detections that are left, by likeness × score and by looks.
    private mutating func associateConfident(limit: Double) {
        let rules = Self.appearanceRules
        Self.pair(
            workspace.rows, of: tracks, with: &workspace.high, in: &workspace.association, grownBy: options.buffer,
            limit: limit, options
        ) { [options] track, box, member, overlap in
            appearance.cost(
                1 - options.likeness(overlap, box, member.box) * member.score, overlap: overlap,
                slot: track.appearanceSlot, detection: member.index, rules)
        }
        for row in workspace.rows.indices {
            let column = workspace.association.columnForRow[row]
            guard column != LinearAssignment.unassigned else { continue }
            workspace.high.members[column].isTaken = true
            let member = workspace.high.members[column]
            let index = workspace.rows[row]
            take(member, by: index)
            tracks[index].appearanceSlot = appearance.blend(
                slot: tracks[index].appearanceSlot, detection: member.index, momentum: Float(rules.momentum))
        }
    }

    /// Matches the rows with the doubtful detections, by likeness alone.
    private mutating func associateDoubtful() {
        guard !workspace.low.members.isEmpty else { return }
        Self.pair(
            workspace.rows, of: tracks, with: &workspace.low, in: &workspace.association, grownBy: options.buffer,
            limit: Self.lowMatchThreshold, options
        ) { [options] _, box, member, overlap in 1 - options.likeness(overlap, box, member.box) }
        for row in workspace.rows.indices {
            let column = workspace.association.columnForRow[row]
            guard column != LinearAssignment.unassigned else { continue }
            take(workspace.low.members[column], by: workspace.rows[row])
        }
    }

    private mutating func take(_ member: DetectionGroup.Member, by index: Int) {
        let wasBelieved = tracks[index].isActivated
        tracks[index].update(member.measurement, detectionIndex: member.index, frame: frame)
        tracks[index].isActivated = wasBelieved || tracks[index].hits >= options.minHits
    }
}

extension LapwingOptions {
    /// Whether a detection of one class may go to a track of another.
    func allows(_ classID: Int, _ other: Int) -> Bool { !perClass || classID == other }

    /// How much two boxes are alike whose grown boxes overlap so much, 0…1.
    fileprivate func likeness(_ overlap: Double, _ a: BoundingBox, _ b: BoundingBox) -> Double {
        overlap * (1 - heightWeight + heightWeight * a.heightOverlap(b))
    }
}
