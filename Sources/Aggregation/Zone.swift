/// A part of the picture in which objects are counted and timed.
public struct Zone: Sendable, Hashable {
    /// What it is called in summaries and on pictures; unique in its file.
    public var name: String
    /// Its corners along the border, three or more, in the units of the ``ZoneFile``; the last is joined to the first.
    public var polygon: [ZonePoint]
    /// The classes that are counted; nil: all.
    public var classes: [String]?
    /// The cameras that it is for; nil: all, and videos without a camera.
    public var cameras: [String]?
    /// How far outside an object must be to have left; nil: 1 % of the picture's height.
    public var hysteresis: Double?

    public init(
        name: String, polygon: [ZonePoint], classes: [String]? = nil, cameras: [String]? = nil,
        hysteresis: Double? = nil
    ) {
        self.name = name
        self.polygon = polygon
        self.classes = classes
        self.cameras = cameras
        self.hysteresis = hysteresis
    }

    /// Whether the point is inside, by the even-odd rule; on the border it may be either.
    public func contains(_ point: ZonePoint) -> Bool {
        var isInside = false
        var a = polygon[polygon.count - 1]
        for b in polygon {
            if (a.y > point.y) != (b.y > point.y),
                point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x
            {
                isInside.toggle()
            }
            a = b
        }
        return isInside
    }

    /// How far the point is from the border.
    public func distanceToBorder(_ point: ZonePoint) -> Double {
        var least = Double.infinity
        var a = polygon[polygon.count - 1]
        for b in polygon {
            least = min(least, point.distance(toSegmentFrom: a, to: b))
            a = b
        }
        return least
    }

    /// Whether objects of a class are counted here.
    public func counts(_ label: String) -> Bool { classes?.contains(label) ?? true }

    /// Whether it is there in the pictures of a camera; nil: of a video without a camera.
    public func isFor(camera: String?) -> Bool { cameras.map { camera.map($0.contains) ?? false } ?? true }
}
