/// Everybody who moves through the street: they appear outside the picture, cross it, and go on out of it.
struct Traffic {
    private(set) var pedestrians: [Pedestrian] = []
    private(set) var vehicles: [Vehicle] = []
    private(set) var light: TrafficLight
    private let layout: StreetLayout
    private let density: Double
    private var random: RandomSource
    private var nextKey = 1
    private var sources: [Source] = []

    /// Where somebody appears now and then.
    private struct Source {
        enum Kind {
            case lane(Int)
            case pavement(isFar: Bool)
        }
        var kind: Kind
        /// Seconds between two, and until the next.
        var interval: Double
        var wait: Double
        var view: ClosedRange<Double>
    }

    init(layout: StreetLayout, density: Double, random: RandomSource) {
        self.layout = layout
        self.density = density
        self.random = random
        light = TrafficLight(random: &self.random)
        makeSources()
        if density > 0 { park() }
        // The street has been there for a while when the first frame is taken.
        for _ in 0..<900 where density > 0 { advance(by: 0.1) }
    }

    private mutating func makeSources() {
        guard density > 0 else { return }
        for (index, lane) in layout.lanes.enumerated() {
            let view = layout.visible(z: lane.z - 1...lane.z + 1, margin: 4)
            let target = lane.isForBicycles ? random.uniform(0.3...1.4) : random.uniform(0.5...2.2)
            let speed = lane.isForBicycles ? 4.5 : 9.0
            addSource(.lane(index), view: view, target: target, speed: speed)
        }
        for isFar in [false, true] {
            let view = layout.visible(z: isFar ? layout.farPavement : layout.nearPavement, margin: 1.5)
            addSource(.pavement(isFar: isFar), view: view, target: random.uniform(1.8...5.5), speed: 1.3)
        }
    }

    private mutating func addSource(_ kind: Source.Kind, view: ClosedRange<Double>, target: Double, speed: Double) {
        let interval = (view.upperBound - view.lowerBound) / speed / (target * density)
        sources.append(Source(kind: kind, interval: interval, wait: interval * random.unit(), view: view))
    }

    private mutating func park() {
        guard let strip = layout.parking else { return }
        let view = layout.visible(z: strip, margin: 0)
        let middle = (strip.lowerBound + strip.upperBound) / 2
        let lane = layout.lanes.count - 1
        let direction = layout.lanes[lane].direction
        let share = min(random.uniform(0.25...0.75) * (0.5 + density / 2), 0.9)
        var x = view.lowerBound + random.uniform(0...4)
        while x < view.upperBound {
            let look = CarLook(random: &random)
            let isFree = abs(x + 3 - layout.crossing) > layout.crossingHalfWidth + 5
            if isFree, random.chance(share) {
                vehicles.append(
                    Vehicle(
                        key: takeKey(), body: .car(look), lane: lane, length: look.length, wantedSpeed: 0,
                        way: (x + 3) * direction, speed: 0, z: middle + random.uniform(-0.12...0.12),
                        wheelPhase: random.unit(), isParked: true))
            }
            x += 6 + random.uniform(0...0.6)
        }
    }

    private mutating func takeKey() -> Int {
        nextKey += 2
        return nextKey - 2
    }

    mutating func advance(by seconds: Double) {
        light.advance(by: seconds)
        for index in sources.indices {
            sources[index].wait -= seconds
            guard sources[index].wait <= 0 else { continue }
            let source = sources[index]
            let hasCome =
                switch source.kind {
                case .lane(let lane): addVehicle(lane: lane, view: source.view)
                case .pavement(let isFar): addPedestrians(isFar: isFar, view: source.view)
                }
            if hasCome { sources[index].wait = source.interval * random.uniform(0.3...1.7) }
        }
        let mayCross = light.isGreenForPeople
        for index in pedestrians.indices { pedestrians[index].advance(by: seconds, mayCross: mayCross) }
        pedestrians.removeAll(where: \.isGone)
        drive(seconds)
    }

