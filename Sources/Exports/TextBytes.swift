extension [UInt8] {
    /// Appends a number with a fixed number of decimals, rounded half away from zero, without a locale; nothing when it is
    /// not finite or beyond 9 · 10¹⁸ units of the last decimal.
    mutating func append(number value: Double, decimals: Int) {
        var scale: Int64 = 1
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value * Double(scale)).rounded()
        guard scaled.isFinite, abs(scaled) < 9e18 else { return }
        let units = Int64(scaled)
        if units < 0 { append(UInt8(ascii: "-")) }
        append(digits: units.magnitude / UInt64(scale), width: 1)
        guard decimals > 0 else { return }
        append(UInt8(ascii: "."))
        append(digits: units.magnitude % UInt64(scale), width: decimals)
    }

    /// Appends a whole number's digits.
    ///
    /// Labelled, since `append(0)` would otherwise be the digit and not the byte.
    mutating func append(number value: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(digits: UInt64(value.magnitude), width: 1)
    }

    private mutating func append(digits value: UInt64, width: Int) {
        let start = count
        var rest = value
        repeat {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0 || count - start < width
        self[start...].reverse()
    }
}
