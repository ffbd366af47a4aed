import ArgumentParser
import Media

/// Frames per second: a whole number, a decimal or a fraction, kept exactly.
struct PictureRate: ExpressibleByArgument, Sendable {
    var value: Rational

    init(value: Rational) {
        self.value = value
    }

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, let numerator = Int32(parts[0]), let denominator = Int32(parts[1]), numerator > 0,
            denominator > 0
        {
            value = Rational(Int(numerator), Int(denominator))
        } else if parts.count == 1, let rate = Double(argument), rate > 0, rate <= 1000, (rate * 1000).rounded() >= 1 {
            value = rate == rate.rounded() ? Rational(Int(rate), 1) : Rational(Int((rate * 1000).rounded()), 1000)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String {
        value.denominator == 1 ? "\(value.numerator)" : "\(value.numerator)/\(value.denominator)"
    }
}
