internal import CFFmpeg

/// A fraction of two integers: a time base (seconds per tick) or a frame rate (frames per second).
public struct Rational: Sendable, Hashable, Codable {
    public var numerator: Int
    /// Never 0 in a value that Lapwing hands out.
    public var denominator: Int

    public init(_ numerator: Int, _ denominator: Int) {
        self.numerator = numerator
        self.denominator = denominator
    }

    public init(numerator: Int, denominator: Int) {
        self.init(numerator, denominator)
    }

    /// The fraction as a floating-point number; 0 where the denominator is 0.
    public var value: Double { denominator == 0 ? 0 : Double(numerator) / Double(denominator) }
}

extension Rational {
    init(_ rational: AVRational) {
        self.init(Int(rational.num), Int(rational.den))
    }

    /// FFmpeg's form; nil where a member does not fit into 32 bits or the fraction is not positive.
    var avRational: AVRational? {
        guard let num = Int32(exactly: numerator), let den = Int32(exactly: denominator), num > 0, den > 0 else {
            return nil
        }
        return AVRational(num: num, den: den)
    }
}

/// `value` ticks of `from`, as ticks of `to`, rounded to the nearest.
func rescale(_ value: Int64, from: AVRational, to: AVRational) -> Int64 {
    av_rescale_q_rnd(value, from, to, AV_ROUND_NEAR_INF)
}

/// Times within which sums and differences of a few cannot overflow. No real file has others.
let sensibleTimes: ClosedRange<Int64> = -(1 << 58)...(1 << 58)

/// `value`, or nil where FFmpeg says that there is no timestamp.
func timestamp(_ value: Int64) -> Int64? {
    value == lapwing_AV_NOPTS_VALUE ? nil : value
}
