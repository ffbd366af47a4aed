/// A pinhole camera above the street.
struct Camera {
    /// Nothing nearer than this is drawn, in metres.
    static let near = 0.6

    let position: Vector
    let right: Vector
    let up: Vector
    let forward: Vector
    /// Pixels per metre at a distance of one metre.
    let focal: Double
    var center: Point

    init(position: Vector, target: Vector, focal: Double, center: Point) {
        self.position = position
        self.focal = focal
        self.center = center
        forward = (target - position).normalized
        right = Vector(0, 1, 0).cross(forward).normalized
        up = forward.cross(right)
    }

    func depth(_ place: Vector) -> Double { (place - position).dot(forward) }

    /// Where a place is seen; nil if it is behind the camera or too near.
    func project(_ place: Vector) -> Point? {
        let offset = place - position
        let depth = offset.dot(forward)
        guard depth >= Camera.near else { return nil }
        return project(offset, depth: depth)
    }

    /// A polygon as it is seen, without what is behind the camera; empty if nothing is left.
    func project(_ polygon: [Vector]) -> [Point] {
        var points: [Point] = []
        points.reserveCapacity(polygon.count + 2)
        guard var previous = polygon.last.map({ $0 - position }) else { return [] }
        var previousDepth = previous.dot(forward)
        for place in polygon {
            let offset = place - position
            let depth = offset.dot(forward)
            if (depth >= Camera.near) != (previousDepth >= Camera.near) {
                let share = (Camera.near - previousDepth) / (depth - previousDepth)
                points.append(project(previous.mixed(offset, share), depth: Camera.near))
            }
            if depth >= Camera.near { points.append(project(offset, depth: depth)) }
            previous = offset
            previousDepth = depth
        }
        return points.count > 2 ? points : []
    }

    private func project(_ offset: Vector, depth: Double) -> Point {
        let scale = focal / depth
        return Point(x: center.x + offset.dot(right) * scale, y: center.y - offset.dot(up) * scale)
    }

    /// Where the ground meets the sky, in pixels from the top.
    var horizon: Double {
        let flat = (forward.x * forward.x + forward.z * forward.z).squareRoot()
        return center.y + focal * forward.y / max(flat, 1e-6)
    }
}
