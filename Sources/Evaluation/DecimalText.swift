import Foundation

/// Decimal numbers as text: read and written without a detour through strings where that is exact.
enum DecimalText {
    /// The number that a text stands for; nil when it is none, or not finite.
    ///
    /// Up to 18 digits whose value is below 2⁵³, moved by up to 18 places, are exact in one multiplication or division
    /// of doubles, since both operands are (W. D. Clinger, "How to read floating point numbers accurately", 1990).
    /// Anything else goes to the standard library.
    static func parse(_ text: ArraySlice<UInt8>) -> Double? {
        var position = text.startIndex
        var isNegative = false
        if let first = text.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            position += 1
        }
        var digits: UInt64 = 0
        var digitCount = 0
        var places = 0
        var isPastPoint = false
        while position < text.endIndex {
            let byte = text[position]
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                guard digitCount < 18 else { return parseSlowly(text) }
                digits = digits * 10 + UInt64(byte - UInt8(ascii: "0"))
                digitCount += 1
                if isPastPoint { places += 1 }
            } else if byte == UInt8(ascii: "."), !isPastPoint {
                isPastPoint = true
            } else {
                return parseSlowly(text)
            }
            position += 1
        }
        guard digitCount > 0 else { return nil }
        guard digits < 1 << 53 else { return parseSlowly(text) }
        let value = Double(digits) / powersOfTen[places]
        return isNegative ? -value : value
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    ]

    private static func parseSlowly(_ text: ArraySlice<UInt8>) -> Double? {
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// Appends a number with four decimals, rounded as `printf("%.4f")` rounds: the nearest, and the even one of two
    /// equally near.
    static func append(_ value: Double, to text: inout [UInt8]) {
        let scaled = value.magnitude * 10_000
        // Beyond 2⁵² there is no fraction left to look at; false for NaN.
        guard scaled < 0x1p52 else {
            text.append(contentsOf: String(format: "%.4f", value).utf8)
            return
        }
        // `scaled` is rounded; `residue` is what it lacks, exactly. Halves are doubles, so `scaled` lies on the right
        // side of them or on them, and only then the residue counts.
        let residue = (-scaled).addingProduct(value.magnitude, 10_000)
        let whole = scaled.rounded(.down)
        var units = UInt64(whole)
        let fraction = scaled - whole
        if fraction > 0.5 || (fraction == 0.5 && (residue > 0 || (residue == 0 && units % 2 == 1))) { units += 1 }
        if value < 0, units > 0 { text.append(UInt8(ascii: "-")) }
        append(units / 10_000, to: &text)
        text.append(UInt8(ascii: "."))
        append(units % 10_000, to: &text, width: 4)
    }

    /// Appends a whole number.
    static func append(_ value: Int, to text: inout [UInt8]) {
        if value < 0 { text.append(UInt8(ascii: "-")) }
        append(UInt64(value.magnitude), to: &text)
    }

    private static func append(_ value: UInt64, to text: inout [UInt8], width: Int = 1) {
        let start = text.count
        var rest = value
        repeat {
            text.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0 || text.count - start < width
        text[start...].reverse()
    }
}
