/// The row of houses on the far side of the street, with gaps for gardens.
struct Houses {
    let painter: Painter
    let layout: StreetLayout
    var random: RandomSource

    private var front: Double { layout.farPavement.upperBound }

    mutating func draw() {
        let view = layout.visible(z: front...front + 1, margin: 4)
        let gapShare = random.uniform(0...0.3)
        var x = view.lowerBound - random.uniform(0...8)
        var lots: [(x: ClosedRange<Double>, isGarden: Bool)] = []
        while x < view.upperBound {
            let width = random.uniform(6.5...15)
            lots.append((x...x + width, random.chance(gapShare)))
            x += width
        }
        // Far ones first, so that the side walls of near ones stand before them.
        let middle = painter.camera.position.x
        lots.sort {
            abs(($0.x.lowerBound + $0.x.upperBound) / 2 - middle)
                > abs(($1.x.lowerBound + $1.x.upperBound) / 2 - middle)
        }
        for lot in lots { if lot.isGarden { drawGarden(lot.x) } else { drawHouse(lot.x) } }
        // Houses darken the ground at their feet.
        if painter.daylight.shadow.z < 0 {
            let depth = min(-painter.daylight.shadow.z * 9, front - layout.road.lowerBound)
            painter.shadow(
                Painter.rectangle(x: view, z: front - depth...front), strength: painter.daylight.shadowStrength * 0.8)
        }
        painter.shadow(Painter.rectangle(x: view, z: front - 0.35...front), strength: 0.12)
    }

    private mutating func drawGarden(_ x: ClosedRange<Double>) {
        painter.ground(x: x, z: front...front + 25, Color(hex: 0x78A052).varied(&random), grain: 14)
        for _ in 0..<random.integer(1...3) {
            let tree = Tree(random: &random)
            tree.draw(with: painter, at: Vector(random.uniform(x), 0, front + random.uniform(4...9)))
        }
        let hedge = Color(hex: 0x4E7A3C).varied(&random)
        let height = random.uniform(0.7...1.3)
        painter.surface(
            Painter.rectangle(x: x, z: front + 0.3...front + 1.1, y: height), hedge.mixed(.white, 0.08), grain: 20)
        painter.surface(Painter.wall(x: x, y: 0...height, z: front + 0.3), hedge, normal: Vector(0, 0, -1), grain: 22)
    }

    private mutating func drawHouse(_ x: ClosedRange<Double>) {
        let wall = random.pick(Houses.walls).varied(&random, by: 0.05)
        let storeys = random.integer(2...5)
        let groundHeight = random.uniform(3.2...4.2)
        let storeyHeight = random.uniform(2.8...3.4)
        let height = groundHeight + Double(storeys - 1) * storeyHeight + 0.5
        let depth = 11.0
        let normal = Vector(0, 0, -1)
        for (side, direction) in [(x.lowerBound, -1.0), (x.upperBound, 1.0)]
        where (painter.camera.position.x - side) * direction > 0 {
            painter.surface(
                [
                    Vector(side, 0, front), Vector(side, height, front), Vector(side, height, front + depth),
                    Vector(side, 0, front + depth),
                ],
                wall.scaled(0.8), normal: Vector(direction, 0, 0), grain: 6)
        }
        let roof = random.pick([0x8A4B3A, 0x5A4A46, 0x4C5560, 0x7A5A48].map(Color.init(hex:))).varied(&random)
        if random.chance(0.55) {
            let eaves = 0.4
            painter.surface(
                [
                    Vector(x.lowerBound - 0.1, height, front - eaves),
                    Vector(x.upperBound + 0.1, height, front - eaves),
                    Vector(x.upperBound - 0.4, height + 2.6, front + 4),
                    Vector(x.lowerBound + 0.4, height + 2.6, front + 4),
                ], roof, normal: Vector(0, 0.8, -0.6), grain: 10)
            if random.chance(0.6) {
                let at = random.uniform(x.lowerBound + 1...x.upperBound - 1.6)
                painter.surface(
                    Painter.wall(x: at...at + 0.7, y: height + 1...height + 3.4, z: front + 2.2), wall.scaled(0.75),
                    normal: normal)
            }
        }
        painter.surface(Painter.wall(x: x, y: 0...height, z: front), wall, normal: normal, grain: 8)
        if painter.scale(at: Vector(layout.crossing, 0, front)) > 14, random.chance(0.5) {
            drawCourses(x, height, wall)
        }
        painter.surface(
            Painter.wall(x: x, y: height - 0.35...height, z: front - 0.06), wall.mixed(.white, 0.35), normal: normal)
        drawGroundFloor(x, groundHeight, wall)
        let columns = max(2, Int((x.upperBound - x.lowerBound) / random.uniform(1.9...2.8)))
        let pitch = (x.upperBound - x.lowerBound) / Double(columns)
        let size = (width: pitch * random.uniform(0.38...0.56), height: storeyHeight * random.uniform(0.48...0.64))
        let frame = random.pick([0xF2EFE6, 0xE4DED0, 0x5B4636, 0x3E4A50].map(Color.init(hex:)))
        let hasShutters = random.chance(0.25)
        let shutter = random.pick([0x4F6E5A, 0x7A4038, 0x4A5F7C].map(Color.init(hex:)))
        for storey in 1..<storeys {
            let y = groundHeight + Double(storey - 1) * storeyHeight + storeyHeight * 0.22
            for column in 0..<columns {
                let left = x.lowerBound + (Double(column) + 0.5) * pitch - size.width / 2
                drawWindow(left...left + size.width, y...y + size.height, frame, shutter: hasShutters ? shutter : nil)
            }
        }
    }

