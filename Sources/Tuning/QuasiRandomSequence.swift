import Foundation

/// Points that fill the unit cube evenly: an additive recurrence, shifted by a seed.
///
/// M. Roberts, "The Unreasonable Effectiveness of Quasirandom Sequences", 2018: the k-th point is k·α modulo 1, where
/// the α of the dimensions are the powers of 1/φ and φ > 1 solves φ^(d+1) = φ + 1.
struct QuasiRandomSequence {
    private let steps: [Double]
    private let shifts: [Double]

    init(dimensions: Int, seed: UInt64) {
        var phi = 2.0
        for _ in 0..<64 { phi = pow(1 + phi, 1 / Double(dimensions + 1)) }
        steps = (1...max(dimensions, 1)).map { pow(1 / phi, Double($0)) }
        var random = SplitMix64(seed: seed)
        shifts = steps.map { _ in random.nextShare() }
    }

    /// Numbers from 0 to below 1, one per dimension.
    func point(_ index: Int) -> [Double] {
        zip(steps, shifts).map { step, shift in
            let value = shift + step * Double(index)
            return value - value.rounded(.down)
        }
    }
}
