/// Draws people: a skeleton of joints in the street, with clothes around it.
struct PersonFigure {
    let look: PersonLook
    let base: Vector
    /// The direction of the face, level, of length 1.
    let facing: Vector
    private let side: Vector
    private let size: Double

    init(_ look: PersonLook, base: Vector, facing: Vector) {
        self.look = look
        self.base = base
        self.facing = facing
        side = Vector(-facing.z, 0, facing.x)
        size = look.height
    }

    /// A place relative to the feet, in shares of the height.
    private func place(_ forward: Double, _ up: Double, _ sideways: Double) -> Vector {
        base + facing * (forward * size) + side * (sideways * size) + Vector(0, up * size, 0)
    }

    /// - Parameters:
    ///   - phase: of the steps, in turns.
    ///   - gait: 0 stands, 1 walks.
    func drawWalking(with painter: Painter, phase: Double, gait: Double) {
        let swing = 0.07 * gait * look.stride
        // The body is as high as the leg that stands on the ground carries it.
        let bob = 0.03 - min(ankle(phase, swing, gait).y, ankle(phase + 0.5, swing, gait).y)
        let isLeftFar = painter.camera.depth(place(0, 0.5, 0.1)) > painter.camera.depth(place(0, 0.5, -0.1))
        let far = isLeftFar ? 1.0 : -1.0
        drawArm(painter, sign: far, turns: -far * swing * Trigonometry.sine(turns: phase), bob: bob, gait: gait)
        drawLeg(painter, sign: far, phase: phase + (far > 0 ? 0 : 0.5), swing: swing, gait: gait, bob: bob)
        drawLeg(painter, sign: -far, phase: phase + (far > 0 ? 0.5 : 0), swing: swing, gait: gait, bob: bob)
        let isSeenFromBehind = painter.camera.forward.dot(facing) > 0
        if !isSeenFromBehind { drawBag(painter, bob: bob) }
        drawBody(painter, hip: place(0, 0.5 + bob, 0), chest: place(0.012 * gait, 0.765 + bob, 0))
        if isSeenFromBehind { drawBag(painter, bob: bob) }
        drawHead(painter, center: place(0.02 * gait + 0.01, 0.918 + bob, 0), neck: place(0.01, 0.84 + bob, 0))
        drawArm(painter, sign: -far, turns: far * swing * Trigonometry.sine(turns: phase), bob: bob, gait: gait)
    }

    /// The angles of thigh and shin against the vertical, in turns; the knee bends while the leg swings forward.
    private func angles(_ phase: Double, _ swing: Double, _ gait: Double) -> (thigh: Double, shin: Double) {
        let thigh = swing * (Trigonometry.sine(turns: phase) + 0.12)
        let forward = max(0, Trigonometry.cosine(turns: phase + 0.05))
        return (thigh, thigh - gait * (0.012 + 0.12 * forward * forward))
    }

    private func knee(_ phase: Double, _ swing: Double, _ gait: Double) -> Point {
        let thigh = angles(phase, swing, gait).thigh
        return Point(x: 0.245 * Trigonometry.sine(turns: thigh), y: 0.5 - 0.245 * Trigonometry.cosine(turns: thigh))
    }

    private func ankle(_ phase: Double, _ swing: Double, _ gait: Double) -> Point {
        let shin = angles(phase, swing, gait).shin
        let knee = knee(phase, swing, gait)
        return Point(
            x: knee.x + 0.225 * Trigonometry.sine(turns: shin), y: knee.y - 0.225 * Trigonometry.cosine(turns: shin))
    }

    private func drawLeg(_ painter: Painter, sign: Double, phase: Double, swing: Double, gait: Double, bob: Double) {
        let knee = knee(phase, swing, gait)
        let ankle = ankle(phase, swing, gait)
        drawLeg(
            painter, hip: place(0, 0.5 + bob, sign * 0.045), knee: place(knee.x, knee.y + bob, sign * 0.045),
            ankle: place(ankle.x, ankle.y + bob, sign * 0.042),
            toe: place(ankle.x + 0.075, ankle.y + bob - 0.012, sign * 0.05))
    }

