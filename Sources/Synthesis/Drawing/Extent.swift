/// The smallest upright rectangle around points.
struct Extent {
    var left = Double.infinity
    var top = Double.infinity
    var right = -Double.infinity
    var bottom = -Double.infinity

    var isEmpty: Bool { !(right > left && bottom > top) }
    var area: Double { isEmpty ? 0 : (right - left) * (bottom - top) }

    mutating func add(_ points: [Point]) {
        for point in points {
            left = min(left, point.x)
            right = max(right, point.x)
            top = min(top, point.y)
            bottom = max(bottom, point.y)
        }
    }

    func clipped(width: Double, height: Double) -> Extent {
        Extent(left: max(left, 0), top: max(top, 0), right: min(right, width), bottom: min(bottom, height))
    }

    func moved(x: Double, y: Double) -> Extent {
        Extent(left: left + x, top: top + y, right: right + x, bottom: bottom + y)
    }
}
