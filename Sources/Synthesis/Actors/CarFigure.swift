/// Draws cars and vans: a body, a cabin upon it, wheels, windows and lights.
struct CarFigure {
    let look: CarLook
    let base: Vector
    /// 1 drives to positive x, −1 to negative x.
    let direction: Double
    let isBraking: Bool

    /// A place on the car: the share of the length from the rear, metres up, the share of half the width.
    private func at(_ along: Double, _ up: Double, _ across: Double) -> Vector {
        Vector(
            base.x + direction * (along - 0.5) * look.length, base.y + up, base.z + across * look.width / 2)
    }

    /// A flat side of a convex solid; not drawn if the camera is behind it.
    private func face(
        _ painter: Painter, _ polygon: [Vector], _ color: Color, inside: Vector, brightness: Double = 1
    ) {
        guard let normal = outward(polygon, inside: inside), isSeen(painter, polygon[0], normal) else { return }
        painter.surface(polygon, color.scaled(brightness), normal: normal)
    }

    private func outward(_ polygon: [Vector], inside: Vector) -> Vector? {
        let normal = (polygon[1] - polygon[0]).cross(polygon[2] - polygon[0]).normalized
        return normal.dot(polygon[0] - inside) >= 0 ? normal : normal * -1
    }

    private func isSeen(_ painter: Painter, _ place: Vector, _ normal: Vector) -> Bool {
        (painter.camera.position - place).dot(normal) > 0
    }

    /// The side that faces the camera: 1 or −1.
    private func nearSide(_ painter: Painter) -> Double { painter.camera.position.z < base.z ? -1 : 1 }

    func draw(with painter: Painter, wheelPhase: Double) {
        let near = nearSide(painter)
        drawUnderside(painter, near)
        drawBody(painter, near)
        drawCabin(painter, near)
        for along in [0.19, 0.81] { drawWheel(painter, along: along, side: near, phase: wheelPhase) }
        drawLights(painter, near)
    }

    private func drawUnderside(_ painter: Painter, _ near: Double) {
        for along in [0.19, 0.81] {
            let wheel = Trigonometry.circle16.map { corner in
                Vector(
                    base.x + direction * (along - 0.5) * look.length + corner.x * 0.3, base.y + 0.31 + corner.y * 0.31,
                    base.z - near * look.width * 0.42)
            }
            painter.surface(wheel, Color(hex: 0x1B1B1E))
        }
        let dark = Color(hex: 0x151518)
        painter.surface([at(0.03, 0.2, near), at(0.97, 0.2, near), at(0.97, 0.4, near), at(0.03, 0.4, near)], dark)
        for end in [0.03, 0.97] {
            painter.surface([at(end, 0.2, -1), at(end, 0.2, 1), at(end, 0.4, 1), at(end, 0.4, -1)], dark)
        }
    }

    private func drawBody(_ painter: Painter, _ near: Double) {
        // Rear bottom, rear, rear deck, foot of the windscreen, bonnet, front, front bottom.
        let profile: [(Double, Double)] = [
            (0.02, 0.26), (0, 0.45), (0.012, look.rearDeck), (look.cabin.3, look.beltline + 0.03),
            (0.965, look.bonnet), (0.995, look.bonnet - 0.16), (1, 0.42), (0.985, 0.26),
        ]
        let inside = at(0.5, 0.5, 0)
        for index in profile.indices {
            let a = profile[index]
            let b = profile[(index + 1) % profile.count]
            face(
                painter, [at(a.0, a.1, -1), at(b.0, b.1, -1), at(b.0, b.1, 1), at(a.0, a.1, 1)], look.color,
                inside: inside)
        }
        if look.shape == .pickup {
            let bed = [
                at(0.04, look.rearDeck, -0.85), at(0.34, look.rearDeck, -0.85), at(0.34, look.rearDeck, 0.85),
                at(0.04, look.rearDeck, 0.85),
            ]
            painter.surface(bed, Color(hex: 0x2C2C30))
        }
        let side = profile.map { at($0.0, $0.1, near) }
        face(painter, side, look.color, inside: inside)
        // A shaded sill, a crease below the windows, doors.
        let normal = Vector(0, 0, near)
        painter.surface(
            [at(0.01, 0.4, near), at(0.995, 0.4, near), at(0.985, 0.26, near), at(0.02, 0.26, near)],
            look.color.scaled(0.62), normal: normal)
        painter.surface(
            [at(0.01, 0.7, near), at(0.99, 0.64, near), at(0.99, 0.68, near), at(0.01, 0.75, near)],
            look.color.mixed(.white, 0.16), normal: normal)
        guard painter.scale(at: base) > 14 else { return }
        for along in [look.cabin.0 * 0.5 + 0.28, 0.5, look.cabin.3 - 0.03] where along > 0.2 {
            painter.surface(
                [
                    at(along, 0.4, near), at(along + 0.006, 0.4, near), at(along + 0.006, look.beltline, near),
                    at(along, look.beltline, near),
                ],
                look.color.scaled(0.7), normal: normal)
            painter.surface(
                [
                    at(along - 0.05, 0.8, near), at(along - 0.012, 0.8, near), at(along - 0.012, 0.83, near),
                    at(along - 0.05, 0.83, near),
                ],
                look.color.scaled(0.55), normal: normal)
        }
    }

