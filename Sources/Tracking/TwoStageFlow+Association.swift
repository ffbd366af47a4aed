extension TwoStageFlow {
    /// First stage: tracks in sight and lost ones take confident detections.
    mutating func associateConfident() {
        workspace.rows.removeAll(keepingCapacity: true)
        for index in tracks.indices where tracks[index].isActivated { workspace.rows.append(index) }
        associateHigh(limit: options.matchThreshold)
    }

    /// Second stage: tracks in sight that found nothing take the others, or are lost.
    mutating func associateOthers() {
        workspace.rows.removeAll(keepingCapacity: true)
        for index in 0..<trackedCount where tracks[index].isActivated && tracks[index].lastFrame != frame {
            workspace.rows.append(index)
        }
        workspace.association.pairs.removeAll(keepingCapacity: true)
        if !workspace.low.members.isEmpty {
            for row in workspace.rows.indices {
                let index = workspace.rows[row]
                let count = workspace.low.boxes.find(tracks[index].filter.box)
                for place in 0..<count {
                    let overlap = workspace.low.boxes.found[place]
                    let gain = options.lowMatchThreshold - (1 - overlap.value)
                    guard gain > 0, options.allows(tracks[index].classID, workspace.low.members[overlap.column].classID)
                    else { continue }
                    workspace.association.pairs.append(
                        .init(row: Int32(row), column: Int32(overlap.column), gain: gain))
                }
            }
        }
        workspace.association.solve(rows: workspace.rows.count, columns: workspace.low.members.count)
        for row in workspace.rows.indices {
            let index = workspace.rows[row]
            let column = workspace.association.columnForRow[row]
            guard column != LinearAssignment.unassigned else {
                tracks[index].place = .lost
                continue
            }
            let member = workspace.low.members[column]
            tracks[index].update(member.measurement, detectionIndex: member.index, frame: frame)
        }
    }

    /// Tracks of one detection take what confident detections are left, or end.
    mutating func associateUnconfirmed() {
        workspace.rows.removeAll(keepingCapacity: true)
        for index in 0..<trackedCount where !tracks[index].isActivated { workspace.rows.append(index) }
        guard !workspace.rows.isEmpty else { return }
        associateHigh(limit: options.unconfirmedMatchThreshold)
        for index in workspace.rows where tracks[index].lastFrame != frame { tracks[index].place = .gone }
    }

    /// Matches the tracks of `rows` with the confident detections that are not taken.
    private mutating func associateHigh(limit: Double) {
        workspace.association.pairs.removeAll(keepingCapacity: true)
        for row in workspace.rows.indices {
            let index = workspace.rows[row]
            let count = workspace.high.boxes.find(tracks[index].filter.box)
            for place in 0..<count {
                let overlap = workspace.high.boxes.found[place]
                let column = overlap.column
                guard !workspace.high.members[column].isTaken,
                    options.allows(tracks[index].classID, workspace.high.members[column].classID)
                else { continue }
                var cost =
                    1 - (options.fuseScore ? overlap.value * workspace.high.members[column].score : overlap.value)
                if let rules = appearanceRules {
                    cost = appearance.cost(
                        cost, overlap: overlap.value, slot: tracks[index].appearanceSlot,
                        detection: workspace.high.members[column].index, rules)
                }
                guard cost < limit else { continue }
                workspace.association.pairs.append(
                    .init(row: Int32(row), column: Int32(column), gain: limit - cost))
            }
        }
        workspace.association.solve(rows: workspace.rows.count, columns: workspace.high.members.count)
        for row in workspace.rows.indices {
            let column = workspace.association.columnForRow[row]
            guard column != LinearAssignment.unassigned else { continue }
            let member = workspace.high.members[column]
            workspace.high.members[column].isTaken = true
            let index = workspace.rows[row]
            tracks[index].update(member.measurement, detectionIndex: member.index, frame: frame)
            if let rules = appearanceRules {
                tracks[index].appearanceSlot = appearance.blend(
                    slot: tracks[index].appearanceSlot, detection: member.index, momentum: Float(rules.momentum))
            }
        }
    }
}
