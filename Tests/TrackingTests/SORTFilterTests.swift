import Testing
import Vision

@testable import Tracking

@Suite("SORT's Kalman filter")
struct SORTFilterTests {
    private func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> BoundingBox {
        BoundingBox(x: x, y: y, width: width, height: height)
    }

    @Test("gives back the box it was begun with")
    func roundTrip() throws {
        let filter = SORTFilter(try #require(SORTMeasurement(box(10, 20, 30, 60))))
        #expect(abs(filter.box.x1 - 10) < 1e-12 && abs(filter.box.y1 - 20) < 1e-12)
        #expect(abs(filter.box.x2 - 40) < 1e-12 && abs(filter.box.y2 - 80) < 1e-12)
    }

    @Test("follows constant motion ever more closely")
    func constantMotion() throws {
        var filter = SORTFilter(try #require(SORTMeasurement(box(0, 0, 20, 40))))
        for frame in 1...60 {
            filter.predict()
            filter.update(try #require(SORTMeasurement(box(Double(frame) * 5, Double(frame) * -2, 20, 40))))
        }
        #expect(abs(filter.u.velocity - 5) < 1e-3 && abs(filter.v.velocity + 2) < 1e-3)
        filter.predict()
        #expect(abs(filter.box.x1 - 305) < 0.01)
    }

    @Test("stops an area from shrinking to nothing")
    func shrinking() throws {
        var filter = SORTFilter(try #require(SORTMeasurement(box(0, 0, 100, 100))))
        for side in [90.0, 60, 30, 10] {
            filter.predict()
            filter.update(try #require(SORTMeasurement(box(0, 0, side, side))))
        }
        for _ in 0..<1000 {
            filter.predict()
            #expect(filter.s.position > 0 && filter.isFinite)
        }
    }

    @Test("agrees with the general equations of a Kalman filter")
    func generalEquations() {
        var covariance = MotionCovariance(position: 7, cross: 3, velocity: 11)
        covariance.predict(processNoise: (position: 1, velocity: 0.5))
        // F·P·Fᵀ + Q by hand.
        #expect(covariance == MotionCovariance(position: 25, cross: 14, velocity: 11.5))
        let gain = covariance.update(measurementNoise: 10)
        #expect(abs(gain.position - 25.0 / 35) < 1e-15 && abs(gain.velocity - 14.0 / 35) < 1e-15)
        // For the optimal gain, Joseph form equals (I − K·H)·P.
        #expect(abs(covariance.position - 25 * 10 / 35) < 1e-12)
        #expect(abs(covariance.cross - 14 * 10.0 / 35) < 1e-12)
        #expect(abs(covariance.velocity - (11.5 - 14 * 14.0 / 35)) < 1e-12)
    }

    @Test("does not measure boxes that no picture holds")
    func unmeasurable() {
        #expect(SORTMeasurement(box(0, 0, 0, 5)) == nil)
        #expect(SORTMeasurement(box(0, 0, -5, 5)) == nil)
        #expect(SORTMeasurement(box(.nan, 0, 5, 5)) == nil)
        #expect(SORTMeasurement(box(0, -.infinity, 5, 5)) == nil)
        #expect(SORTMeasurement(box(1e12, 0, 5, 5)) == nil)
        #expect(SORTMeasurement(box(0, 0, 1e-9, 5)) == nil)
        #expect(SORTMeasurement(box(-1000, 1e6, 1e5, 0.5)) != nil)
    }
}
