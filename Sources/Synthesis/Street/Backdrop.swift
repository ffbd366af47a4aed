/// What never moves and is behind everybody: sky, ground and houses.
struct Backdrop {
    let painter: Painter
    let layout: StreetLayout
    var random: RandomSource

    private var reach: ClosedRange<Double> { -StreetLayout.reach...StreetLayout.reach }

    mutating func draw(time: TimeOfDay) {
        drawSky(time)
        drawHills()
        drawGround()
        drawRoad()
        drawPavements()
        var houses = Houses(painter: painter, layout: layout, random: random.fork())
        houses.draw()
    }

    private mutating func drawSky(_ time: TimeOfDay) {
        let (w, h) = (Double(painter.canvas.width), Double(painter.canvas.height))
        let horizon = painter.camera.horizon
        let light = painter.daylight
        painter.canvas.fill(
            [Point(x: 0, y: 0), Point(x: w, y: 0), Point(x: w, y: h), Point(x: 0, y: h)],
            Paint(
                light.skyTop, to: light.skyBottom, from: Point(x: 0, y: min(0, horizon - h * 0.5)),
                Point(x: 0, y: horizon)))
        if time != .overcast, random.chance(0.5) {
            let radius = w * random.uniform(0.018...0.035)
            let color = time == .dusk ? Color(hex: 0xF3EFDC) : Color(hex: 0xFFF4C8)
            let center = Point(x: w * random.unit(), y: horizon * random.uniform(0.1...0.6))
            painter.disc(center, radius, radius, color)
        }
        for _ in 0..<light.clouds {
            let center = Point(x: w * random.uniform(-0.05...1.05), y: horizon * random.uniform(-0.1...0.75))
            let size = w * random.uniform(0.05...0.13)
            let color = light.skyBottom.mixed(time == .dusk ? light.skyTop : .white, 0.65)
            for _ in 0..<6 {
                let rx = size * random.uniform(0.3...0.6)
                let middle = Point(
                    x: center.x + size * random.uniform(-0.7...0.7), y: center.y + size * random.uniform(-0.12...0.06))
                painter.disc(middle, rx, rx * 0.42, color, dark: color.mixed(light.skyTop, 0.12))
            }
        }
    }

    private mutating func drawHills() {
        let light = painter.daylight
        let horizon = painter.camera.horizon
        let w = Double(painter.canvas.width)
        for layer in 0..<2 {
            let color = painter.shade(Color(hex: 0x6E8F78), at: painter.camera.position + painter.camera.forward * 20)
                .mixed(light.skyBottom, 0.6 - 0.2 * Double(layer))
            var ridge = [Point(x: -10, y: horizon + 4)]
            let (a, b, c) = (random.unit(), random.unit(), w * random.uniform(0.01...0.035))
            for step in 0...24 {
                let t = Double(step) / 24
                let y = Trigonometry.sine(turns: t * 1.3 + a) + 0.5 * Trigonometry.sine(turns: t * 3.1 + b) + 1.6
                ridge.append(Point(x: t * (w + 20) - 10, y: horizon - y * c * (layer == 0 ? 1 : 0.55)))
            }
            ridge.append(Point(x: w + 10, y: horizon + 4))
            painter.canvas.fill(ridge, Paint(color))
        }
    }

    private mutating func drawGround() {
        let far = 900.0
        let meadow = random.pick([0x7FA05A, 0x8DA868, 0x9A9A72, 0x6F9560].map(Color.init(hex:))).varied(&random)
        painter.ground(x: -far...far, z: layout.farPavement.upperBound...far, meadow, grain: 10)
        let plaza = random.pick([0x86A45F, 0x7B9B55, 0xB9AE9A, 0xA9A49A, 0xC2B290].map(Color.init(hex:))).varied(
            &random)
        painter.ground(x: reach, z: -10...layout.nearPavement.lowerBound, plaza, grain: 14)
    }

    private mutating func drawRoad() {
        let asphalt = random.pick([0x5B5E63, 0x6A6B6D, 0x54585F, 0x74716C].map(Color.init(hex:))).varied(
            &random, by: 0.03)
        painter.ground(x: reach, z: layout.road, asphalt, grain: 16)
        // Patches where the road was mended.
        for _ in 0..<random.integer(2...7) {
            let x = layout.crossing + random.uniform(-30...30)
            let z = random.uniform(layout.road.lowerBound + 0.5...layout.road.upperBound - 2.5)
            painter.ground(
                x: x...x + random.uniform(1.5...6), z: z...z + random.uniform(0.6...1.8),
                asphalt.scaled(random.uniform(0.86...1.08)), grain: 16)
        }
        let cover = Point(
            x: layout.crossing + random.uniform(-12...12),
            y: (layout.road.lowerBound + layout.road.upperBound) / 2 + 0.9)
        painter.surface(
            Trigonometry.circle16.map { Vector(cover.x + $0.x * 0.34, 0, cover.y + $0.y * 0.34) }, asphalt.scaled(0.68))
        drawMarkings(asphalt)
    }

