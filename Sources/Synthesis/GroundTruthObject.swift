public import Vision

/// One object of one frame, as it really is.
public struct GroundTruthObject: Sendable, Hashable {
    /// The object's identity: counted from 1 in order of first appearance, the same as long as the scene lasts.
    public var id: Int
    /// An index into ``Scene/classNames``.
    public var classID: Int
    /// The full extent of the object, hidden parts included, clipped to the picture.
    public var box: BoundingBox
    /// The share of the object that can be seen, 0…1.
    ///
    /// Of the pixels that the object covers within the picture, those where nothing is in front of it, times the share
    /// of the full box that lies within the picture.
    public var visibility: Double
    /// Whether to leave the object out of training and evaluation: hardly to be seen, or very small.
    public var isIgnored: Bool

    public init(id: Int, classID: Int, box: BoundingBox, visibility: Double, isIgnored: Bool) {
        self.id = id
        self.classID = classID
        self.box = box
        self.visibility = visibility
        self.isIgnored = isIgnored
    }
}
