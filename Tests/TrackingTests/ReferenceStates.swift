import Foundation

@testable import Tracking

/// What a reference tracker held after every frame: `ref_state/NAME.csv`.
struct ReferenceStates {
    private let rows: [Int: [[Double]]]

    init(_ name: String) throws {
        let text = try String(contentsOfFile: Assets.root + "/mot/ref_state/\(name).csv", encoding: .utf8)
        let lines = text.split(separator: "\n").dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
        rows = Dictionary(grouping: lines) { Int($0[0]) }
    }

    /// The tracks of a frame: frame, identity, state, diagonal of the covariance, counters.
    func rows(ofFrame frame: Int) -> [[Double]] { rows[frame] ?? [] }

    /// Within 10⁻⁶, relative for numbers above 1: the references are written with 12 digits.
    static func isClose(_ a: [Double], _ b: ArraySlice<Double>) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) }
    }
}

extension SORTFilter {
    /// The state and the diagonal of the covariance, as the references list them.
    var stateAndVariances: [Double] {
        [
            u.position, v.position, s.position, r, u.velocity, v.velocity, s.velocity,
            centreCovariance.position, centreCovariance.position, areaCovariance.position, aspectVariance,
            centreCovariance.velocity, centreCovariance.velocity, areaCovariance.velocity,
        ]
    }
}

extension AspectHeightFilter {
    /// The state and the diagonal of the covariance, as the references list them.
    var stateAndVariances: [Double] {
        let (size, ratio) = (sizeCovariance, aspectCovariance)
        return [
            x.position, y.position, aspect.position, height.position,
            x.velocity, y.velocity, aspect.velocity, height.velocity,
            size.position, size.position, ratio.position, size.position,
            size.velocity, size.velocity, ratio.velocity, size.velocity,
        ]
    }
}
