/// What a car or a van looks like: its profile and its colours.
struct CarLook {
    enum Shape: CaseIterable { case hatchback, saloon, estate, offRoader, van, pickup }

    var shape: Shape
    var length: Double
    var width: Double
    var height: Double
    /// Where the windows begin, in metres above the ground.
    var beltline: Double
    var color: Color
    var hub: Color
    var hasRoofLight: Bool
    /// The cabin, in shares of the length from the rear: rear foot, rear top, front top, front foot.
    var cabin: (Double, Double, Double, Double)
    /// The heights of the body's top edge at the rear and at the front.
    var rearDeck: Double
    var bonnet: Double

    init(random: inout RandomSource) {
        shape = random.pick([.hatchback, .hatchback, .saloon, .saloon, .estate, .offRoader, .van, .pickup])
        color = random.pick(CarLook.paints).varied(&random, by: 0.05)
        hub = Color(hex: 0xB4B8BE).varied(&random, by: 0.1)
        hasRoofLight = false
        width = random.uniform(1.7...1.86)
        switch shape {
        case .hatchback:
            (length, height, beltline) = (random.uniform(3.5...4.2), random.uniform(1.42...1.56), 0.92)
            cabin = (0.01, 0.1, 0.55, 0.76)
            (rearDeck, bonnet) = (0.95, 0.78)
        case .saloon:
            (length, height, beltline) = (random.uniform(4.4...4.95), random.uniform(1.4...1.48), 0.9)
            cabin = (0.13, 0.27, 0.58, 0.74)
            (rearDeck, bonnet) = (0.93, 0.78)
            hasRoofLight = random.chance(0.15)
        case .estate:
            (length, height, beltline) = (random.uniform(4.4...4.9), random.uniform(1.44...1.54), 0.92)
            cabin = (0.0, 0.07, 0.58, 0.75)
            (rearDeck, bonnet) = (0.95, 0.79)
        case .offRoader:
            (length, height, beltline) = (random.uniform(4.3...4.9), random.uniform(1.65...1.85), 1.08)
            cabin = (0.01, 0.07, 0.57, 0.73)
            (rearDeck, bonnet) = (1.1, 0.98)
        case .van:
            (length, height, beltline) = (random.uniform(4.9...5.8), random.uniform(1.95...2.5), 1.1)
            cabin = (0.0, 0.015, 0.76, 0.9)
            (rearDeck, bonnet) = (1.12, 0.95)
            width = random.uniform(1.85...2.0)
        case .pickup:
            (length, height, beltline) = (random.uniform(5.0...5.4), random.uniform(1.7...1.85), 1.06)
            cabin = (0.36, 0.4, 0.64, 0.75)
            (rearDeck, bonnet) = (1.06, 0.97)
        }
        if hasRoofLight { color = Color(hex: 0xF2E6C0).varied(&random, by: 0.03) }
    }

    private static let paints = [
        0xB9352F, 0x27549A, 0xE9E9E6, 0xE9E9E6, 0x2B2D33, 0x2B2D33, 0x8D949C, 0xC3C8CC, 0x3C6E57, 0xD8A02F, 0x6B2737,
        0x4F7FA8, 0x7C6B58, 0xD96B2B, 0x1F3A4D, 0x9DB7A0,
    ].map(Color.init(hex:))
}
