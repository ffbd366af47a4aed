/// An axis-aligned box in absolute pixels: (`x1`, `y1`) is the top-left corner, (`x2`, `y2`) the bottom-right one.
///
/// Coordinates are continuous: a box from 0 to 10 is 10 pixels wide, with no "+ 1". Values outside the picture, empty
/// boxes and boxes with `x2 < x1` are representable; functions here say what they do with them.
public struct BoundingBox: Sendable, Hashable {
    public var x1: Double
    public var y1: Double
    public var x2: Double
    public var y2: Double

    public init(x1: Double, y1: Double, x2: Double, y2: Double) {
        self.x1 = x1
        self.y1 = y1
        self.x2 = x2
        self.y2 = y2
    }

    /// A box from its top-left corner and its size, as MOTChallenge files write it.
    public init(x: Double, y: Double, width: Double, height: Double) {
        self.init(x1: x, y1: y, x2: x + width, y2: y + height)
    }

    public var width: Double { x2 - x1 }
    public var height: Double { y2 - y1 }
    public var area: Double { width * height }

    /// Whether all four coordinates are finite and both sides are positive.
    public var isValid: Bool {
        x1.isFinite && y1.isFinite && x2.isFinite && y2.isFinite && x2 > x1 && y2 > y1
    }

    /// Intersection over union, 0…1; 0 when the boxes do not overlap or the union is empty.
    ///
    /// Areas are plain products (no "+ 1" pixel), as in PASCAL VOC 2010 and later and in the SORT paper.
    public func intersectionOverUnion(_ other: BoundingBox) -> Double {
        let w = min(x2, other.x2) - max(x1, other.x1)
        let h = min(y2, other.y2) - max(y1, other.y1)
        guard w > 0, h > 0 else { return 0 }
        let intersection = w * h
        let union = area + other.area - intersection
        return union > 0 ? intersection / union : 0
    }
}
