/// A colour of red, green and blue, 0…1.
struct Color {
    var red: Double
    var green: Double
    var blue: Double

    init(_ red: Double, _ green: Double, _ blue: Double) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// From `0xRRGGBB`.
    init(hex: Int) {
        self.init(Double(hex >> 16 & 255) / 255, Double(hex >> 8 & 255) / 255, Double(hex & 255) / 255)
    }

    static let white = Color(1, 1, 1)
    static let black = Color(0, 0, 0)

    func mixed(_ other: Color, _ share: Double) -> Color {
        Color(
            red + (other.red - red) * share, green + (other.green - green) * share, blue + (other.blue - blue) * share)
    }

    func scaled(_ factor: Double) -> Color { Color(red * factor, green * factor, blue * factor) }

    static func * (a: Color, b: Color) -> Color { Color(a.red * b.red, a.green * b.green, a.blue * b.blue) }

    /// The colour slightly changed, as no two walls or coats are quite the same.
    func varied(_ random: inout RandomSource, by amount: Double = 0.05) -> Color {
        let shade = random.uniform(-amount...amount)
        return Color(
            red + shade + random.uniform(-amount...amount) * 0.4,
            green + shade + random.uniform(-amount...amount) * 0.4,
            blue + shade + random.uniform(-amount...amount) * 0.4
        ).clamped
    }

    var clamped: Color { Color(min(max(red, 0), 1), min(max(green, 0), 1), min(max(blue, 0), 1)) }

    /// Blue in the lowest byte, then green, red and full opacity.
    var packed: UInt32 {
        let color = clamped
        let b = UInt32(color.blue * 255 + 0.5)
        let g = UInt32(color.green * 255 + 0.5)
        let r = UInt32(color.red * 255 + 0.5)
        return b | g << 8 | r << 16 | 0xFF00_0000
    }
}
