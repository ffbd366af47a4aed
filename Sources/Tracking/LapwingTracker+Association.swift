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

    /// Matches the rows with the confident detections that are left, by likeness × score and by looks.
    private mutating func associateConfident(limit: Double) {
        let rules = Self.appearanceRules
        workspace.association.pairs.removeAll(keepingCapacity: true)
        for row in workspace.rows.indices {
            let track = tracks[workspace.rows[row]]
            let box = track.filter.box
            let count = workspace.high.boxes.find(box.grown(by: options.buffer))
            for place in 0..<count {
                let overlap = workspace.high.boxes.found[place]
                let member = workspace.high.members[overlap.column]
                guard !member.isTaken, isAllowed(track, member) else { continue }
                var cost = 1 - likeness(overlap.value, box, member.box) * member.score
                if appearance.hasDetections, 1 - overlap.value <= rules.proximity,
                    let distance = appearance.distance(slot: track.appearanceSlot, detection: member.index),
                    distance / 2 <= rules.limit
                {
                    cost = min(cost, distance / 2)
                }
                guard cost < limit else { continue }
                workspace.association.pairs.append(
                    .init(row: Int32(row), column: Int32(overlap.column), gain: limit - cost))
            }
        }
        workspace.association.solve(rows: workspace.rows.count, columns: workspace.high.members.count)
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
        workspace.association.pairs.removeAll(keepingCapacity: true)
        for row in workspace.rows.indices {
            let track = tracks[workspace.rows[row]]
            let box = track.filter.box
            let count = workspace.low.boxes.find(box.grown(by: options.buffer))
            for place in 0..<count {
                let overlap = workspace.low.boxes.found[place]
                let member = workspace.low.members[overlap.column]
                guard isAllowed(track, member) else { continue }
                let gain = Self.lowMatchThreshold - (1 - likeness(overlap.value, box, member.box))
                guard gain > 0 else { continue }
                workspace.association.pairs.append(
                    .init(row: Int32(row), column: Int32(overlap.column), gain: gain))
            }
        }
        workspace.association.solve(rows: workspace.rows.count, columns: workspace.low.members.count)
        for row in workspace.rows.indices {
            let column = workspace.association.columnForRow[row]
            guard column != LinearAssignment.unassigned else { continue }
            take(workspace.low.members[column], by: workspace.rows[row])
        }
    }

    private mutating func take(_ member: Workspace.Member, by index: Int) {
        let wasBelieved = tracks[index].isActivated
        tracks[index].update(member.measurement, detectionIndex: member.index, frame: frame)
        tracks[index].isActivated = wasBelieved || tracks[index].hits >= options.minHits
    }

    private func likeness(_ overlap: Double, _ a: BoundingBox, _ b: BoundingBox) -> Double {
        overlap * (1 - options.heightWeight + options.heightWeight * a.heightOverlap(b))
    }

    func isAllowed(_ track: Track, _ member: Workspace.Member) -> Bool {
        !options.perClass || track.classID == member.classID
    }
}
