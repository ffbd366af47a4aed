internal import Foundation

/// Wall time as records have it: RFC 3339, in UTC.
public enum WallTime {
    /// Milliseconds since 1970; nil when the text is no time.
    public static func milliseconds(_ text: String) -> Int? {
        for hasFraction in [true, false] {
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: hasFraction)
            if let date = try? style.parse(text) { return Int((date.timeIntervalSince1970 * 1000).rounded()) }
        }
        return nil
    }

    /// As `2026-11-23T17:59:00Z`.
    public static func text(minute: Int) -> String {
        Date(timeIntervalSince1970: Double(minute) * 60).formatted(.iso8601)
    }

    /// The minute that a moment is in, also before 1970.
    static func minute(ofMilliseconds milliseconds: Int) -> Int {
        milliseconds / 60_000 - (milliseconds % 60_000 < 0 ? 1 : 0)
    }
}
