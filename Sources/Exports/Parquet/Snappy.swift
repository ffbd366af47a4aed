/// Compresses in Snappy's block format, which every reader of Parquet knows.
///
/// The same bytes always give the same bytes, which no library's next version promises.
/// Source: "Snappy compressed format description" (google/snappy, format_description.txt).
enum Snappy {
    /// References reach back within pieces of this many bytes, so that an offset fits in 16 bits.
    private static let pieceSize = 1 << 16
    private static let tableBits = 14

    static func compress(_ input: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(input.count / 2 + 16)
        output.append(varint: UInt64(input.count))
        // Where four bytes with this hash were seen last in the piece; −1: nowhere.
        var table = [Int32](repeating: -1, count: 1 << tableBits)
        input.withUnsafeBufferPointer { input in
            var start = 0
            while start < input.count {
                let end = min(start + pieceSize, input.count)
                if start > 0 { for slot in table.indices { table[slot] = -1 } }
                compress(input, start..<end, &table, into: &output)
                start = end
            }
        }
        return output
    }

    private static func compress(
        _ input: UnsafeBufferPointer<UInt8>, _ piece: Range<Int>, _ table: inout [Int32], into output: inout [UInt8]
    ) {
        func word(_ at: Int) -> UInt32 {
            UInt32(input[at]) | UInt32(input[at + 1]) << 8 | UInt32(input[at + 2]) << 16 | UInt32(input[at + 3]) << 24
        }
        var literal = piece.lowerBound
        var at = piece.lowerBound
        // Where nothing repeats, steps grow, so that it is soon over.
        var misses = 0
        while at + 4 <= piece.upperBound {
            let value = word(at)
            let slot = Int((value &* 0x1E35_A7BD) >> UInt32(32 - tableBits))
            let candidate = Int(table[slot])
            table[slot] = Int32(truncatingIfNeeded: at - piece.lowerBound)
            guard candidate >= 0, word(piece.lowerBound + candidate) == value else {
                misses += 1
                at += 1 + misses >> 5
                continue
            }
            misses = 0
            let match = piece.lowerBound + candidate
            var length = 4
            while at + length < piece.upperBound, input[match + length] == input[at + length] { length += 1 }
            append(literal: input, literal..<at, to: &output)
            append(copyOf: length, offset: at - match, to: &output)
            at += length
            literal = at
        }
        append(literal: input, literal..<piece.upperBound, to: &output)
    }

    private static func append(literal input: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, to output: inout [UInt8])
    {
        guard !range.isEmpty else { return }
        let last = range.count - 1
        switch last {
        case ..<60: output.append(UInt8(last) << 2)
        case ..<0x100:
            output.append(60 << 2)
            output.append(UInt8(last))
        default:
            // Pieces have at most 65,536 bytes.
            output.append(61 << 2)
            output.append(littleEndian: UInt16(last))
        }
        output.append(contentsOf: input[range])
    }

    private static func append(copyOf length: Int, offset: Int, to output: inout [UInt8]) {
        var rest = length
        while rest > 0 {
            let count = min(rest, 64)
            if (4...11).contains(count), offset < 2048 {
                output.append(UInt8(count - 4) << 2 | 1 | UInt8(offset >> 8) << 5)
                output.append(UInt8(truncatingIfNeeded: offset))
            } else {
                output.append(UInt8(count - 1) << 2 | 2)
                output.append(littleEndian: UInt16(offset))
            }
            rest -= count
        }
    }
}
