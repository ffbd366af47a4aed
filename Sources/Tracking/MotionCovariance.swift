/// The covariance of a position and its velocity: the symmetric 2 × 2 block of a constant-velocity Kalman filter.
struct MotionCovariance: Sendable, Equatable {
    var position, cross, velocity: Double

    /// P ← F·P·Fᵀ + Q for F = [1 1; 0 1] and a diagonal Q.
    mutating func predict(processNoise: (position: Double, velocity: Double)) {
        position += 2 * cross + velocity + processNoise.position
        cross += velocity
        velocity += processNoise.velocity
    }

    /// P ← (I − K·H)·P·(I − K·H)ᵀ + K·R·Kᵀ for H = [1 0].
    ///
    /// - Returns: the gain K = P·Hᵀ / (H·P·Hᵀ + R) that the state is to be corrected with.
    mutating func update(measurementNoise: Double) -> (position: Double, velocity: Double) {
        let innovation = position + measurementNoise
        let gain = (position: position / innovation, velocity: cross / innovation)
        let rest = 1 - gain.position
        let updatedCross = cross - gain.velocity * position
        velocity =
            velocity - gain.velocity * cross - gain.velocity * updatedCross
            + gain.velocity * measurementNoise * gain.velocity
        cross = rest * updatedCross + gain.position * measurementNoise * gain.velocity
        position = rest * position * rest + gain.position * measurementNoise * gain.position
        return gain
    }
}
