/// A box that a detector proposes, before ``NonMaximumSuppression`` chooses among the overlapping ones.
///
/// Single precision, in the detector's own pixels: suppression must compare the very numbers that the detector wrote.
public struct BoxCandidate: Sendable, Hashable {
    public var x1, y1, x2, y2: Float
    /// The detector's score; not NaN.
    public var score: Float
    public var classID: Int32
    /// The position among all that the detector proposed: of two equal scores the lower index goes first.
    public var index: Int32

    public init(x1: Float, y1: Float, x2: Float, y2: Float, score: Float, classID: Int32, index: Int32) {
        self.x1 = x1
        self.y1 = y1
        self.x2 = x2
        self.y2 = y2
        self.score = score
        self.classID = classID
        self.index = index
    }
}