    private func drawLeg(_ painter: Painter, hip: Vector, knee: Vector, ankle: Vector, toe: Vector) {
        let r = size * look.build
        let hasBareShins = look.legs == .shorts || look.legs == .skirt || look.legs == .dress
        painter.limb(ankle, toe, 0.02 * size, 0.016 * size, look.shoes)
        painter.limb(
            knee, ankle, 0.036 * r, hasBareShins ? 0.022 * r : 0.03 * r, hasBareShins ? look.skin : look.bottom)
        painter.limb(hip, knee, 0.058 * r, 0.04 * r, look.legs == .dress ? look.skin : look.bottom)
    }

    private func drawArm(_ painter: Painter, sign: Double, turns: Double, bob: Double, gait: Double) {
        let shoulder = (x: 0.0, y: 0.79 + bob)
        let elbow = (
            x: shoulder.x + 0.17 * Trigonometry.sine(turns: turns),
            y: shoulder.y - 0.17 * Trigonometry.cosine(turns: turns)
        )
        let lower = turns + 0.02 + 0.04 * gait
        let hand = (
            x: elbow.x + 0.16 * Trigonometry.sine(turns: lower), y: elbow.y - 0.16 * Trigonometry.cosine(turns: lower)
        )
        let width = 0.112 * look.build
        drawArm(
            painter, shoulder: place(shoulder.x, shoulder.y, sign * width),
            elbow: place(elbow.x, elbow.y, sign * (width + 0.022)), hand: place(hand.x, hand.y, sign * (width + 0.022)))
    }

    private func drawArm(_ painter: Painter, shoulder: Vector, elbow: Vector, hand: Vector) {
        let r = size * look.build
        let sleeve = look.top.scaled(0.92)
        painter.limb(elbow, hand, 0.026 * r, 0.02 * r, look.hasLongSleeves ? sleeve : look.skin)
        painter.ball(hand, radius: 0.024 * size, look.skin)
        painter.limb(shoulder, elbow, 0.036 * r, 0.028 * r, sleeve)
    }

    /// How wide the body is as seen by the camera, between front and side view.
    private func breadth(_ painter: Painter) -> Double {
        let across = side.dot(painter.camera.right).magnitude
        return (0.064 + 0.052 * across) * look.build * size
    }

    private func drawBody(_ painter: Painter, hip: Vector, chest: Vector) {
        let r = breadth(painter)
        switch look.legs {
        case .skirt, .dress, .coat:
            let length = look.legs == .coat ? 0.2 : 0.17
            let color = look.legs == .skirt ? look.bottom : look.top.scaled(0.94)
            let waist = hip.mixed(chest, 0.3)
            painter.limb(waist, hip - Vector(0, length * size, 0), r * 0.72, r * 1.12, color)
        case .trousers, .shorts:
            painter.limb(hip, hip.mixed(chest, 0.2), r * 0.84, r * 0.8, look.bottom)
        }
        painter.limb(chest, hip.mixed(chest, 0.22), r, r * 0.8, look.top)
    }

    private func drawBag(_ painter: Painter, bob: Double) {
        switch look.bag {
        case .none: break
        case .backpack:
            painter.limb(
                place(-0.085, 0.77 + bob, 0), place(-0.09, 0.62 + bob, 0), breadth(painter) * 0.72,
                breadth(painter) * 0.8, look.bagColor)
        case .shoulder:
            painter.limb(
                place(0, 0.5 + bob, 0.14), place(0, 0.44 + bob, 0.14), 0.045 * size, 0.06 * size, look.bagColor)
        }
    }

