public import Vision

/// One line of a MOTChallenge text file: a detection, a ground-truth box or a tracked box.
public struct MOTRow: Sendable, Hashable {
    /// Counted from 1.
    public var frame: Int
    /// The object's identity; −1 for a detection, which has none.
    public var id: Int
    /// The box's left and top edge and its size, in pixels, as the file gives them.
    public var x, y, width, height: Double
    /// A detector's score; in ground truth, 0 marks a box to leave out. 1 where the file has no such column.
    public var score: Double
    /// Column 8, a class in ground truth of MOT16 and later; −1 where the file has no whole number there.
    public var classID: Int
    /// Column 9, the visible share of the object in ground truth of MOT16 and later; −1 where the file has none.
    public var visibility: Double

    public init(
        frame: Int, id: Int, x: Double, y: Double, width: Double, height: Double, score: Double = 1,
        classID: Int = -1, visibility: Double = -1
    ) {
        self.frame = frame
        self.id = id
        self.x = x
        self.y = y
        self.width = width
        self.height = height
        self.score = score
        self.classID = classID
        self.visibility = visibility
    }

    public init(frame: Int, id: Int, box: BoundingBox, score: Double = 1) {
        self.init(
            frame: frame, id: id, x: box.x1, y: box.y1, width: box.width, height: box.height, score: score)
    }

    /// The box from its left and top edge to these plus its size.
    public var box: BoundingBox { BoundingBox(x: x, y: y, width: width, height: height) }
}
