/// Cuts polygons at a line (I. Sutherland, G. Hodgman, 1974).
enum PolygonClip {
    /// What of a polygon lies on one side of an upright or level line.
    static func clip(
        _ polygon: [Point], isUpright isX: Bool, limit: Double, keepsAbove: Bool
    ) -> [Point] {
        guard var previous = polygon.last else { return [] }
        var kept: [Point] = []
        kept.reserveCapacity(polygon.count + 2)
        for point in polygon {
            let a = isX ? previous.x : previous.y
            let b = isX ? point.x : point.y
            let aIn = keepsAbove ? a >= limit : a <= limit
            let bIn = keepsAbove ? b >= limit : b <= limit
            if aIn != bIn {
                let share = (limit - a) / (b - a)
                let other =
                    isX ? previous.y + (point.y - previous.y) * share : previous.x + (point.x - previous.x) * share
                kept.append(isX ? Point(x: limit, y: other) : Point(x: other, y: limit))
            }
            if bIn { kept.append(point) }
            previous = point
        }
        return kept
    }
}
