internal import Vision

extension LapwingTracker {
    /// How far predicted boxes grow, in parts of their sides, in the association that common motion is measured by; its
    /// largest cost; how many pairs it needs; how long a track may have been out of sight to take part, in frames.
    private static let trialBuffer = 0.3
    private static let trialLimit = 0.95
    private static let trialCount = 3
    private static let trialAge = 2
    /// The part of a common shift that goes into the velocities: about what a filter's update would have put there.
    private static let velocityPart = 0.15

    /// Carries the tracks over into this frame's picture: by the motion of the camera, if it was measured, and by what the
    /// tracks in sight were then still wrong about in common.
    mutating func followCamera(_ motion: CameraMotion?) {
        if let motion, motion.isFinite {
            if motion != .identity { for index in tracks.indices { tracks[index].filter.apply(motion) } }
        }
        if options.commonMotion { followCommonMotion() }
    }

    /// Associates believed tracks with confident detections on trial, and shifts all tracks by the median of what they
    /// were wrong by.
    ///
    /// The filter already follows a camera that moves evenly; this is for the frames in which it does not. The median
    /// passes over objects that go their own way, and over pairs that were wrong.
    private mutating func followCommonMotion() {
        let earliest = frame - Self.trialAge
        select { $0.isActivated && $0.lastFrame >= earliest }
        guard workspace.rows.count >= Self.trialCount, workspace.high.members.count >= Self.trialCount else { return }
        Self.pair(
            workspace.rows, of: tracks, with: &workspace.high, in: &workspace.association, grownBy: Self.trialBuffer,
            limit: Self.trialLimit, options
        ) { _, box, member, overlap in 1 - overlap * box.heightOverlap(member.box) * member.score }
        workspace.shiftsX.removeAll(keepingCapacity: true)
        workspace.shiftsY.removeAll(keepingCapacity: true)
        for row in workspace.rows.indices {
            let column = workspace.association.columnForRow[row]
            guard column != LinearAssignment.unassigned else { continue }
            let filter = tracks[workspace.rows[row]].filter
            let measurement = workspace.high.members[column].measurement
            workspace.shiftsX.append(measurement.x - filter.x.position)
            workspace.shiftsY.append(measurement.y - filter.y.position)
        }
        guard workspace.shiftsX.count >= Self.trialCount else { return }
        let dx = workspace.shiftsX.takeMedian()
        let dy = workspace.shiftsY.takeMedian()
        for index in tracks.indices {
            tracks[index].filter.x.position += dx
            tracks[index].filter.y.position += dy
            tracks[index].filter.x.velocity += Self.velocityPart * dx
            tracks[index].filter.y.velocity += Self.velocityPart * dy
        }
    }
}

extension [Double] {
    /// The median, the mean of the two middle values for an even count; the order of the values is lost.
    ///
    /// Hoare's selection, in place: nothing is allocated.
    ///
    /// - Precondition: not empty, no NaN.
    mutating func takeMedian() -> Double {
        let upper = select(count / 2)
        guard count.isMultiple(of: 2) else { return upper }
        var lower = self[0]
        for index in 0..<(count / 2) { lower = Swift.max(lower, self[index]) }
        return (lower + upper) / 2
    }

    /// The value that would be at a place if the values were sorted; those before are not greater after, those behind
    /// not smaller.
    private mutating func select(_ place: Int) -> Double {
        var (low, high) = (0, count - 1)
        while low < high {
            let pivot = self[(low + high) / 2]
            var (i, j) = (low, high)
            while i <= j {
                while self[i] < pivot { i += 1 }
                while self[j] > pivot { j -= 1 }
                if i <= j {
                    swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if place <= j { high = j } else if place >= i { low = i } else { break }
        }
        return self[place]
    }
}
