public import Vision

/// What a tracker knows after a frame.
public struct TrackerUpdate: Sendable, Equatable {
    /// Every track alive after this frame, in the order the tracker's paper emits them.
    public var tracks: [TrackedObject]
    /// The identities that ended with this frame, ascending.
    public var ended: [Int]

    public init(tracks: [TrackedObject] = [], ended: [Int] = []) {
        self.tracks = tracks
        self.ended = ended
    }
}

extension TrackerUpdate {
    /// An empty answer in the memory of an earlier one.
    ///
    /// Trackers keep their latest answer, so that a caller who has let go of it gets the next in the same memory:
    /// nothing is allocated then.
    init(reusing earlier: inout TrackerUpdate) {
        self.init()
        swap(&self, &earlier)
        tracks.removeAll(keepingCapacity: true)
        ended.removeAll(keepingCapacity: true)
    }
}

/// One track after one frame.
public struct TrackedObject: Sendable, Equatable {
    /// Where a track is in its life.
    public enum State: String, Sendable, Codable {
        /// Seen too few times to be believed; seen in this frame or not.
        case tentative
        /// Believed and seen in this frame.
        case confirmed
        /// Believed, but not seen in this frame; its box is predicted.
        case lost
    }

    /// The tracker's small integer, from 1.
    public var trackID: Int
    /// The class of the detections it takes.
    public var classID: Int
    /// The tracker's own estimate in picture pixels; predicted when `detectionIndex` is nil.
    public var box: BoundingBox
    /// The index in this frame's detections of the one that the track took; nil when it took none.
    public var detectionIndex: Int?
    /// Where it is in its life.
    public var state: State
    /// Whether the tracker's paper would put this track out in this frame.
    public var isReported: Bool
    /// Processed frames since birth; 0 in the frame of birth.
    public var age: Int
    /// Detections taken since birth, the first included.
    public var hits: Int

    public init(
        trackID: Int, classID: Int, box: BoundingBox, detectionIndex: Int?, state: State, isReported: Bool, age: Int,
        hits: Int
    ) {
        self.trackID = trackID
        self.classID = classID
        self.box = box
        self.detectionIndex = detectionIndex
        self.state = state
        self.isReported = isReported
        self.age = age
        self.hits = hits
    }
}