    private func drawCabin(_ painter: Painter, _ near: Double) {
        let (rearFoot, rearTop, frontTop, frontFoot) = look.cabin
        let foot = 0.96
        let top = look.shape == .van ? 0.9 : 0.78
        let (low, high) = (look.beltline - 0.02, look.height)
        let inside = at((rearFoot + frontFoot) / 2, (low + high) / 2, 0)
        let glass = painter.daylight.hasLampsOn ? Color(hex: 0x27303C) : Color(hex: 0x47606F)
        func corners(_ side: Double) -> [Vector] {
            [
                at(rearFoot, low, side * foot), at(rearTop, high, side * top), at(frontTop, high, side * top),
                at(frontFoot, low, side * foot),
            ]
        }
        let (a, b) = (corners(-1), corners(1))
        let panels = [[a[0], a[1], b[1], b[0]], [a[2], a[3], b[3], b[2]], [a[1], a[2], b[2], b[1]]]
        for (index, panel) in panels.enumerated() {
            face(painter, panel, look.color, inside: inside)
            guard index < 2, !(look.shape == .van && index == 0) else { continue }
            face(painter, inset(panel, 0.1), glass, inside: inside, brightness: 1.15)
        }
        let side = near < 0 ? a : b
        face(painter, side, look.color, inside: inside)
        // Window panes between shares of the side's length.
        let panes: [ClosedRange<Double>] =
            switch look.shape {
            case .van: [0.74...0.97]
            case .pickup: [0.08...0.92]
            case .saloon, .hatchback: [0.06...0.46, 0.5...0.93]
            case .estate, .offRoader: [0.04...0.28, 0.31...0.59, 0.62...0.94]
            }
        for pane in panes {
            let quad = [
                side[0].mixed(side[3], pane.lowerBound), side[1].mixed(side[2], pane.lowerBound),
                side[1].mixed(side[2], pane.upperBound), side[0].mixed(side[3], pane.upperBound),
            ]
            let cut = [
                quad[0].mixed(quad[1], 0.12), quad[0].mixed(quad[1], 0.86), quad[3].mixed(quad[2], 0.86),
                quad[3].mixed(quad[2], 0.12),
            ]
            face(painter, cut, glass, inside: inside)
        }
        if look.hasRoofLight {
            painter.limb(
                at((rearTop + frontTop) / 2, high + 0.08, -0.2), at((rearTop + frontTop) / 2, high + 0.08, 0.2), 0.1,
                0.1, Color(hex: 0xF5C93B))
        }
    }

    private func inset(_ quad: [Vector], _ share: Double) -> [Vector] {
        let middle = (quad[0] + quad[1] + quad[2] + quad[3]) * 0.25
        return quad.map { $0.mixed(middle, share * 1.6) }
    }

    private func drawWheel(_ painter: Painter, along: Double, side: Double, phase: Double) {
        let center = at(along, 0.32, side * 1.005)
        func ring(_ radius: Double) -> [Vector] {
            Trigonometry.circle16.map { center + Vector($0.x * radius, $0.y * radius, 0) }
        }
        let normal = Vector(0, 0, side)
        painter.surface(ring(0.39).filter { $0.y > base.y + 0.26 }, look.color.scaled(0.35), normal: normal)
        painter.surface(ring(0.32), Color(hex: 0x1B1B1E), normal: normal)
        painter.surface(ring(0.2), look.hub, normal: normal)
        guard painter.scale(at: center) > 20 else { return }
        for spoke in 0..<5 {
            let turn = phase + Double(spoke) / 5
            let out = Vector(Trigonometry.cosine(turns: turn) * 0.18, Trigonometry.sine(turns: turn) * 0.18, 0)
            painter.limb(center, center + out, 0.015, 0.03, look.hub.scaled(0.45))
        }
    }