    /// Courses of stone or brick.
    private func drawCourses(_ x: ClosedRange<Double>, _ height: Double, _ wall: Color) {
        var y = 0.5
        while y < height {
            painter.surface(Painter.wall(x: x, y: y...y + 0.04, z: front), wall.scaled(0.93), normal: Vector(0, 0, -1))
            y += 0.5
        }
    }

    private mutating func drawWindow(
        _ x: ClosedRange<Double>, _ y: ClosedRange<Double>, _ frame: Color, shutter: Color?
    ) {
        let normal = Vector(0, 0, -1)
        let z = front - 0.02
        let width = x.upperBound - x.lowerBound
        if let shutter {
            painter.surface(
                Painter.wall(x: x.lowerBound - width * 0.42...x.lowerBound - 0.04, y: y, z: z), shutter, normal: normal)
            painter.surface(
                Painter.wall(x: x.upperBound + 0.04...x.upperBound + width * 0.42, y: y, z: z), shutter, normal: normal)
        }
        painter.surface(
            Painter.wall(
                x: x.lowerBound - 0.09...x.upperBound + 0.09, y: y.lowerBound - 0.09...y.upperBound + 0.09, z: z),
            frame, normal: normal)
        drawGlass(x, y, z)
        let middle = (x.lowerBound + x.upperBound) / 2
        painter.surface(Painter.wall(x: middle - 0.04...middle + 0.04, y: y, z: z), frame, normal: normal)
        painter.surface(
            Painter.wall(
                x: x.lowerBound - 0.16...x.upperBound + 0.16, y: y.lowerBound - 0.2...y.lowerBound - 0.08, z: z - 0.1),
            frame.scaled(0.88), normal: normal)
    }

    private mutating func drawGlass(_ x: ClosedRange<Double>, _ y: ClosedRange<Double>, _ z: Double) {
        let isLit = random.chance(painter.daylight.litWindows)
        let pane = Painter.wall(x: x, y: y, z: z)
        if isLit {
            painter.glow(pane, Color(hex: 0xFFD98A).varied(&random, by: 0.08))
        } else {
            painter.surface(pane, Color(hex: 0x5D7688).varied(&random, by: 0.07), normal: Vector(0, 0, -1))
            // The sky in the glass.
            let top = [
                Vector(x.lowerBound, y.upperBound, z), Vector(x.upperBound, y.upperBound, z),
                Vector(x.upperBound, y.lowerBound.mixed(y.upperBound, 0.75), z),
                Vector(x.lowerBound, y.lowerBound.mixed(y.upperBound, 0.35), z),
            ]
            painter.surface(top, Color(hex: 0x9DB9C9), normal: Vector(0, 0, -1), opacity: 0.55)
        }
        if random.chance(0.35) {
            let cloth = Color(hex: 0xEFE6D6).varied(&random, by: 0.1)
            let share = random.uniform(0.15...0.32) * (x.upperBound - x.lowerBound)
            painter.surface(
                Painter.wall(x: x.lowerBound...x.lowerBound + share, y: y, z: z), cloth, normal: Vector(0, 0, -1),
                opacity: 0.8)
            painter.surface(
                Painter.wall(x: x.upperBound - share...x.upperBound, y: y, z: z), cloth, normal: Vector(0, 0, -1),
                opacity: 0.8)
        }
    }

