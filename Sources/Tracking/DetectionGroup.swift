internal import Vision

/// The detections of one stage of a two-stage association, and the search among their boxes.
struct DetectionGroup: Sendable {
    struct Member: Sendable {
        var box: BoundingBox
        var measurement: BoxMeasurement
        var score: Double
        var classID: Int
        /// The index in the frame's detections.
        var index: Int
        var isTaken = false
    }

    var boxes: OverlapSearch
    var members: [Member] = []

    /// - Parameter margin: that of ``OverlapSearch``.
    init(margin: Double) { boxes = OverlapSearch(margin: margin) }

    /// Fills ``boxes`` with the members' boxes.
    ///
    /// - Parameter buffer: the part of its sides by which each box grows.
    mutating func measure(grownBy buffer: Double = 0) {
        boxes.fill(count: members.count) { members[$0].box.grown(by: buffer) }
    }
}

extension BoundingBox {
    /// With a part of its width more to the left and to the right, and of its height above and below.
    func grown(by part: Double) -> BoundingBox {
        let (dx, dy) = (width * part, height * part)
        return BoundingBox(x1: x1 - dx, y1: y1 - dy, x2: x2 + dx, y2: y2 + dy)
    }
}
