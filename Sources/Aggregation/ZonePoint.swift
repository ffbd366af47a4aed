/// A place in the picture: `x` from its left edge, `y` from its upper edge, in the units of the ``ZoneFile``.
public struct ZonePoint: Sendable, Hashable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    /// On which side of the straight line from `a` to `b` the point lies, times the line's length and the distance:
    /// negative on its left, positive on its right as seen from `a` looking to `b`, 0 on it.
    func side(ofLineFrom a: ZonePoint, to b: ZonePoint) -> Double {
        (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)
    }

    /// The distance to the nearest point of a segment.
    func distance(toSegmentFrom a: ZonePoint, to b: ZonePoint) -> Double {
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let square = dx * dx + dy * dy
        let t = square > 0 ? min(max(((x - a.x) * dx + (y - a.y) * dy) / square, 0), 1) : 0
        let (ex, ey) = (a.x + t * dx - x, a.y + t * dy - y)
        return (ex * ex + ey * ey).squareRoot()
    }
}
