public import Vision

/// One detection with the object it belongs to, or one object whose box is only predicted.
public struct IdentifiedObject: Sendable, Hashable {
    /// See ``DetectionID``; nil when predicted.
    public var detectionID: String?
    /// The detection ID of the object's first detection; nil when the detection is not tracked.
    public var objectID: String?
    /// The tracker's small integer; nil when the detection is not tracked.
    public var trackID: Int?
    /// The object's class, voted over its detections so far; the detection's own when it is not tracked.
    public var classID: Int
    /// The name of that class.
    public var label: String
    /// The detector's score; nil when predicted.
    public var confidence: Double?
    /// The detector's box; nil when predicted.
    public var bbox: BoundingBox?
    /// The tracker's estimate; nil when the detection is not tracked.
    public var trackBox: BoundingBox?
    /// Nil when the detection is not tracked.
    public var state: TrackedObject.State?
    /// Whether there is no detection, and the box is the tracker's prediction.
    public var predicted: Bool
    /// Processed frames since birth; nil when the detection is not tracked.
    public var age: Int?
    /// Detections since birth, the first included; nil when the detection is not tracked.
    public var hits: Int?

    public init(
        detectionID: String?, objectID: String? = nil, trackID: Int? = nil, classID: Int, label: String,
        confidence: Double?, bbox: BoundingBox?, trackBox: BoundingBox? = nil, state: TrackedObject.State? = nil,
        predicted: Bool = false, age: Int? = nil, hits: Int? = nil
    ) {
        self.detectionID = detectionID
        self.objectID = objectID
        self.trackID = trackID
        self.classID = classID
        self.label = label
        self.confidence = confidence
        self.bbox = bbox
        self.trackBox = trackBox
        self.state = state
        self.predicted = predicted
        self.age = age
        self.hits = hits
    }
}
