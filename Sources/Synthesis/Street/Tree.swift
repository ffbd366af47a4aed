/// A tree, or a shrub of one.
struct Tree {
    private let height: Double
    private let leaves: Color
    private let blobs: [(offset: Vector, radius: Double, shade: Double)]

    init(random: inout RandomSource) {
        height = random.uniform(4.2...7.5)
        leaves = random.pick([0x5E8C3E, 0x4C7A3A, 0x7A9A45, 0x8AA04A, 0xB7923F, 0xA8673A].map(Color.init(hex:)))
            .varied(&random, by: 0.05)
        let crown = height * random.uniform(0.26...0.34)
        var made: [(offset: Vector, radius: Double, shade: Double)] = []
        for index in 0..<16 {
            let share = Double(index) / 15
            let turn = random.unit()
            let out = crown * random.uniform(0.35...0.75)
            let offset = Vector(
                Trigonometry.cosine(turns: turn) * out, height * 0.68 + Trigonometry.sine(turns: turn) * out * 0.85, 0)
            made.append((offset, crown * random.uniform(0.34...0.55), 0.78 + 0.3 * share))
        }
        made.insert((Vector(0, height * 0.68, 0), crown * 0.92, 0.78), at: 0)
        blobs = made
    }

    func draw(with painter: Painter, at place: Vector) {
        let bark = Color(hex: 0x6B4E38)
        painter.limb(place, place + Vector(0, height * 0.55, 0), height * 0.028, height * 0.018, bark)
        painter.limb(
            place + Vector(0, height * 0.4, 0), place + Vector(height * 0.1, height * 0.6, 0), height * 0.014,
            height * 0.01, bark)
        for blob in blobs {
            let center = place + blob.offset
            guard let point = painter.camera.project(center) else { continue }
            let r = blob.radius * painter.scale(at: center)
            let color = painter.shade(leaves, at: center, brightness: blob.shade * 1.08)
            painter.disc(
                point, r, r, color, dark: painter.shade(leaves, at: center, brightness: blob.shade * 0.84), grain: 14)
        }
    }

    func drawShadow(with painter: Painter, at place: Vector) {
        let (dx, dz) = painter.daylight.shadow
        let middle = Vector(place.x + dx * height * 0.66, 0, place.z + dz * height * 0.66)
        let r = height * 0.3
        painter.shadow([
            Vector(place.x - 0.12, 0, place.z), Vector(place.x + 0.12, 0, place.z),
            Vector(middle.x + 0.12, 0, middle.z),
            Vector(middle.x - 0.12, 0, middle.z),
        ])
        painter.shadow(
            Trigonometry.circle16.map { corner in
                let stretch = 1 + 0.4 * (dx * dx + dz * dz).squareRoot()
                return Vector(middle.x + corner.x * r * stretch, 0, middle.z + corner.y * r)
            })
    }
}
