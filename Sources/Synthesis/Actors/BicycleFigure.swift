/// Draws bicycles.
struct BicycleFigure {
    let look: BicycleLook
    let base: Vector
    let facing: Vector

    /// Metres ahead of the middle, and up.
    var seat: (x: Double, y: Double) { (-0.2 * look.scale, 0.93 * look.scale) }
    var handlebar: (x: Double, y: Double) { (0.4 * look.scale, 1.02 * look.scale) }
    var pedal: (x: Double, y: Double) { (-0.05 * look.scale, 0.29 * look.scale) }

    private func at(_ forward: Double, _ up: Double, _ sideways: Double = 0) -> Vector {
        base + facing * (forward * look.scale) + Vector(0, up * look.scale, 0)
            + Vector(-facing.z, 0, facing.x) * sideways
    }

    /// - Parameter phase: of the wheels, in turns.
    func draw(with painter: Painter, phase: Double) {
        let radius = 0.34
        let tyre = Color(hex: 0x222226)
        for middle in [-0.52, 0.53] {
            let rim = Trigonometry.circle16.map { at(middle + $0.x * radius, radius + $0.y * radius) }
            for index in rim.indices {
                painter.limb(rim[index], rim[(index + 1) % rim.count], 0.024, 0.024, tyre)
            }
            for spoke in 0..<3 {
                let turn = phase + Double(spoke) / 6
                let (c, s) = (Trigonometry.cosine(turns: turn) * radius, Trigonometry.sine(turns: turn) * radius)
                painter.limb(
                    at(middle - c, radius - s), at(middle + c, radius + s), 0.006, 0.006, Color(hex: 0xA8ACB2))
            }
            if look.hasMudguards {
                let guards = (1...5).map { Trigonometry.circle16[$0 + (middle < 0 ? 1 : 0)] }.map {
                    at(middle + $0.x * 0.39, radius + $0.y * 0.39)
                }
                for index in 1..<guards.count {
                    painter.limb(guards[index - 1], guards[index], 0.018, 0.018, look.frame)
                }
            }
        }
        func tube(_ a: Vector, _ b: Vector, _ radius: Double = 0.022, _ color: Color? = nil) {
            painter.limb(a, b, radius, radius, color ?? look.frame)
        }
        let axle = at(-0.52, radius)
        let crank = at(-0.05, 0.29)
        let saddle = at(-0.18, 0.78)
        let head = at(0.36, 0.8)
        tube(axle, crank)
        tube(axle, saddle, 0.017)
        tube(crank, saddle)
        tube(crank, head)
        tube(saddle, head)
        tube(head, at(0.53, radius), 0.022)
        tube(head, at(0.33, 1.0), 0.018)
        tube(saddle, at(-0.2, 0.9), 0.016, Color(hex: 0xB8BCC2))
        tube(at(-0.32, 0.93), at(-0.08, 0.93), 0.035, tyre)
        tube(at(0.36, 1.02, -0.26), at(0.36, 1.02, 0.26), 0.018, tyre)
        painter.ball(crank, radius: 0.07, Color(hex: 0x55585E))
        if look.hasBasket {
            painter.limb(at(0.52, 0.86), at(0.52, 0.98), 0.12, 0.14, Color(hex: 0x9A7446))
        }
        if painter.daylight.hasLampsOn {
            painter.lamp(at(0.48, 0.9), radius: 0.05, Color(hex: 0xFFF6D0))
            painter.lamp(at(-0.6, 0.75), radius: 0.04, Color(hex: 0xFF3B30))
        }
    }
}