    private mutating func drawGroundFloor(_ x: ClosedRange<Double>, _ height: Double, _ wall: Color) {
        let normal = Vector(0, 0, -1)
        let z = front - 0.03
        painter.surface(Painter.wall(x: x, y: 0...0.5, z: z), wall.scaled(0.72), normal: normal, grain: 8)
        let isShop = random.chance(0.45)
        let doorAt = random.uniform(x.lowerBound + 0.6...x.upperBound - 1.8)
        let door = random.pick([0x6B3A2A, 0x2F4F46, 0x33415C, 0x7A2E2E, 0x8A6A3C].map(Color.init(hex:))).varied(&random)
        if isShop {
            let paint = random.pick(PersonLook.clothes).varied(&random).scaled(0.85)
            painter.surface(
                Painter.wall(x: x.lowerBound + 0.3...x.upperBound - 0.3, y: 0...height - 0.2, z: z), paint,
                normal: normal)
            let count = max(1, Int((x.upperBound - x.lowerBound) / 3))
            let pitch = (x.upperBound - x.lowerBound - 0.9) / Double(count)
            for index in 0..<count {
                let left = x.lowerBound + 0.55 + Double(index) * pitch
                drawGlass(left...left + pitch - 0.25, 0.6...height - 1.1, z)
            }
            painter.surface(Painter.wall(x: doorAt...doorAt + 1.1, y: 0...2.3, z: z), door, normal: normal)
            drawAwning(x.lowerBound + 0.3...x.upperBound - 0.3, height - 0.9, paint)
        } else {
            painter.surface(
                Painter.wall(x: doorAt - 0.14...doorAt + 1.24, y: 0...2.45, z: z), wall.mixed(.white, 0.4),
                normal: normal)
            painter.surface(Painter.wall(x: doorAt...doorAt + 1.1, y: 0...2.3, z: z), door, normal: normal)
            painter.surface(
                Painter.wall(x: doorAt + 0.15...doorAt + 0.95, y: 1.5...2.15, z: z), door.scaled(1.35), normal: normal)
            var left = x.lowerBound + 0.8
            while left + 1.3 < x.upperBound - 0.4 {
                if left > doorAt + 1.5 || left + 1.2 < doorAt - 0.4 {
                    drawWindow(left...left + 1.1, 1.1...2.6, Color(hex: 0xEDE8DC), shutter: nil)
                }
                left += 2.2
            }
        }
    }

    private mutating func drawAwning(_ x: ClosedRange<Double>, _ y: Double, _ paint: Color) {
        guard random.chance(0.75) else { return }
        let count = Int((x.upperBound - x.lowerBound) / 0.45)
        let width = (x.upperBound - x.lowerBound) / Double(max(count, 1))
        let isStriped = random.chance(0.7)
        let other = isStriped ? Color(hex: 0xF2EDE0) : paint
        for index in 0..<count {
            let left = x.lowerBound + Double(index) * width
            let color = index % 2 == 0 ? paint.mixed(.white, 0.12) : other
            painter.surface(
                [
                    Vector(left, y, front - 0.05), Vector(left + width, y, front - 0.05),
                    Vector(left + width, y - 0.55, front - 1.1), Vector(left, y - 0.55, front - 1.1),
                ],
                color, normal: Vector(0, 0.85, -0.5))
            painter.surface(
                Painter.wall(x: left...left + width, y: y - 0.75...y - 0.55, z: front - 1.1), color.scaled(0.85),
                normal: Vector(0, 0, -1))
        }
    }

    private static let walls = [
        0xD9C7A3, 0xC98B6B, 0xB5694F, 0xE6DCC6, 0xA7B5B8, 0xD8A77A, 0x9C8F80, 0xC7CFC0, 0xE2B9A0, 0x8F6A5A, 0xBFC4CC,
        0xD4B45F, 0x93A58A,
    ].map(Color.init(hex:))
}

extension Double {
    fileprivate func mixed(_ other: Double, _ share: Double) -> Double { self + (other - self) * share }
}