    private mutating func drive(_ seconds: Double) {
        let stopLine = layout.crossingHalfWidth + 1.4
        for index in vehicles.indices where !vehicles[index].isParked {
            let vehicle = vehicles[index]
            let front = vehicle.way + vehicle.length / 2
            var gap: Double?
            var closing = 0.0
            for other in vehicles where other.lane == vehicle.lane && !other.isParked && other.way > vehicle.way {
                let distance = other.way - other.length / 2 - front
                if distance < gap ?? .infinity {
                    gap = distance
                    closing = vehicle.speed - other.speed
                }
            }
            let toLine = layout.crossing * layout.lanes[vehicle.lane].direction - stopLine - front
            if !light.isGreenForCars, toLine > -0.5, toLine > vehicle.speed * vehicle.speed / 12 - 0.5,
                toLine + 1.2 < gap ?? .infinity
            {
                gap = toLine + 1.2
                closing = vehicle.speed
            }
            vehicles[index].advance(by: seconds, acceleration: vehicle.acceleration(gap: gap, closing: closing))
        }
        let ends = sources.compactMap { source -> (Int, Double)? in
            guard case .lane(let lane) = source.kind else { return nil }
            return (lane, layout.lanes[lane].direction > 0 ? source.view.upperBound : -source.view.lowerBound)
        }
        vehicles.removeAll { vehicle in
            !vehicle.isParked && ends.contains { $0.0 == vehicle.lane && vehicle.way - vehicle.length / 2 > $0.1 }
        }
    }

    private mutating func addVehicle(lane: Int, view: ClosedRange<Double>) -> Bool {
        let isBicycle = layout.lanes[lane].isForBicycles
        let direction = layout.lanes[lane].direction
        let start = direction > 0 ? view.lowerBound : -view.upperBound
        let last = vehicles.filter { $0.lane == lane && !$0.isParked }.min { $0.way < $1.way }
        if let last, last.way - last.length / 2 < start + (isBicycle ? 4 : 10) { return false }
        let wanted = isBicycle ? random.uniform(3.4...5.8) : random.uniform(7...12.5)
        let body: Vehicle.Body
        let length: Double
        if isBicycle {
            body = .bicycle(BicycleLook(random: &random), rider: PersonLook(rider: &random))
            length = 1.75
        } else {
            let look = CarLook(random: &random)
            body = .car(look)
            length = look.length
        }
        let key = takeKey()
        vehicles.append(
            Vehicle(
                key: key, body: body, lane: lane, length: length, wantedSpeed: wanted, way: start - length / 2,
                speed: min(wanted, last?.speed ?? wanted), z: layout.lanes[lane].z + random.uniform(-0.25...0.25),
                wheelPhase: random.unit()))
        return true
    }

    private mutating func addPedestrians(isFar: Bool, view: ClosedRange<Double>) -> Bool {
        let isLeftward = random.chance(0.5)
        let speed = random.uniform(0.95...1.7)
        let company = random.chance(0.18) ? 2 : 1
        let crosses = random.chance(0.35)
        let turnsLeft = random.chance(0.5)
        let pauses = random.chance(0.15)
        let pause = random.uniform(3...10)
        let pauseAt = random.unit()
        let band = isFar ? layout.farPavement : layout.nearPavement
        let z = random.uniform(band.lowerBound + 0.45...band.upperBound - 0.6)
        let start = isLeftward ? view.upperBound : view.lowerBound
        let end = isLeftward ? view.lowerBound : view.upperBound
        for number in 0..<company {
            // Two who walk together keep beside each other, within the pavement.
            let beside = number == 0 ? 0 : (z + 0.65 < band.upperBound - 0.3 ? 0.65 : -0.65)
            let away = number == 0 ? 0 : random.uniform(-0.2...0.2)
            var path = [Pedestrian.Stop(x: start + away, z: z + beside)]
            if crosses {
                let x = layout.crossing + beside + random.uniform(-0.8...0.4)
                let other = isFar ? layout.nearPavement : layout.farPavement
                let zOther = random.uniform(other.lowerBound + 0.5...other.upperBound - 0.6)
                let (kerb, kerbOther) =
                    isFar
                    ? (layout.farPavement.lowerBound + 0.35, layout.nearPavement.upperBound - 0.3)
                    : (layout.nearPavement.upperBound - 0.35, layout.farPavement.lowerBound + 0.3)
                let viewOther = layout.visible(z: other, margin: 1.5)
                path.append(.init(x: x, z: z + beside))
                path.append(.init(x: x, z: kerb, waitsForLight: true))
                path.append(.init(x: x, z: kerbOther))
                path.append(.init(x: x, z: zOther))
                path.append(.init(x: turnsLeft ? viewOther.lowerBound : viewOther.upperBound, z: zOther))
            } else {
                if pauses { path.append(.init(x: start + (end - start) * pauseAt + away, z: z + beside, pause: pause)) }
                path.append(.init(x: end, z: z + beside))
            }
            let look = PersonLook(random: &random)
            pedestrians.append(
                Pedestrian(key: takeKey(), look: look, speed: speed, path: path, phase: random.unit()))
        }
        return true
    }
}
