import Testing
import Vision

@testable import Tracking

@Suite("The Kalman filter with noise in proportion to the height")
struct AspectHeightFilterTests {
    private func measurement(_ x: Double, _ y: Double, _ width: Double, _ height: Double) throws -> BoxMeasurement {
        try #require(BoxMeasurement(BoundingBox(x: x, y: y, width: width, height: height)))
    }

    @Test("gives back the box it was begun with")
    func roundTrip() throws {
        let box = AspectHeightFilter(try measurement(10, 20, 30, 60)).box
        #expect(abs(box.x1 - 10) < 1e-12 && abs(box.y1 - 20) < 1e-12)
        #expect(abs(box.x2 - 40) < 1e-12 && abs(box.y2 - 80) < 1e-12)
    }

    @Test("follows constant motion ever more closely")
    func constantMotion() throws {
        var filter = AspectHeightFilter(try measurement(0, 0, 20, 40))
        for frame in 1...60 {
            filter.predict()
            filter.update(try measurement(Double(frame) * 5, Double(frame) * -2, 20, 40))
        }
        #expect(abs(filter.x.velocity - 5) < 1e-2 && abs(filter.y.velocity + 2) < 1e-2)
    }

    @Test("measures the distance of a detection in deviations of the prediction")
    func distance() throws {
        var filter = AspectHeightFilter(try measurement(0, 0, 20, 40))
        #expect(filter.squaredDistance(to: try measurement(0, 0, 20, 40)) == 0)
        // Deviation of x: first 2·h/20 = 4 in the state, and h/20 = 2 measured.
        #expect(abs(filter.squaredDistance(to: try measurement(3, 0, 20, 40)) - 9.0 / 20) < 1e-12)
        filter.predict()
        #expect(filter.squaredDistance(to: try measurement(3, 0, 20, 40)) < 9.0 / 20)
    }

    @Test("stays finite when a height passes through zero")
    func vanishing() throws {
        var filter = AspectHeightFilter(try measurement(0, 0, 20, 40))
        filter.height.velocity = -40
        for _ in 0..<5 {
            filter.predict()
            filter.update(try measurement(0, 0, 1e-6, 1e-6))
            #expect(filter.box.x1.isFinite && filter.sizeCovariance.position > 0)
        }
    }
}
