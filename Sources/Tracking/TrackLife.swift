internal import Vision

/// Who a track is and what it has lived through: what SORT and those that build on it count alike.
struct TrackLife: Sendable, Equatable {
    var id: Int
    var classID: Int
    /// Frames since birth.
    var age = 0
    /// Detections taken, the first included.
    var hits = 1
    /// Detections taken since birth or since the last miss, the one of birth not counted.
    var hitStreak = 0
    /// Frames since the last detection.
    var timeSinceUpdate = 0
    /// Whether it was ever believed; never becomes false again.
    var isConfirmed = false
    /// The detection taken in this frame.
    var detectionIndex: Int?

    /// Moves on by one frame.
    mutating func predict() {
        age += 1
        if timeSinceUpdate > 0 { hitStreak = 0 }
        timeSinceUpdate += 1
        detectionIndex = nil
    }

    /// Takes a detection.
    mutating func update(detectionIndex: Int) {
        hits += 1
        hitStreak += 1
        timeSinceUpdate = 0
        self.detectionIndex = detectionIndex
    }

    /// SORT's rule of what to believe, at the end of a frame.
    ///
    /// - Parameters:
    ///   - minHits: how many detections in a row, the one of birth not counted, a track needs to be put out.
    ///   - frameCount: the frame, from 1; in the first `minHits` ones nothing can have been seen for so long.
    /// - Returns: whether the track is to be put out in this frame.
    mutating func believe(minHits: Int, frameCount: Int) -> Bool {
        let isReported = detectionIndex != nil && (hitStreak >= minHits || frameCount <= minHits)
        if isReported || hits >= minHits { isConfirmed = true }
        return isReported
    }

    /// What the tracker answers about the track.
    func listed(box: BoundingBox, isReported: Bool) -> TrackedObject {
        TrackedObject(
            trackID: id, classID: classID, box: box, detectionIndex: detectionIndex,
            state: isConfirmed ? (detectionIndex != nil ? .confirmed : .lost) : .tentative, isReported: isReported,
            age: age, hits: hits)
    }
}

extension TrackLife {
    /// Appends all but the detection of the frame, which is none between frames.
    ///
    /// - Parameter includesStreak: false for a tracker that does not go by ``hitStreak``.
    func write(to writer: inout SnapshotWriter, includesStreak: Bool = true) {
        writer.append(id)
        writer.append(classID)
        writer.append(age)
        writer.append(hits)
        if includesStreak { writer.append(hitStreak) }
        writer.append(timeSinceUpdate)
        writer.append(isConfirmed)
    }

    /// Reads what ``write(to:includesStreak:)`` wrote.
    ///
    /// - Parameters:
    ///   - previousID: the identity of the track before; they ascend.
    ///   - nextID: the identity that is given out next.
    init(
        from reader: inout SnapshotReader, after previousID: Int?, before nextID: Int, includesStreak: Bool = true
    ) throws(SnapshotError) {
        self.init(id: try reader.readCounter(), classID: try reader.readInt())
        age = try reader.readCounter()
        hits = try reader.readCounter()
        if includesStreak { hitStreak = try reader.readCounter() }
        timeSinceUpdate = try reader.readCounter()
        isConfirmed = try reader.readBool()
        guard id > previousID ?? 0, id < nextID else { throw reader.corrupt("track \(id) is out of order") }
    }
}
