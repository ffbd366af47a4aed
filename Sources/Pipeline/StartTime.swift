internal import Foundation

/// The time of day at which a video begins, as records have it: RFC 3339, in UTC, with milliseconds.
public enum StartTime {
    /// - Parameter seconds: since 1970; of any number, only the milliseconds count.
    public static func text(_ seconds: Double) -> String {
        let milliseconds = milliseconds(seconds)
        let whole = Date(timeIntervalSince1970: Double(milliseconds / 1000))
        let fraction = String(milliseconds % 1000 + 1000).dropFirst()
        return whole.formatted(.iso8601).dropLast() + ".\(fraction)Z"
    }

    /// Seconds since 1970; nil for a text that is no time.
    public static func seconds(_ text: String) -> Double? {
        for hasFraction in [true, false] {
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: hasFraction)
            guard let date = try? Date(text, strategy: style) else { continue }
            return (date.timeIntervalSince1970 * 1000).rounded() / 1000
        }
        return nil
    }

    /// As names of videos have it: `20261123T175928Z`.
    static func compact(_ seconds: Double) -> String {
        String(text(seconds).prefix(19)).filter { $0 != "-" && $0 != ":" } + "Z"
    }

    /// Rounded, between 1970 and the year 9999.
    private static func milliseconds(_ seconds: Double) -> Int {
        Int(min(max(seconds, 0), 253_402_300_799) * 1000 + 0.5)
    }
}
