/// Divides detections and tracks into association problems of one class each.
///
/// A value keeps its memory from one frame to the next.
struct ClassPartition: Sendable {
    /// Indices of the detections and tracks to associate, ascending; sorted by class by ``divide(perClass:detectionClass:trackClass:)``.
    var detections: [Int] = []
    var tracks: [Int] = []
    /// One problem each: positions in `detections` and in `tracks`, none of them empty.
    private(set) var groups: [Group] = []

    /// One association problem.
    struct Group: Sendable {
        var detections, tracks: Range<Int>
    }

    /// Empties everything but keeps the memory.
    mutating func removeAll() {
        detections.removeAll(keepingCapacity: true)
        tracks.removeAll(keepingCapacity: true)
        groups.removeAll(keepingCapacity: true)
    }

    /// Finds the ``groups``: one of all, or one for each class, in which the order within a class is kept.
    ///
    /// - Parameters:
    ///   - perClass: whether classes are problems of their own.
    ///   - detectionClass: the class of a detection, by its index.
    ///   - trackClass: the class of a track, by its index.
    mutating func divide(perClass: Bool, detectionClass: (Int) -> Int, trackClass: (Int) -> Int) {
        groups.removeAll(keepingCapacity: true)
        guard let first = detections.first, !tracks.isEmpty else { return }
        let firstClass = detectionClass(first)
        if !perClass
            || (detections.allSatisfy { detectionClass($0) == firstClass }
                && tracks.allSatisfy { trackClass($0) == firstClass })
        {
            groups.append(Group(detections: detections.indices, tracks: tracks.indices))
            return
        }
        detections.sort { (detectionClass($0), $0) < (detectionClass($1), $1) }
        tracks.sort { (trackClass($0), $0) < (trackClass($1), $1) }
        var d = 0
        var t = 0
        while d < detections.count, t < tracks.count {
            let (a, b) = (detectionClass(detections[d]), trackClass(tracks[t]))
            if a < b {
                d += 1
            } else if b < a {
                t += 1
            } else {
                let start = (d, t)
                while d < detections.count, detectionClass(detections[d]) == a { d += 1 }
                while t < tracks.count, trackClass(tracks[t]) == a { t += 1 }
                groups.append(Group(detections: start.0..<d, tracks: start.1..<t))
            }
        }
    }
}
