/// Sine and cosine from additions and multiplications alone, since those of the C libraries differ in the last digits.
enum Trigonometry {
    /// The sine of an angle in turns: 0.25 is a right angle. The error is below 1e-9.
    static func sine(turns: Double) -> Double {
        var t = turns - turns.rounded()  // −0.5…0.5
        if t > 0.25 { t = 0.5 - t } else if t < -0.25 { t = -0.5 - t }
        let x = t * 6.283185307179586
        let y = x * x
        // The series of Taylor up to the 13th power, nested.
        var sum = 1.0 - y / 156
        sum = 1.0 - y / 110 * sum
        sum = 1.0 - y / 72 * sum
        sum = 1.0 - y / 42 * sum
        sum = 1.0 - y / 20 * sum
        sum = 1.0 - y / 6 * sum
        return x * sum
    }

    static func cosine(turns: Double) -> Double {
        sine(turns: turns + 0.25)
    }

    /// Points of the unit circle, evenly spaced, for circles of 8, 16 and 32 corners.
    static let circle8 = circle(8)
    static let circle16 = circle(16)
    static let circle32 = circle(32)

    private static func circle(_ count: Int) -> [Point] {
        (0..<count).map { index in
            let turns = Double(index) / Double(count)
            return Point(x: cosine(turns: turns), y: sine(turns: turns))
        }
    }

    /// As many corners as a circle of this radius in pixels needs to look round.
    static func circle(radius: Double) -> [Point] {
        radius < 2.5 ? circle8 : radius < 14 ? circle16 : circle32
    }
}
