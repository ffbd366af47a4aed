internal import Vision

/// The Kalman filter of BoT-SORT over one box: state [x, y, w, h] and their velocities, with noise in proportion to the
/// width for x and w and to the height for y and h.
///
/// N. Aharon, R. Orfaig, B.-Z. Bobrovsky, "BoT-SORT: Robust associations multi-pedestrian tracking", 2022,
/// arXiv:2206.14651, section 3.1, equations 1 to 4, with a deviation of a 20th of the side for positions and of a 160th
/// for velocities.
///
/// Noise, first covariance, and what a camera motion does are the same for (x, y) and for (w, h), so both pairs share
/// one covariance of a point in the plane.
struct WidthHeightFilter: Sendable, Equatable {
    var x, y, width, height: Motion
    /// The covariance of (x, y) and of (w, h).
    var covariance: PlanarCovariance

    private static let positionWeight = 1.0 / 20
    private static let velocityWeight = 1.0 / 160

    init(_ measurement: BoxMeasurement) {
        x = Motion(position: measurement.x, velocity: 0)
        y = Motion(position: measurement.y, velocity: 0)
        width = Motion(position: measurement.width, velocity: 0)
        height = Motion(position: measurement.height, velocity: 0)
        func covariance(_ side: Double) -> MotionCovariance {
            let position = 2 * Self.positionWeight * side
            let velocity = 10 * Self.velocityWeight * side
            return MotionCovariance(position: position * position, cross: 0, velocity: velocity * velocity)
        }
        self.covariance = PlanarCovariance(x: covariance(measurement.width), y: covariance(measurement.height))
    }

    /// The length that noise is in proportion to; never so small that a variance could become zero.
    private static func scale(_ side: Double) -> Double { max(side.magnitude, SORTMeasurement.sides.lowerBound) }

    private static func processNoise(_ side: Double) -> (position: Double, velocity: Double) {
        let position = positionWeight * scale(side)
        let velocity = velocityWeight * scale(side)
        return (position * position, velocity * velocity)
    }

    private static func measurementNoise(_ side: Double) -> Double {
        let deviation = positionWeight * scale(side)
        return deviation * deviation
    }
}

extension WidthHeightFilter: ProportionalFilter {
    /// Moves on by one frame: x ← F·x, P ← F·P·Fᵀ + Q, with Q from the sides before.
    mutating func predict() {
        covariance.predict(
            xNoise: Self.processNoise(width.position), yNoise: Self.processNoise(height.position))
        x.predict()
        y.predict()
        width.predict()
        height.predict()
    }

    /// Takes in a detection, with R from the predicted sides.
    mutating func update(_ measurement: BoxMeasurement) {
        let gain = covariance.update(
            xNoise: Self.measurementNoise(width.position), yNoise: Self.measurementNoise(height.position))
        Self.correct(&x, &y, by: (measurement.x - x.position, measurement.y - y.position), gain)
        Self.correct(
            &width, &height, by: (measurement.width - width.position, measurement.height - height.position), gain)
    }

    private static func correct(
        _ a: inout Motion, _ b: inout Motion, by innovation: (x: Double, y: Double), _ gain: PlanarCovariance.Gain
    ) {
        a.position += gain.x.dx * innovation.x + gain.x.dy * innovation.y
        b.position += gain.y.dx * innovation.x + gain.y.dy * innovation.y
        a.velocity += gain.vx.dx * innovation.x + gain.vx.dy * innovation.y
        b.velocity += gain.vy.dx * innovation.x + gain.vy.dy * innovation.y
    }

    mutating func holdSize() {
        width.velocity = 0
        height.velocity = 0
    }

    /// Section 3.2, equations 5 to 8: the linear part turns positions, sides and velocities alike; the translation
    /// moves the centre only.
    mutating func apply(_ motion: CameraMotion) {
        func carry(_ u: inout Double, _ v: inout Double) {
            (u, v) = (motion.a * u + motion.b * v, motion.c * u + motion.d * v)
        }
        carry(&x.position, &y.position)
        carry(&x.velocity, &y.velocity)
        carry(&width.position, &height.position)
        carry(&width.velocity, &height.velocity)
        x.position += motion.tx
        y.position += motion.ty
        covariance.apply(motion)
    }

    var box: BoundingBox {
        let x1 = x.position - width.position / 2
        let y1 = y.position - height.position / 2
        return BoundingBox(x1: x1, y1: y1, x2: x1 + width.position, y2: y1 + height.position)
    }

    var isSound: Bool {
        x.isSound && y.isSound && width.isSound && height.isSound && covariance.isSound
    }

    static var snapshotCount: Int { 18 }

    func write(to writer: inout SnapshotWriter) {
        for motion in [x, y, width, height] { motion.write(to: &writer) }
        covariance.x.write(to: &writer)
        covariance.y.write(to: &writer)
        writer.append(covariance.positions)
        writer.append(covariance.positionVelocity)
        writer.append(covariance.velocityPosition)
        writer.append(covariance.velocities)
        writer.append(covariance.isCoupled)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        x = try Motion(from: &reader)
        y = try Motion(from: &reader)
        width = try Motion(from: &reader)
        height = try Motion(from: &reader)
        covariance = PlanarCovariance(
            x: try MotionCovariance(from: &reader), y: try MotionCovariance(from: &reader),
            positions: try reader.readFiniteDouble(), positionVelocity: try reader.readFiniteDouble(),
            velocityPosition: try reader.readFiniteDouble(), velocities: try reader.readFiniteDouble(),
            isCoupled: try reader.readBool())
    }
}
