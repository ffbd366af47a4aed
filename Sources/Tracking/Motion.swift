/// A coordinate, or another measure of a box, and its velocity per frame: the state of a constant-velocity Kalman filter.
struct Motion: Sendable, Equatable {
    var position, velocity: Double

    mutating func predict() { position += velocity }

    /// x ← x + K·(z − x)
    mutating func correct(with measurement: Double, gain: (position: Double, velocity: Double)) {
        let innovation = measurement - position
        position += gain.position * innovation
        velocity += gain.velocity * innovation
    }
}
