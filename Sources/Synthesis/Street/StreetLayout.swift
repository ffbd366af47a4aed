/// Where everything is across the street, and what the camera sees of it.
struct StreetLayout {
    struct Lane {
        var z: Double
        /// 1 drives to positive x, −1 to negative x.
        var direction: Double
        var isForBicycles: Bool
    }

    /// The half of the street's length that is drawn, in metres.
    static let reach = 220.0

    let nearPavement: ClosedRange<Double>
    let road: ClosedRange<Double>
    /// The strip where cars are parked; nil without one.
    let parking: ClosedRange<Double>?
    let farPavement: ClosedRange<Double>
    let lanes: [Lane]
    /// The middle of the zebra crossing, and half its width.
    let crossing: Double
    let crossingHalfWidth = 1.7
    let camera: Camera
    private let viewWidth: Double
    private let shake: Double

    init(_ configuration: SceneConfiguration, random: inout RandomSource) {
        let height = random.chance(0.3) ? random.uniform(1.7...2.8) : random.uniform(2.8...8.5)
        let nearEdge = 3.2 + height * 0.5 + random.uniform(0...2.5)
        let nearWidth = random.uniform(2.4...4.2)
        nearPavement = nearEdge...nearEdge + nearWidth
        var z = nearPavement.upperBound
        let roadStart = z
        let rightHand = random.chance(0.75) ? 1.0 : -1.0
        let hasBicycleLanes = random.chance(0.8)
        let laneWidth = random.uniform(3.0...3.5)
        let lanesEachWay = random.chance(0.2) ? 2 : 1
        var lanes: [Lane] = []
        lanes.append(Lane(z: z + 0.85, direction: rightHand, isForBicycles: true))
        z += hasBicycleLanes ? 1.7 : 1.5
        for index in 0..<2 * lanesEachWay {
            let direction = index < lanesEachWay ? rightHand : -rightHand
            lanes.append(Lane(z: z + laneWidth / 2, direction: direction, isForBicycles: false))
            z += laneWidth
        }
        lanes.append(Lane(z: z + 0.85, direction: -rightHand, isForBicycles: true))
        z += 1.7
        if random.chance(0.5) {
            parking = z + 0.2...z + 2.4
            z += 2.5
        } else {
            parking = nil
        }
        road = roadStart...z
        self.lanes = lanes
        farPavement = z...z + random.uniform(2.6...4.5)

        let yaw = random.uniform(-0.1...0.1)
        let side = Trigonometry.sine(turns: yaw)
        let ahead = Trigonometry.cosine(turns: yaw)
        let middle = (road.lowerBound + road.upperBound) / 2
        let distance = middle / ahead
        let target = Vector(side * distance, random.uniform(0.3...min(height, 3.2)), middle)
        let (w, h) = (Double(configuration.width), Double(configuration.height))
        camera = Camera(
            position: Vector(0, height, 0), target: target, focal: random.uniform(0.72...1.05) * max(w, h * 1.3),
            center: Point(x: w / 2, y: h * random.uniform(0.42...0.52)))
        crossing = target.x + random.uniform(-5...5)
        viewWidth = w
        shake = configuration.shake
    }

    /// Whether a place is seen near the picture's left or right edge, or beyond.
    func isAtSide(_ place: Vector) -> Bool {
        guard let point = camera.project(place) else { return true }
        return point.x < viewWidth * 0.06 || point.x > viewWidth * 0.94
    }

    /// The part of a strip along the street that can be seen, from the camera's left to its right; its ends lie
    /// outside the picture.
    ///
    /// - Parameter margin: metres to add on both sides: half of what moves there.
    func visible(z: ClosedRange<Double>, margin: Double) -> ClosedRange<Double> {
        let pixels = max(viewWidth * 0.08 + 8, shake + 8)
        func isSeen(_ x: Double) -> Bool {
            for depth in [z.lowerBound, z.upperBound] {
                for height in [0, 2.4] {
                    if let point = camera.project(Vector(x, height, depth)), point.x > -pixels,
                        point.x < viewWidth + pixels
                    {
                        return true
                    }
                }
            }
            return false
        }
        var low = camera.position.x + camera.forward.x / max(camera.forward.z, 0.2) * z.lowerBound
        var high = low
        while low > -StreetLayout.reach, isSeen(low) || isSeen(low - 2) { low -= 1 }
        while high < StreetLayout.reach, isSeen(high) || isSeen(high + 2) { high += 1 }
        return low - margin...high + margin
    }
}
