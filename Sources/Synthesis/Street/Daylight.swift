/// The light of a time of day.
struct Daylight {
    /// What all colours are multiplied with.
    var tint: Color
    var skyTop: Color
    var skyBottom: Color
    /// How far a shadow falls on the ground per metre of height, and how dark it is, 0…1.
    var shadow: (x: Double, z: Double)
    var shadowStrength: Double
    /// The direction to the sun.
    var sun: Vector
    /// The share of light that comes straight from the sun.
    var contrast: Double
    /// The share of windows that are lit.
    var litWindows: Double
    /// Whether lamps and headlights are on.
    var hasLampsOn: Bool
    var clouds: Int

    init(_ time: TimeOfDay, random: inout RandomSource) {
        let side = random.chance(0.5) ? 1.0 : -1.0
        switch time {
        case .morning:
            tint = Color(1.0, 0.97, 0.92)
            (skyTop, skyBottom) = (Color(hex: 0x6FA9DC), Color(hex: 0xF3E3CF))
            shadow = (side * random.uniform(0.8...1.5), random.uniform(-0.7...0.3))
            (shadowStrength, contrast, litWindows, hasLampsOn) = (0.34, 0.3, 0.03, false)
        case .noon:
            tint = Color(1.03, 1.03, 1.01)
            (skyTop, skyBottom) = (Color(hex: 0x3F8FDB), Color(hex: 0xCDE8F7))
            shadow = (side * random.uniform(0.1...0.5), random.uniform(-0.4...0.3))
            (shadowStrength, contrast, litWindows, hasLampsOn) = (0.42, 0.32, 0, false)
        case .evening:
            tint = Color(1.05, 0.87, 0.72)
            (skyTop, skyBottom) = (Color(hex: 0x5A78B8), Color(hex: 0xFFC58A))
            shadow = (side * random.uniform(1.2...2.2), random.uniform(-0.6...0.4))
            (shadowStrength, contrast, litWindows, hasLampsOn) = (0.36, 0.38, 0.12, false)
        case .overcast:
            tint = Color(0.86, 0.88, 0.91)
            (skyTop, skyBottom) = (Color(hex: 0x9AA6B2), Color(hex: 0xD6DBDF))
            shadow = (side * 0.15, 0)
            (shadowStrength, contrast, litWindows, hasLampsOn) = (0.16, 0.14, 0.06, false)
        case .dusk:
            tint = Color(0.47, 0.5, 0.68)
            (skyTop, skyBottom) = (Color(hex: 0x1F2A54), Color(hex: 0xC77F8E))
            shadow = (side * 0.12, 0)
            (shadowStrength, contrast, litWindows, hasLampsOn) = (0.2, 0.12, 0.5, true)
        }
        sun = Vector(-shadow.x, 1, -shadow.z).normalized
        clouds = time == .overcast ? random.integer(6...10) : random.integer(0...7)
        let warmth = random.uniform(-0.03...0.03)
        tint = Color(tint.red + warmth, tint.green, tint.blue - warmth).scaled(random.uniform(0.94...1.04))
        skyTop = skyTop.varied(&random, by: 0.04)
        skyBottom = skyBottom.varied(&random, by: 0.04)
    }

    /// How bright a surface is that faces a direction; 1 for one that lies flat.
    func brightness(_ normal: Vector) -> Double {
        let flat = max(sun.y, 0)
        return 1 + contrast * (max(normal.dot(sun), 0) - flat) - (1 - normal.y) * 0.05
    }
}
