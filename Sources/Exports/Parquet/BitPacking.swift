/// Parquet's hybrid of run lengths and packed bits, for small numbers.
///
/// Source: Apache Parquet, "Encodings", Run Length Encoding / Bit-Packing Hybrid (RLE = 3).
enum BitPacking {
    /// How many bits hold all numbers up to one.
    static func width(of highest: Int) -> Int { Int.bitWidth - highest.leadingZeroBitCount }

    /// Appends numbers below 2^`width`: those that repeat eight times and more as runs, the others packed.
    static func append(_ values: [UInt32], width: Int, to bytes: inout [UInt8]) {
        var packed = 0  // where the numbers begin that wait to be packed
        var at = 0
        while at < values.count {
            var end = at + 1
            while end < values.count, values[end] == values[at] { end += 1 }
            // Packs are of eight: what is missing of the last one is taken from the run.
            let missing = (8 - (at - packed) % 8) % 8
            guard end - at - missing >= 8 else {
                at = end
                continue
            }
            append(packed: values[packed..<at + missing], width: width, to: &bytes)
            let run = end - at - missing
            bytes.append(varint: UInt64(run) << 1)
            var value = values[at]
            for _ in 0..<(width + 7) / 8 {
                bytes.append(UInt8(truncatingIfNeeded: value))
                value >>= 8
            }
            packed = end
            at = end
        }
        append(packed: values[packed...], width: width, to: &bytes)
    }

    private static func append(packed values: ArraySlice<UInt32>, width: Int, to bytes: inout [UInt8]) {
        guard !values.isEmpty else { return }
        let groups = (values.count + 7) / 8
        bytes.append(varint: UInt64(groups) << 1 | 1)
        var bits: UInt64 = 0
        var count = 0
        for place in 0..<groups * 8 {
            let index = values.startIndex + place
            // The last pack is filled up with zeros, which readers do not look at.
            if index < values.endIndex { bits |= UInt64(values[index]) << UInt64(count) }
            count += width
            while count >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: bits))
                bits >>= 8
                count -= 8
            }
        }
    }

    /// Appends truth values as single bits, the lowest first.
    static func append(_ values: [Bool], to bytes: inout [UInt8]) {
        for start in stride(from: 0, to: values.count, by: 8) {
            var byte: UInt8 = 0
            for (bit, value) in values[start..<min(start + 8, values.count)].enumerated() where value {
                byte |= 1 << UInt8(bit)
            }
            bytes.append(byte)
        }
    }
}