    private func drawHead(_ painter: Painter, center: Vector, neck: Vector) {
        let r = 0.074 * size
        let isSeenFromBehind = painter.camera.forward.dot(facing) > 0.45
        painter.limb(neck, center, 0.03 * size, 0.03 * size, look.skin.scaled(0.9))
        let back = center - facing * (r * 0.3) + Vector(0, r * 0.22, 0)
        func drawFace() { painter.ball(center + facing * (r * 0.12), radius: r * 0.96, look.skin) }
        switch look.hairStyle {
        case .bald:
            drawFace()
        case .cap, .hood:
            let color = look.hairStyle == .cap ? look.bagColor : look.top
            if look.hairStyle == .hood { painter.ball(back, radius: r * 1.12, color) }
            if !isSeenFromBehind { drawFace() }
            let top = center + Vector(0, r * 0.5, 0)
            painter.limb(top - facing * (r * 0.3), top + facing * (r * 0.3), r * 0.72, r * 0.66, color)
        case .short, .long, .bun:
            if look.hairStyle == .long, !isSeenFromBehind {
                painter.limb(back, back - Vector(0, r * 1.5, 0), r, r * 0.8, look.hair)
            }
            if look.hairStyle == .bun {
                painter.ball(back - facing * (r * 0.7) + Vector(0, r * 0.6, 0), radius: r * 0.42, look.hair)
            }
            if isSeenFromBehind { drawFace() }
            painter.ball(back, radius: r * 1.06, look.hair)
            if look.hairStyle == .long, isSeenFromBehind {
                painter.limb(back, back - Vector(0, r * 1.6, 0), r, r * 0.8, look.hair)
            }
            if !isSeenFromBehind {
                let face = center + facing * (r * 0.3) - Vector(0, r * 0.18, 0)
                painter.ball(face, radius: r * 0.84, look.skin)
            }
        }
    }

    /// - Parameters:
    ///   - seat, handlebar, pedal: where hips, hands and the cranks' axle are, in metres ahead and up.
    ///   - phase: of the cranks, in turns.
    func drawRiding(
        with painter: Painter, seat: (x: Double, y: Double), handlebar: (x: Double, y: Double),
        pedal: (x: Double, y: Double), phase: Double
    ) {
        func at(_ forward: Double, _ up: Double, _ sideways: Double) -> Vector {
            base + facing * forward + side * sideways + Vector(0, up, 0)
        }
        let hip = at(seat.x, seat.y + 0.06, 0)
        let chestX = seat.x + 0.3 * size * 0.42
        let chestY = seat.y + 0.06 + 0.265 * size
        let isLeftFar = painter.camera.depth(at(0, 1, 0.1)) > painter.camera.depth(at(0, 1, -0.1))
        let far = isLeftFar ? 1.0 : -1.0
        func leg(_ sign: Double) {
            let turn = phase + (sign > 0 ? 0 : 0.5)
            let foot = (
                x: pedal.x + 0.17 * Trigonometry.sine(turns: turn),
                y: pedal.y + 0.04 + 0.17 * Trigonometry.cosine(turns: turn)
            )
            let hipPoint = (x: seat.x, y: seat.y + 0.06)
            // The knee lies where thigh and shin meet, in front of the line from hip to foot.
            let (dx, dy) = (foot.x - hipPoint.x, foot.y - hipPoint.y)
            let distance = (dx * dx + dy * dy).squareRoot()
            let bone = max(0.25 * size, distance / 2 * 1.02)
            let out = max(bone * bone - distance * distance / 4, 0).squareRoot()
            let knee = (
                x: hipPoint.x + dx / 2 - dy / distance * out, y: hipPoint.y + dy / 2 + dx / distance * out
            )
            drawLeg(
                painter, hip: at(hipPoint.x, hipPoint.y, sign * 0.08), knee: at(knee.x, knee.y, sign * 0.1),
                ankle: at(foot.x - 0.04, foot.y, sign * 0.1), toe: at(foot.x + 0.1, foot.y - 0.02, sign * 0.1))
        }
        func arm(_ sign: Double) {
            let elbow = ((chestX + handlebar.x) / 2 + 0.02, (chestY + handlebar.y) / 2 - 0.08)
            drawArm(
                painter, shoulder: at(chestX, chestY + 0.02, sign * 0.18), elbow: at(elbow.0, elbow.1, sign * 0.25),
                hand: at(handlebar.x, handlebar.y, sign * 0.23))
        }
        leg(far)
        arm(far)
        drawBody(painter, hip: hip, chest: at(chestX, chestY, 0))
        leg(-far)
        arm(-far)
        drawHead(
            painter, center: at(chestX + 0.06, chestY + 0.15 * size, 0),
            neck: at(chestX + 0.03, chestY + 0.07 * size, 0))
    }
}
