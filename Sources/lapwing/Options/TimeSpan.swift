import ArgumentParser

/// A length of time as people write it: `7d`, `12h`, `30m`, `90s`, `3600`; in whole seconds.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
    var seconds: Int

    private static let units = [("d", 86400), ("h", 3600), ("m", 60), ("s", 1)]

    init(seconds: Int) { self.seconds = seconds }

    init?(argument: String) {
        let digits = argument.prefix { ("0"..."9").contains($0) || $0 == "." }
        let unit = argument.dropFirst(digits.count).lowercased()
        let scale = unit.isEmpty ? 1 : Self.units.first { $0.0 == unit }?.1
        // A thousand years are enough, and no arithmetic overflows.
        guard let value = Double(digits), let scale, value * Double(scale) <= 365_000 * 86400 else { return nil }
        seconds = Int((value * Double(scale)).rounded())
    }

    /// In the largest unit that it is a whole number of.
    var description: String {
        for (unit, scale) in Self.units where seconds > 0 && seconds % scale == 0 { return "\(seconds / scale)\(unit)" }
        return "\(seconds)s"
    }

    var defaultValueDescription: String { description }
}
