/// The covariance of a point in the picture and its velocity: the symmetric 4 × 4 block of [x, y, ẋ, ẏ].
///
/// As long as no camera motion turns one axis into the other, x and y have nothing to do with one another and are two
/// blocks of two states; `isCoupled` says that the other four numbers matter.
struct PlanarCovariance: Sendable, Equatable {
    /// Of x and ẋ, and of y and ẏ.
    var x, y: MotionCovariance
    /// cov(x, y), cov(x, ẏ), cov(ẋ, y), cov(ẋ, ẏ).
    var positions = 0.0
    var positionVelocity = 0.0
    var velocityPosition = 0.0
    var velocities = 0.0
    var isCoupled = false

    /// What a measured innovation of (x, y) does to the state: each row is what dx and dy add to one number.
    struct Gain {
        var x, y, vx, vy: (dx: Double, dy: Double)
    }

    /// P ← F·P·Fᵀ + Q
    mutating func predict(
        xNoise: (position: Double, velocity: Double), yNoise: (position: Double, velocity: Double)
    ) {
        x.predict(processNoise: xNoise)
        y.predict(processNoise: yNoise)
        guard isCoupled else { return }
        positions += positionVelocity + velocityPosition + velocities
        positionVelocity += velocities
        velocityPosition += velocities
    }

    /// P ← P − K·S·Kᵀ for a measured position.
    ///
    /// - Returns: the gain K = P·Hᵀ·S⁻¹, S = H·P·Hᵀ + R.
    mutating func update(xNoise: Double, yNoise: Double) -> Gain {
        guard isCoupled else {
            let gx = x.update(measurementNoise: xNoise)
            let gy = y.update(measurementNoise: yNoise)
            return Gain(x: (gx.position, 0), y: (0, gy.position), vx: (gx.velocity, 0), vy: (0, gy.velocity))
        }
        let sx = x.position + xNoise
        let sy = y.position + yNoise
        let scale = 1 / (sx * sy - positions * positions)
        // One row of P·Hᵀ times S⁻¹.
        func gain(_ a: Double, _ b: Double) -> (dx: Double, dy: Double) {
            ((a * sy - b * positions) * scale, (b * sx - a * positions) * scale)
        }
        let old = self
        let result = Gain(
            x: gain(x.position, positions), y: gain(positions, y.position), vx: gain(x.cross, velocityPosition),
            vy: gain(positionVelocity, y.cross))
        x.position -= result.x.dx * old.x.position + result.x.dy * old.positions
        x.cross -= result.x.dx * old.x.cross + result.x.dy * old.velocityPosition
        x.velocity -= result.vx.dx * old.x.cross + result.vx.dy * old.velocityPosition
        y.position -= result.y.dx * old.positions + result.y.dy * old.y.position
        y.cross -= result.y.dx * old.positionVelocity + result.y.dy * old.y.cross
        y.velocity -= result.vy.dx * old.positionVelocity + result.vy.dy * old.y.cross
        positions -= result.x.dx * old.positions + result.x.dy * old.y.position
        positionVelocity -= result.x.dx * old.positionVelocity + result.x.dy * old.y.cross
        velocityPosition -= result.vx.dx * old.positions + result.vx.dy * old.y.position
        velocities -= result.vx.dx * old.positionVelocity + result.vx.dy * old.y.cross
        return result
    }

    /// P ← M·P·Mᵀ for M with the linear part of a camera motion in both diagonal blocks.
    mutating func apply(_ motion: CameraMotion) {
        if motion.b != 0 || motion.c != 0 { isCoupled = true }
        let (a, b, c, d) = (motion.a, motion.b, motion.c, motion.d)
        // One 2 × 2 block [p q; r s] becomes L·[p q; r s]·Lᵀ.
        func carry(_ p: Double, _ q: Double, _ r: Double, _ s: Double) -> (Double, Double, Double, Double) {
            let (ap, aq, cp, cq) = (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s)
            return (ap * a + aq * b, ap * c + aq * d, cp * a + cq * b, cp * c + cq * d)
        }
        (x.position, positions, _, y.position) = carry(x.position, positions, positions, y.position)
        (x.cross, positionVelocity, velocityPosition, y.cross) = carry(
            x.cross, positionVelocity, velocityPosition, y.cross)
        (x.velocity, velocities, _, y.velocity) = carry(x.velocity, velocities, velocities, y.velocity)
    }

    var isSound: Bool {
        x.isSound && y.isSound && positions.magnitude < Motion.soundLimit
            && positionVelocity.magnitude < Motion.soundLimit && velocityPosition.magnitude < Motion.soundLimit
            && velocities.magnitude < Motion.soundLimit
    }
}
