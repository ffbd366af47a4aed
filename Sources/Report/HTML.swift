internal import Foundation

/// Text that is safe inside HTML, and numbers that do not depend on a locale.
enum HTML {
    static func escape(_ text: String) -> String {
        var safe = ""
        safe.reserveCapacity(text.utf8.count)
        for character in text {
            switch character {
            case "&": safe += "&amp;"
            case "<": safe += "&lt;"
            case ">": safe += "&gt;"
            case "\"": safe += "&quot;"
            default: safe.append(character)
            }
        }
        return safe
    }

    /// `1234567` as `1,234,567`.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }

    static func decimal(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "–" }
        var scale = 1
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && whole > 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(whole) }
        return sign + String(whole / scale) + "." + String(String(whole % scale + scale).dropFirst())
    }

    /// Milliseconds as `1:02:03`, `2:03`, or with a tenth: `0:03.4`.
    static func clock(_ milliseconds: Double, tenths: Bool = false) -> String {
        guard milliseconds.isFinite, abs(milliseconds) < 1e15 else { return "–" }
        let all = max(0, Int((milliseconds / 100).rounded(tenths ? .toNearestOrEven : .down)))
        let seconds = all / 10
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let text =
            seconds >= 3600
            ? "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
            : "\(seconds / 60):\(two(seconds % 60))"
        return tenths ? "\(text).\(all % 10)" : text
    }

    static func jpeg(_ bytes: [UInt8]) -> String { "data:image/jpeg;base64,\(Data(bytes).base64EncodedString())" }
}
