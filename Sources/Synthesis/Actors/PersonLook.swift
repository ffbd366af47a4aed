/// What somebody looks like.
struct PersonLook {
    enum Hair { case short, long, bun, bald, cap, hood }
    enum Legs { case trousers, shorts, skirt, dress, coat }
    enum Bag { case none, backpack, shoulder }

    var height: Double
    var build: Double
    var skin: Color
    var hair: Color
    var hairStyle: Hair
    var top: Color
    var hasLongSleeves: Bool
    var legs: Legs
    var bottom: Color
    var shoes: Color
    var bag: Bag
    var bagColor: Color
    /// How far the legs swing.
    var stride: Double

    init(random: inout RandomSource) {
        let isChild = random.chance(0.1)
        height = isChild ? random.uniform(1.05...1.45) : random.uniform(1.55...1.95)
        build = random.uniform(0.86...1.22)
        skin = random.pick(PersonLook.skins).varied(&random, by: 0.03)
        hair = random.pick(PersonLook.hairs).varied(&random, by: 0.04)
        hairStyle = random.pick([.short, .short, .short, .long, .long, .bun, .bald, .cap, .hood])
        top = random.pick(PersonLook.clothes).varied(&random, by: 0.07)
        hasLongSleeves = random.chance(0.65)
        legs = random.pick([.trousers, .trousers, .trousers, .trousers, .shorts, .skirt, .dress, .coat])
        bottom = random.pick(PersonLook.trousers).varied(&random, by: 0.06)
        shoes = random.pick(PersonLook.shoes).varied(&random, by: 0.05)
        bag = random.pick([.none, .none, .none, .backpack, .shoulder])
        bagColor = random.pick(PersonLook.clothes).varied(&random, by: 0.07).scaled(0.8)
        stride = random.uniform(0.85...1.15)
    }

    /// Somebody on a bicycle: grown up, without what would hang down into the wheels.
    init(rider random: inout RandomSource) {
        self.init(random: &random)
        height = max(height, 1.55)
        if legs == .dress || legs == .coat || legs == .skirt { legs = .trousers }
        if bag == .shoulder { bag = .backpack }
    }

    private static let skins = [0xF2C9A5, 0xE8B48C, 0xC98F63, 0x9C6840, 0x6F4528, 0xF6D7BC].map(Color.init(hex:))
    private static let hairs = [0x2A1D16, 0x4A2F1E, 0x7A4E2B, 0xC79A54, 0x8C8C8C, 0x1A1A1E, 0xA5482A, 0xDDDDD6]
        .map(Color.init(hex:))
    static let clothes = [
        0xC8483C, 0x2F6DB5, 0x3D8C5A, 0xE2B23C, 0x8A4F9E, 0xE8E4DA, 0x2E2F36, 0x6E7682, 0xD97A3A, 0x46A6A0, 0xD98CA6,
        0x7B2D35, 0x5B6E3A, 0xBFC8D2, 0x254466, 0xB59B74,
    ].map(Color.init(hex:))
    private static let trousers = [0x2B3A55, 0x3C4A66, 0x23242A, 0x5C5248, 0x8A7B62, 0x55606B, 0x6B4B3A, 0x9AA3AC]
        .map(Color.init(hex:))
    private static let shoes = [0x1C1C1E, 0x5A3A28, 0xE6E6E6, 0x8E2F2F, 0x33415C].map(Color.init(hex:))
}
