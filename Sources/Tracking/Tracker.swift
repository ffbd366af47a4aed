public import Vision

/// Follows objects through the frames of one video.
///
/// A tracker is synchronous and deterministic: the same calls give the same answers, to the bit, on every machine, and
/// a tracker restored from a snapshot goes on as if it had never stopped. Identities are small integers, counted from 1
/// within one tracker, never reused.
public protocol Tracker: Sendable {
    /// Advances by one processed frame.
    ///
    /// Detections may be in any order, empty, or malformed: one whose box is not valid (see ``BoundingBox/isValid``) or
    /// whose confidence is not finite is left untracked. Appearance and camera motion are passed over by trackers whose
    /// papers do not use them.
    mutating func update(_ input: TrackerInput) -> TrackerUpdate

    /// Which of a frame's detections it wants to know the looks of, to be asked before ``update(_:)`` of that frame.
    ///
    /// What others look like is passed over, so that nobody needs to find out.
    ///
    /// - Returns: indices, ascending; none from a tracker that does not look.
    mutating func detectionsToDescribe(_ detections: [Detection]) -> [Int]

    /// The whole state, versioned; what ``TrackerKind/restore(_:)`` takes back.
    func snapshot() -> [UInt8]
}

extension Tracker {
    public mutating func detectionsToDescribe(_ detections: [Detection]) -> [Int] { [] }

    /// Advances by one processed frame of which nothing but the detections is known.
    public mutating func update(_ detections: [Detection]) -> TrackerUpdate {
        update(TrackerInput(detections))
    }
}
