internal import Foundation

/// Wall-clock times as whole microseconds since 1970, UTC, and as RFC 3339 text.
enum UTCTime {
    /// Reads `2026-11-23T17:59:28.123Z`; nil when it is none. Thousandths of a second are kept, finer ones are not.
    static func microseconds(_ text: String) -> Int64? {
        for fractional in [true, false] {
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: fractional)
            guard let date = try? style.parse(text) else { continue }
            let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
            guard abs(milliseconds) < 1e15 else { return nil }
            return Int64(milliseconds) * 1000
        }
        return nil
    }

    /// `2026-11-23T17:59:28.123000Z`.
    static func text(_ microseconds: Int64) -> String {
        let second: Int64 = 1_000_000
        let day = 86400 * second
        let days = Int(microseconds >= 0 ? microseconds / day : (microseconds - day + 1) / day)
        let rest = microseconds - Int64(days) * day
        let date = civil(days)
        func padded(_ value: Int64, _ digits: Int) -> String {
            String(repeating: "0", count: max(0, digits - String(value).count)) + String(value)
        }
        let (seconds, fraction) = (rest / second, rest % second)
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(padded(Int64(date.year), 4))-\(padded(Int64(date.month), 2))-\(padded(Int64(date.day), 2))T\(clock)."
            + "\(padded(fraction, 6))Z"
    }

    /// The date so many days after 1970-01-01, in the Gregorian calendar.
    ///
    /// Years are counted from March, so that the leap day is a year's last: then the days before a month follow from
    /// (153 · month + 2) / 5.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let isNextYear = month >= 10
        return (
            yearOfEra + era * 400 + (isNextYear ? 1 : 0), isNextYear ? month - 9 : month + 3,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }
}
