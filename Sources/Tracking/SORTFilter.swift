internal import Vision

/// What a detection's box says to the SORT filter: centre, area and aspect ratio.
struct SORTMeasurement: Sendable, Equatable {
    var u, v, s, r: Double

    /// Sides outside this range, in pixels, and coordinates beyond its upper end are no picture's. The limits keep
    /// every product of the filter far from overflow and underflow.
    static let sides = 1e-6...1e9

    /// Nil for a box that is not valid or too small or too far out to be measured.
    ///
    /// - Parameter heightMargin: what is added to the height, in pixels, before the width is divided by it.
    init?(_ box: BoundingBox, heightMargin: Double = 0) {
        let width = box.width
        let height = box.height
        // False for NaN.
        guard Self.sides.contains(width), Self.sides.contains(height),
            box.x1.magnitude <= Self.sides.upperBound, box.y1.magnitude <= Self.sides.upperBound
        else { return nil }
        u = box.x1 + width / 2
        v = box.y1 + height / 2
        s = width * height
        r = width / (height + heightMargin)
    }

    init(u: Double, v: Double, width: Double, height: Double) {
        self.u = u
        self.v = v
        s = width * height
        r = width / height
    }

    /// Width and height, as far as area and aspect ratio tell.
    var sides: (width: Double, height: Double) { ((s * r).squareRoot(), (s / r).squareRoot()) }
}

/// SORT's Kalman filter over one box: state [u, v, s, r, u̇, v̇, ṡ], equation 1 of the SORT paper.
///
/// The centre (u, v) and the area s move with constant velocity, the aspect ratio r stays. F links each of them with its
/// own velocity only, and Q, R and the first P are diagonal, so P never couples two of them: the 7 × 7 filter is
/// three filters of two states and one of a single state. u and v have equal noise, so they even share one covariance.
struct SORTFilter: Sendable, Equatable {
    var u, v, s: Motion
    var r: Double
    var centreCovariance, areaCovariance: MotionCovariance
    var aspectVariance: Double

    private static let centreMeasurementNoise = 1.0
    private static let areaMeasurementNoise = 10.0
    private static let aspectMeasurementNoise = 10.0
    private static let centreProcessNoise = (position: 1.0, velocity: 0.01)
    private static let areaProcessNoise = (position: 1.0, velocity: 0.0001)
    private static let aspectProcessNoise = 1.0

    /// Moves on by one frame: x ← F·x, P ← F·P·Fᵀ + Q.
    ///
    /// - Parameter keepingAreaPositive: whether an area that would not stay positive stops shrinking.
    mutating func predict(keepingAreaPositive: Bool = true) {
        if keepingAreaPositive, s.position + s.velocity <= 0 { s.velocity = 0 }
        u.predict()
        v.predict()
        s.predict()
        centreCovariance.predict(processNoise: Self.centreProcessNoise)
        areaCovariance.predict(processNoise: Self.areaProcessNoise)
        aspectVariance += Self.aspectProcessNoise
    }

    /// Takes in a detection: the Kalman update with P in Joseph form, (I − K·H)·P·(I − K·H)ᵀ + K·R·Kᵀ.
    mutating func update(_ measurement: SORTMeasurement) {
        let centreGain = centreCovariance.update(measurementNoise: Self.centreMeasurementNoise)
        u.correct(with: measurement.u, gain: centreGain)
        v.correct(with: measurement.v, gain: centreGain)
        let areaGain = areaCovariance.update(measurementNoise: Self.areaMeasurementNoise)
        s.correct(with: measurement.s, gain: areaGain)

        let gain = aspectVariance / (aspectVariance + Self.aspectMeasurementNoise)
        let rest = 1 - gain
        r += gain * (measurement.r - r)
        aspectVariance = rest * aspectVariance * rest + gain * Self.aspectMeasurementNoise * gain
    }

    /// The estimated box: width √(s·r), height s / width, around the centre. Not finite if s·r is not positive.
    var box: BoundingBox {
        let width = (s.position * r).squareRoot()
        let height = s.position / width
        return BoundingBox(
            x1: u.position - width / 2, y1: v.position - height / 2,
            x2: u.position + width / 2, y2: v.position + height / 2)
    }

    /// Whether ``box`` is made of numbers: false once the area or the aspect ratio got lost.
    var isFinite: Bool { box.isFinite }
}

extension BoundingBox {
    /// Whether all four coordinates are numbers.
    var isFinite: Bool { x1.isFinite && y1.isFinite && x2.isFinite && y2.isFinite }
}

extension SORTFilter {
    /// A filter that has seen one box: velocities 0 and, being unobserved, very uncertain.
    init(_ measurement: SORTMeasurement) {
        self.init(
            u: Motion(position: measurement.u, velocity: 0), v: Motion(position: measurement.v, velocity: 0),
            s: Motion(position: measurement.s, velocity: 0), r: measurement.r,
            centreCovariance: MotionCovariance(position: 10, cross: 0, velocity: 1e4),
            areaCovariance: MotionCovariance(position: 10, cross: 0, velocity: 1e4), aspectVariance: 10)
    }
}
