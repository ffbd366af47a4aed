internal import Vision

/// The Kalman filter of DeepSORT and ByteTrack over one box: state [x, y, a, h] and their velocities, with noise in
/// proportion to the height.
///
/// N. Wojke, A. Bewley, D. Paulus, "Simple online and realtime tracking with a deep association metric", ICIP 2017,
/// arXiv:1703.07402, section 2.1: centre (x, y), aspect ratio a = width / height and height h, each with constant
/// velocity, all four measured. The standard deviation of a position is h/20, of a velocity h/160 per frame; of the
/// aspect ratio 10⁻² and 10⁻⁵, and 10⁻¹ when measured. The first covariance has twice, for velocities ten times, the
/// deviation; the aspect ratio's once.
///
/// F links each coordinate with its own velocity only and all noise is diagonal, so P never couples two coordinates:
/// the 8 × 8 filter is four filters of two states. Those of x, y and h have equal noise from the start, so they share
/// one covariance, and a box takes fourteen numbers in all.
struct AspectHeightFilter: Sendable, Equatable {
    var x, y, aspect, height: Motion
    /// The covariance of x, of y and of h.
    var sizeCovariance: MotionCovariance
    var aspectCovariance: MotionCovariance

    private static let positionWeight = 1.0 / 20
    private static let velocityWeight = 1.0 / 160
    private static let aspectProcessNoise = (position: 1e-2 * 1e-2, velocity: 1e-5 * 1e-5)
    private static let aspectMeasurementNoise = 1e-1 * 1e-1

    /// The height that noise is in proportion to; never so small that a variance could become zero.
    private var scale: Double { max(height.position.magnitude, SORTMeasurement.sides.lowerBound) }

    /// A filter that has seen one box.
    init(_ measurement: BoxMeasurement) {
        x = Motion(position: measurement.x, velocity: 0)
        y = Motion(position: measurement.y, velocity: 0)
        aspect = Motion(position: measurement.width / measurement.height, velocity: 0)
        height = Motion(position: measurement.height, velocity: 0)
        let position = 2 * Self.positionWeight * measurement.height
        let velocity = 10 * Self.velocityWeight * measurement.height
        sizeCovariance = MotionCovariance(position: position * position, cross: 0, velocity: velocity * velocity)
        aspectCovariance = MotionCovariance(
            position: Self.aspectProcessNoise.position, cross: 0, velocity: Self.aspectProcessNoise.velocity)
    }

    /// Moves on by one frame: x ← F·x, P ← F·P·Fᵀ + Q, with Q from the height before.
    mutating func predict() {
        let position = Self.positionWeight * scale
        let velocity = Self.velocityWeight * scale
        sizeCovariance.predict(processNoise: (position: position * position, velocity: velocity * velocity))
        aspectCovariance.predict(processNoise: Self.aspectProcessNoise)
        x.predict()
        y.predict()
        aspect.predict()
        height.predict()
    }

    /// Takes in a detection, with R from the predicted height.
    mutating func update(_ measurement: BoxMeasurement) {
        let deviation = Self.positionWeight * scale
        let gain = sizeCovariance.update(measurementNoise: deviation * deviation)
        x.correct(with: measurement.x, gain: gain)
        y.correct(with: measurement.y, gain: gain)
        height.correct(with: measurement.height, gain: gain)
        aspect.correct(
            with: measurement.width / measurement.height,
            gain: aspectCovariance.update(measurementNoise: Self.aspectMeasurementNoise))
    }

    /// The squared Mahalanobis distance of a detection from the prediction, equation 1 of the paper.
    func squaredDistance(to measurement: BoxMeasurement) -> Double {
        let deviation = Self.positionWeight * scale
        let dx = measurement.x - x.position
        let dy = measurement.y - y.position
        let dh = measurement.height - height.position
        let da = measurement.width / measurement.height - aspect.position
        return (dx * dx + dy * dy + dh * dh) / (sizeCovariance.position + deviation * deviation)
            + da * da / (aspectCovariance.position + Self.aspectMeasurementNoise)
    }

    /// How far a centre can lie from the predicted one within a squared Mahalanobis distance: the square of it, and a
    /// little more, for rounding.
    func squaredReach(within gate: Double) -> Double {
        let deviation = Self.positionWeight * scale
        return gate * (sizeCovariance.position + deviation * deviation) * (1 + 1e-9)
    }

    /// The estimated box: width a·h around the centre. Its sides are negative where the height is.
    var box: BoundingBox {
        let width = aspect.position * height.position
        let x1 = x.position - width / 2
        let y1 = y.position - height.position / 2
        return BoundingBox(x1: x1, y1: y1, x2: x1 + width, y2: y1 + height.position)
    }
}
