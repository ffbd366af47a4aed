/// The light at the crossing: cars drive, cars are warned, people walk, the crossing empties.
struct TrafficLight {
    let green: Double
    let walk: Double
    private let amber = 2.0
    /// Long enough for a slow walker over a wide street.
    private let clear = 9.0
    private var time: Double

    init(random: inout RandomSource) {
        green = random.uniform(9...18)
        walk = random.uniform(6...10)
        time = random.uniform(0...25)
    }

    private var period: Double { green + amber + walk + clear }

    mutating func advance(by seconds: Double) {
        time += seconds
        if time >= period { time -= period }
    }

    var isGreenForCars: Bool { time < green }
    var isAmber: Bool { time >= green && time < green + amber }
    /// People start to cross only while this holds.
    var isGreenForPeople: Bool { time >= green + amber + 1 && time < green + amber + walk }
}