    private func drawLights(_ painter: Painter, _ near: Double) {
        let isDark = painter.daylight.hasLampsOn
        let front = Vector(direction, 0, 0)
        if isSeen(painter, at(1, 0.6, 0), front) {
            let top = look.bonnet - 0.14
            for side in [-0.78, 0.78] {
                let lamp = [
                    at(1, top - 0.16, side - 0.17), at(1, top - 0.16, side + 0.17), at(0.995, top, side + 0.17),
                    at(0.995, top, side - 0.17),
                ]
                if isDark {
                    painter.glow(lamp, Color(hex: 0xFFF8DC))
                } else {
                    painter.surface(lamp, Color(hex: 0xF1F3EE))
                }
            }
            painter.surface(
                [at(1.001, 0.5, -0.5), at(1.001, 0.5, 0.5), at(0.999, top - 0.04, 0.5), at(0.999, top - 0.04, -0.5)],
                Color(hex: 0x26282C))
            painter.surface(
                [at(1.004, 0.36, -0.3), at(1.004, 0.36, 0.3), at(1.004, 0.47, 0.3), at(1.004, 0.47, -0.3)],
                Color(hex: 0xECECE4))
        }
        if isSeen(painter, at(0, 0.6, 0), front * -1) {
            for side in [-0.8, 0.8] {
                let lamp = [
                    at(0, 0.6, side - 0.14), at(0, 0.6, side + 0.14), at(0.006, look.rearDeck - 0.06, side + 0.14),
                    at(0.006, look.rearDeck - 0.06, side - 0.14),
                ]
                if isBraking || isDark {
                    painter.glow(lamp, isBraking ? Color(hex: 0xFF3A2C) : Color(hex: 0xC02A22))
                } else {
                    painter.surface(lamp, Color(hex: 0xA8201C))
                }
            }
            painter.surface(
                [at(-0.003, 0.5, -0.3), at(-0.003, 0.5, 0.3), at(-0.003, 0.61, 0.3), at(-0.003, 0.61, -0.3)],
                Color(hex: 0xECECE4))
        }
        // The lamps reach around the corners.
        let normal = Vector(0, 0, near)
        let frontCorner = [
            at(0.955, look.bonnet - 0.26, near * 1.003), at(0.997, look.bonnet - 0.28, near * 1.003),
            at(0.993, look.bonnet - 0.15, near * 1.003), at(0.955, look.bonnet - 0.14, near * 1.003),
        ]
        let rearCorner = [
            at(0.002, 0.64, near * 1.003), at(0.03, 0.66, near * 1.003), at(0.03, look.rearDeck - 0.08, near * 1.003),
            at(0.01, look.rearDeck - 0.06, near * 1.003),
        ]
        if isDark {
            painter.glow(frontCorner, Color(hex: 0xFFF3CC))
        } else {
            painter.surface(frontCorner, Color(hex: 0xE6E8E2), normal: normal)
        }
        if isBraking {
            painter.glow(rearCorner, Color(hex: 0xFF3A2C))
        } else {
            painter.surface(rearCorner, Color(hex: 0xA8201C), normal: normal)
        }
    }

    /// The light that headlamps throw on the road, drawn before everything that stands there.
    func drawBeams(with painter: Painter) {
        for side in [-0.6, 0.6] {
            for (reach, spread) in [(9.0, 1.6), (6.0, 1.1), (3.5, 0.7)] {
                let z = base.z + side * look.width / 2
                let x = base.x + direction * look.length / 2
                painter.glow(
                    [
                        Vector(x, 0, z - 0.1), Vector(x, 0, z + 0.1), Vector(x + direction * reach, 0, z + spread),
                        Vector(x + direction * reach, 0, z - spread),
                    ],
                    Color(hex: 0xFFE9A8), opacity: 0.08)
            }
        }
    }

    func drawShadow(with painter: Painter) {
        let (dx, dz) = painter.daylight.shadow
        let (l, w) = (look.length / 2, look.width / 2)
        painter.shadow(
            Painter.rectangle(x: base.x - l * 0.97...base.x + l * 0.97, z: base.z - w * 1.05...base.z + w * 1.05),
            strength: 0.35)
        // The hull of the footprint and of the roof's shadow.
        let h = look.height * 0.82
        var corners: [Point] = []
        for (x, z) in [(-l, -w), (l, -w), (l, w), (-l, w)] {
            corners.append(Point(x: base.x + x, y: base.z + z))
            corners.append(Point(x: base.x + x * 0.75 + dx * h, y: base.z + z * 0.85 + dz * h))
        }
        painter.shadow(ConvexHull.around(corners).map { Vector($0.x, 0, $0.y) })
    }
}
