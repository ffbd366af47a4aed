/// Somebody on foot.
struct Pedestrian {
    /// A place to walk to, and what to do there.
    struct Stop {
        var x: Double
        var z: Double
        /// Seconds to stand there.
        var pause = 0.0
        /// Whether to wait for the green light before going on.
        var waitsForLight = false
    }

    let key: Int
    let look: PersonLook
    let speed: Double
    var x: Double
    var z: Double
    /// What lies ahead, the next one last.
    var stops: [Stop]
    var facing: Vector
    var phase: Double
    /// 0 stands, 1 walks.
    var gait = 1.0
    var pause = 0.0
    var isWaiting = false

    var isGone: Bool { stops.isEmpty }

    init(key: Int, look: PersonLook, speed: Double, path: [Stop], phase: Double) {
        self.key = key
        self.look = look
        self.speed = speed
        self.phase = phase
        let start = path[0]
        (x, z) = (start.x, start.z)
        stops = path.dropFirst().reversed()
        facing = Vector((path[1].x - start.x), 0, path[1].z - start.z).normalized
    }

    /// - Parameter mayCross: whether pedestrians have a green light with enough of it left.
    mutating func advance(by seconds: Double, mayCross: Bool) {
        guard !stops.isEmpty else { return }
        if isWaiting, mayCross {
            isWaiting = false
            stops.removeLast()
        } else if pause > 0, !isWaiting {
            pause -= seconds
            if pause <= 0 { stops.removeLast() }
        }
        let stands = isWaiting || pause > 0
        let wanted = stands ? 0.0 : 1.0
        gait += min(max(wanted - gait, -seconds * 4), seconds * 4)
        guard !stands, let target = stops.last else { return }
        let toward = Vector(target.x - x, 0, target.z - z)
        let distance = toward.dot(toward).squareRoot()
        let step = speed * seconds
        if distance <= step {
            (x, z) = (target.x, target.z)
            if target.waitsForLight {
                isWaiting = true
            } else if target.pause > 0 {
                pause = target.pause
            } else {
                stops.removeLast()
            }
        } else {
            let heading = toward * (1 / distance)
            x += heading.x * step
            z += heading.z * step
            // Nobody turns on the spot: half a turn takes about half a second.
            let turned = (facing + heading * min(seconds * 6, 1)).normalized
            facing = turned.dot(turned) > 0.5 ? turned : heading
        }
        phase += step / (look.height * 0.82 * look.stride)
    }
}
