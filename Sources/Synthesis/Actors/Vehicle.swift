/// A car, or a bicycle with its rider: what keeps to a lane.
struct Vehicle {
    enum Body {
        case car(CarLook)
        case bicycle(BicycleLook, rider: PersonLook)
    }

    /// The vehicle's key; a rider has the next one.
    let key: Int
    let body: Body
    let lane: Int
    let length: Double
    let wantedSpeed: Double
    /// The way along the lane, in its direction: x or −x.
    var way: Double
    var speed: Double
    var z: Double
    var isBraking = false
    var wheelPhase: Double
    var isParked = false

    /// The acceleration of the intelligent driver model (M. Treiber, A. Hennecke, D. Helbing, 2000, eq. 3).
    ///
    /// - Parameters:
    ///   - gap: metres to what is ahead; nil if nothing is.
    ///   - closing: how much faster this one is, in metres per second.
    func acceleration(gap: Double?, closing: Double) -> Double {
        let strength = 1.6
        let comfort = 2.6
        let share = speed / max(wantedSpeed, 0.1)
        var value = 1 - share * share * share * share
        if let gap {
            let wanted = 1.6 + max(0, speed * 1.1 + speed * closing / (2 * (strength * comfort).squareRoot()))
            let ratio = wanted / max(gap, 0.2)
            value -= ratio * ratio
        }
        return min(max(value * strength, -9), strength)
    }

    mutating func advance(by seconds: Double, acceleration: Double) {
        let before = speed
        speed = max(0, speed + acceleration * seconds)
        if speed < 0.05, acceleration < 0.1 { speed = 0 }
        isBraking = acceleration < -0.4 || speed == 0
        let step = (before + speed) / 2 * seconds
        way += step
        wheelPhase += step / 2.05
    }
}
