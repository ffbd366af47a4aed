/// What stands in the street and can hide who is behind it: trees, lamp posts, the posts of the traffic light.
struct Furniture {
    enum Kind {
        case tree(Tree)
        case lampPost
        case lightPost(isNear: Bool)
        case bollard
    }

    let kind: Kind
    let place: Vector

    /// All that stands in a street, in no order.
    static func scattered(_ layout: StreetLayout, random: inout RandomSource) -> [Furniture] {
        var all: [Furniture] = []
        let clear = layout.crossingHalfWidth + 2.5
        func row(z: Double, spacing: Double, atSidesOnly: Bool = false, _ make: () -> Kind) {
            let view = layout.visible(z: z...z + 0.1, margin: 3)
            var x = view.lowerBound + random.uniform(0...1) * spacing
            while x < view.upperBound {
                let place = Vector(x, 0, z)
                x += spacing
                guard abs(place.x - layout.crossing) > clear else { continue }
                if atSidesOnly, !layout.isAtSide(place + Vector(0, 4, 0)) { continue }
                all.append(Furniture(kind: make(), place: place))
            }
        }
        var own = random.fork()
        if random.chance(0.7) {
            row(z: layout.farPavement.lowerBound + 0.7, spacing: random.uniform(9...18)) { .tree(Tree(random: &own)) }
        }
        row(z: layout.farPavement.lowerBound + 0.45, spacing: random.uniform(18...28)) { .lampPost }
        if random.chance(0.75) {
            row(z: layout.nearPavement.upperBound - 0.5, spacing: random.uniform(12...22)) { .lampPost }
        }
        if random.chance(0.22) {
            // Nobody puts up a camera behind a tree: near ones frame the picture.
            row(z: layout.nearPavement.lowerBound - 0.8, spacing: random.uniform(12...20), atSidesOnly: true) {
                .tree(Tree(random: &own))
            }
        }
        if random.chance(0.3) { row(z: layout.nearPavement.upperBound - 0.3, spacing: 2.5) { .bollard } }
        let x = layout.crossing + layout.crossingHalfWidth + 0.5
        all.append(Furniture(kind: .lightPost(isNear: true), place: Vector(x, 0, layout.nearPavement.upperBound - 0.4)))
        all.append(
            Furniture(
                kind: .lightPost(isNear: false),
                place: Vector(x - 2 * layout.crossingHalfWidth - 1, 0, layout.farPavement.lowerBound + 0.4)))
        return all
    }

    func draw(with painter: Painter) {
        let iron = Color(hex: 0x3C4248)
        func at(_ up: Double, _ z: Double = 0, _ x: Double = 0) -> Vector { place + Vector(x, up, z) }
        switch kind {
        case .tree(let tree):
            tree.draw(with: painter, at: place)
        case .lampPost:
            let toRoad = place.z > 12 ? -1.0 : 1.0
            painter.limb(place, at(0.9), 0.1, 0.08, iron)
            painter.limb(at(0.9), at(5.2), 0.06, 0.045, iron)
            painter.limb(at(5.2), at(5.45, toRoad * 1.0), 0.045, 0.04, iron)
            painter.limb(at(5.42, toRoad * 0.8), at(5.42, toRoad * 1.5), 0.09, 0.07, iron)
            if painter.daylight.hasLampsOn {
                for radius in [0.9, 0.5, 0.25] {
                    painter.lamp(
                        at(5.3, toRoad * 1.15), radius: radius, Color(hex: 0xFFE8A8),
                        opacity: radius > 0.3 ? 0.12 : 0.95)
                }
            }
        case .lightPost:
            painter.limb(place, at(2.6), 0.06, 0.05, iron)
            painter.limb(at(2.35), at(2.95), 0.15, 0.15, Color(hex: 0x22262A))
        case .bollard:
            painter.limb(place, at(0.85), 0.07, 0.06, iron)
            painter.ball(at(0.9), radius: 0.08, iron.scaled(1.3))
        }
    }

    func drawShadow(with painter: Painter) {
        switch kind {
        case .tree(let tree): tree.drawShadow(with: painter, at: place)
        case .lampPost, .lightPost, .bollard:
            var height = 0.9
            if case .lampPost = kind { height = 5.3 } else if case .lightPost = kind { height = 2.9 }
            let (dx, dz) = painter.daylight.shadow
            painter.shadow([
                place + Vector(-0.06, 0, 0), place + Vector(0.06, 0, 0),
                place + Vector(dx * height + 0.06, 0, dz * height),
                place + Vector(dx * height - 0.06, 0, dz * height),
            ])
        }
    }
}
