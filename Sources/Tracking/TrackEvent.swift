/// A turn in an object's life.
public struct TrackEvent: Sendable, Hashable {
    /// The turns, in the order in which one frame's events are listed.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// The tracker gave it up, or the video ended; the last event of an object, once for each.
        case ended
        /// A confirmed object has no detection in this frame and had one before.
        case lost
        /// A lost object has a detection again.
        case recovered
        /// It has its first detection; the first event of an object, once for each.
        case born
        /// The tracker believes in it; at most once for each object.
        case confirmed
    }

    /// What happened.
    public var kind: Kind
    /// The detection ID of the object's first detection.
    public var objectID: String
    /// The tracker's small integer.
    public var trackID: Int
    /// The object's class, voted over its detections so far.
    public var classID: Int
    /// The name of the object's class.
    public var label: String
    /// The frame with which it happened.
    public var frame: Int
    /// Only with `ended`.
    public var summary: ObjectSummary?

    public init(
        kind: Kind, objectID: String, trackID: Int, classID: Int, label: String, frame: Int,
        summary: ObjectSummary? = nil
    ) {
        self.kind = kind
        self.objectID = objectID
        self.trackID = trackID
        self.classID = classID
        self.label = label
        self.frame = frame
        self.summary = summary
    }
}
