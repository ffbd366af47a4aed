/// One object that a detector saw in one frame.
public struct Detection: Sendable, Hashable {
    /// Where it is, in pixels of the displayed picture.
    public var box: BoundingBox
    /// The detector's score, 0…1.
    public var confidence: Double
    /// The class's index in the model's list of names.
    public var classID: Int

    public init(box: BoundingBox, confidence: Double, classID: Int) {
        self.box = box
        self.confidence = confidence
        self.classID = classID
    }
}
