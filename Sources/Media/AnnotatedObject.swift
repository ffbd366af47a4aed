public import Vision

/// One box of a frame, as an ``Annotator`` draws it.
public struct AnnotatedObject: Sendable, Hashable {
    /// Where, in pixels of the picture as displayed. What is not a valid box, or lies outside, is not drawn.
    public var box: BoundingBox
    /// The class.
    public var label: String
    /// 0…1; nil for boxes that nobody detected.
    public var confidence: Double?
    /// The identity, which decides on the colour; nil for detections that are not tracked.
    public var objectID: String?
    /// The short number of the object in its video.
    public var trackID: Int?
    /// Whether the tracker believes in the object; boxes of others are drawn thinner.
    public var isConfirmed: Bool
    /// Whether the box is only predicted; drawn dashed.
    public var isPredicted: Bool

    public init(
        box: BoundingBox, label: String, confidence: Double? = nil, objectID: String? = nil, trackID: Int? = nil,
        isConfirmed: Bool = true, isPredicted: Bool = false
    ) {
        self.box = box
        self.label = label
        self.confidence = confidence
        self.objectID = objectID
        self.trackID = trackID
        self.isConfirmed = isConfirmed
        self.isPredicted = isPredicted
    }
}
