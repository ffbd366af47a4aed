import Testing
import Vision

@testable import Tracking

@Suite("The Kalman filter of BoT-SORT")
struct WidthHeightFilterTests {
    private func measurement(_ x: Double, _ y: Double, _ width: Double, _ height: Double) throws -> BoxMeasurement {
        try #require(BoxMeasurement(BoundingBox(x: x, y: y, width: width, height: height)))
    }

    /// Four rows of four, for [x, y, ẋ, ẏ].
    private typealias Matrix = [[Double]]

    private func product(_ a: Matrix, _ b: Matrix) -> Matrix {
        a.map { row in b[0].indices.map { j in row.indices.reduce(0) { $0 + row[$1] * b[$1][j] } } }
    }

    private func transposed(_ a: Matrix) -> Matrix { a[0].indices.map { j in a.map { $0[j] } } }

    private func matrix(_ p: PlanarCovariance) -> Matrix {
        [
            [p.x.position, p.positions, p.x.cross, p.positionVelocity],
            [p.positions, p.y.position, p.velocityPosition, p.y.cross],
            [p.x.cross, p.velocityPosition, p.x.velocity, p.velocities],
            [p.positionVelocity, p.y.cross, p.velocities, p.y.velocity],
        ]
    }

    private func isClose(_ a: Matrix, _ b: Matrix) -> Bool {
        zip(a, b).allSatisfy { zip($0, $1).allSatisfy { abs($0 - $1) < 1e-9 * max(1, abs($1)) } }
    }

    @Test("agrees with the general equations when a camera has coupled the axes")
    func generalEquations() {
        var covariance = PlanarCovariance(
            x: MotionCovariance(position: 7, cross: 1, velocity: 3),
            y: MotionCovariance(position: 11, cross: 2, velocity: 5))
        let motion = CameraMotion(a: 0.9, b: 0.2, tx: 3, c: -0.3, d: 1.1, ty: 4)
        let linear: Matrix = [[0.9, 0.2, 0, 0], [-0.3, 1.1, 0, 0], [0, 0, 0.9, 0.2], [0, 0, -0.3, 1.1]]
        var general = product(product(linear, matrix(covariance)), transposed(linear))
        covariance.apply(motion)
        #expect(covariance.isCoupled && isClose(matrix(covariance), general))

        let step: Matrix = [[1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1]]
        general = product(product(step, general), transposed(step))
        for (index, noise) in [0.5, 0.7, 0.01, 0.02].enumerated() { general[index][index] += noise }
        covariance.predict(xNoise: (0.5, 0.01), yNoise: (0.7, 0.02))
        #expect(isClose(matrix(covariance), general))

        // K = P·Hᵀ·S⁻¹ and P − K·S·Kᵀ = P − K·H·P.
        let (sx, sy, sxy) = (general[0][0] + 2, general[1][1] + 3, general[0][1])
        let det = sx * sy - sxy * sxy
        let gain = product(general.map { Array($0[0...1]) }, [[sy / det, -sxy / det], [-sxy / det, sx / det]])
        let taken = product(gain, Array(general[0...1]))
        general = zip(general, taken).map { zip($0, $1).map { $0 - $1 } }
        let result = covariance.update(xNoise: 2, yNoise: 3)
        #expect(isClose(matrix(covariance), general))
        let rows = [result.x, result.y, result.vx, result.vy].map { [$0.dx, $0.dy] }
        #expect(isClose(rows, gain))
    }

    @Test("is the same with a camera that stands still as without one")
    func standingCamera() throws {
        var filter = WidthHeightFilter(try measurement(10, 20, 30, 60))
        var still = filter
        var coupled = filter
        coupled.covariance.isCoupled = true
        for frame in 1...20 {
            let seen = try measurement(10 + Double(frame), 20, 30, 60 + Double(frame))
            filter.predict()
            filter.update(seen)
            still.predict()
            still.apply(.identity)
            still.update(seen)
            coupled.predict()
            coupled.update(seen)
        }
        #expect(still == filter)
        #expect(abs(coupled.x.position - filter.x.position) < 1e-9 && coupled.covariance.positions == 0)
    }
}
