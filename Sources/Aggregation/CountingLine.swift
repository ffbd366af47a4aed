/// A line across the picture that counts what goes over it, in both directions.
///
/// To go **in** is to cross it from its left to its right, as seen from `from` looking to `to`; the other way is **out**.
/// A line from the picture's left edge to its right edge has its left above: in is downwards.
public struct CountingLine: Sendable, Hashable {
    /// What it is called in summaries and on pictures; unique in its file.
    public var name: String
    /// One end, in the units of the ``ZoneFile``.
    public var from: ZonePoint
    /// The other end.
    public var to: ZonePoint
    /// The classes that are counted; nil: all.
    public var classes: [String]?
    /// The cameras that it is for; nil: all, and videos without a camera.
    public var cameras: [String]?
    /// How far from the line an object must be to be on one of its sides; nil: 1 % of the picture's height.
    public var hysteresis: Double?

    public init(
        name: String, from: ZonePoint, to: ZonePoint, classes: [String]? = nil, cameras: [String]? = nil,
        hysteresis: Double? = nil
    ) {
        self.name = name
        self.from = from
        self.to = to
        self.classes = classes
        self.cameras = cameras
        self.hysteresis = hysteresis
    }

    /// The distance from the line and its prolongation: negative on its left, positive on its right.
    public func distance(of point: ZonePoint) -> Double {
        let (dx, dy) = (to.x - from.x, to.y - from.y)
        return point.side(ofLineFrom: from, to: to) / (dx * dx + dy * dy).squareRoot()
    }

    /// Whether a point on the line's prolongation lies between its ends, these included.
    func spans(_ point: ZonePoint) -> Bool {
        let (dx, dy) = (to.x - from.x, to.y - from.y)
        let along = (point.x - from.x) * dx + (point.y - from.y) * dy
        return along >= 0 && along <= dx * dx + dy * dy
    }

    /// Whether objects of a class are counted here.
    public func counts(_ label: String) -> Bool { classes?.contains(label) ?? true }

    /// Whether it is there in the pictures of a camera; nil: of a video without a camera.
    public func isFor(camera: String?) -> Bool { cameras.map { camera.map($0.contains) ?? false } ?? true }
}