    private mutating func drawMarkings(_ asphalt: Color) {
        let white = Color(hex: 0xE8E6DE).varied(&random, by: 0.04).mixed(asphalt, random.uniform(0.02...0.25))
        let lanes = layout.lanes
        if random.chance(0.4) {
            // The bicycle lanes are painted.
            let red = random.pick([0xA8574A, 0x5E8A66, 0x4F7396].map(Color.init(hex:))).mixed(asphalt, 0.35)
            for lane in lanes where lane.isForBicycles {
                painter.ground(x: reach, z: lane.z - 0.8...lane.z + 0.8, red, grain: 14)
            }
        }
        let near = layout.crossing - layout.crossingHalfWidth - 1.2
        let far = layout.crossing + layout.crossingHalfWidth + 1.2
        func line(z: Double, width: Double, dash: Double, gap: Double) {
            for sign in [-1.0, 1.0] {
                var x = sign > 0 ? far : -near
                while x < 140 {
                    let end = dash > 0 ? min(x + dash, 140) : 140
                    painter.ground(x: sign > 0 ? x...end : -end...(-x), z: z - width / 2...z + width / 2, white)
                    x = end + gap
                }
            }
        }
        for index in 1..<lanes.count {
            let (a, b) = (lanes[index - 1], lanes[index])
            let half = a.isForBicycles ? 0.85 : (b.z - a.z) / 2 - (b.isForBicycles ? 0 : 0)
            let z = b.isForBicycles ? b.z - 0.85 : a.z + half
            if a.isForBicycles || b.isForBicycles {
                line(z: z, width: 0.1, dash: 1, gap: 1)
            } else if a.direction != b.direction {
                line(z: z, width: 0.14, dash: 3, gap: 4.5)
            } else {
                line(z: z, width: 0.12, dash: 2, gap: 5)
            }
        }
        if let parking = layout.parking {
            var x = -100.0
            while x < 100 {
                if abs(x - layout.crossing) > layout.crossingHalfWidth + 4 {
                    painter.ground(x: x...x + 0.1, z: parking, white)
                }
                x += 6
            }
        }
        // Where cars stop.
        for lane in lanes where !lane.isForBicycles {
            let x = layout.crossing - lane.direction * (layout.crossingHalfWidth + 1.1)
            painter.ground(x: x - 0.2...x + 0.2, z: lane.z - 1.4...lane.z + 1.4, white)
        }
        var z = layout.road.lowerBound + 0.3
        while z + 0.5 < layout.road.upperBound {
            painter.ground(
                x: layout.crossing - layout.crossingHalfWidth...layout.crossing + layout.crossingHalfWidth,
                z: z...z + 0.5, white, grain: 8)
            z += 1.0
        }
    }

    private mutating func drawPavements() {
        let slab = random.pick([0xB8B2A6, 0xC4BCAE, 0xA7A8A6, 0xBFAF9C].map(Color.init(hex:))).varied(&random, by: 0.04)
        let stone = slab.mixed(.white, 0.25)
        for band in [layout.nearPavement, layout.farPavement] {
            painter.ground(x: reach, z: band, slab, grain: 10)
            let visible = layout.visible(z: band, margin: 2)
            let joint = slab.scaled(0.86)
            var x = visible.lowerBound.rounded(.down)
            while x < visible.upperBound {
                let place = Vector(x, 0, band.lowerBound)
                if painter.scale(at: place) > 9 {
                    painter.ground(x: x...x + 0.03, z: band, joint)
                }
                x += 1
            }
            for z in [1.0, 2.0, 3.0] where band.lowerBound + z < band.upperBound - 0.2 {
                painter.ground(x: visible, z: band.lowerBound + z...band.lowerBound + z + 0.035, joint)
            }
            let isNear = band.lowerBound == layout.nearPavement.lowerBound
            let kerb = isNear ? band.upperBound - 0.18...band.upperBound : band.lowerBound...band.lowerBound + 0.18
            painter.ground(x: reach, z: kerb, stone)
            let gutter = isNear ? band.upperBound...band.upperBound + 0.12 : band.lowerBound - 0.12...band.lowerBound
            painter.ground(x: reach, z: gutter, Color(hex: 0x45474B))
        }
    }
}
