/// Something that is drawn in front of what is farther away.
struct StreetItem {
    enum Content {
        case sprite(Sprite)
        case pedestrian(Pedestrian)
        case vehicle(Vehicle)
        /// The lamps of a traffic light, at the foot of its post.
        case lamps(Vector)
    }

    let content: Content
    /// The ground that it stands on.
    let x: ClosedRange<Double>
    let z: ClosedRange<Double>

    init(_ content: Content, x: Double, z: Double, halfLength: Double, halfWidth: Double) {
        self.content = content
        self.x = x - halfLength...x + halfLength
        self.z = z - halfWidth...z + halfWidth
    }

    private func distance(from camera: Vector) -> Double {
        let dx = (x.lowerBound + x.upperBound) / 2 - camera.x
        let dz = (z.lowerBound + z.upperBound) / 2 - camera.z
        return dx * dx + dz * dz
    }

    /// Whether this one must be drawn before the other, as it can only be behind it.
    private func isBehind(_ other: StreetItem, camera: Vector) -> Bool {
        if z.lowerBound >= other.z.upperBound { return true }
        if other.z.lowerBound >= z.upperBound { return false }
        if x.lowerBound >= other.x.upperBound { return other.x.upperBound > camera.x }
        if other.x.lowerBound >= x.upperBound { return other.x.lowerBound < camera.x }
        return false
    }

    /// From the farthest to the nearest.
    static func sorted(_ items: [StreetItem], camera: Vector) -> [StreetItem] {
        let byDistance = items.enumerated().sorted { a, b in
            let (far, near) = (a.element.distance(from: camera), b.element.distance(from: camera))
            return far == near ? a.offset < b.offset : far > near
        }
        var sorted: [StreetItem] = []
        sorted.reserveCapacity(items.count)
        for (_, item) in byDistance {
            // What is nearer by its middle may yet be behind something long.
            let place = sorted.firstIndex { item.isBehind($0, camera: camera) } ?? sorted.count
            sorted.insert(item, at: place)
        }
        return sorted
    }
}
