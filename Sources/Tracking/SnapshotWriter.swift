/// Writes a snapshot: a small versioned binary format that keeps every number to the bit.
///
/// Layout: the four bytes `LWSN`; the kind (a string); the version (16 bits); the fields in the order they are
/// appended; a hash of all of that (64 bits). Integers are little-endian, 64 bits wide unless said otherwise; a `Double`
/// is its bit pattern; a string is its UTF-8 length and bytes; a list is its count and its elements.
public struct SnapshotWriter: Sendable {
    static let magic: [UInt8] = Array("LWSN".utf8)

    private var bytes: [UInt8]

    /// - Parameters:
    ///   - kind: what the snapshot is of.
    ///   - version: the version of the fields that follow; to be raised whenever they change.
    public init(kind: String, version: UInt16) {
        bytes = Self.magic
        append(kind)
        append(littleEndian: version)
    }

    /// Appends a whole number.
    public mutating func append(_ value: Int) { append(littleEndian: Int64(value)) }
    /// Appends a number by its bit pattern.
    public mutating func append(_ value: Double) { append(littleEndian: value.bitPattern) }
    /// Appends a number of single precision by its bit pattern.
    public mutating func append(_ value: Float) { append(littleEndian: value.bitPattern) }
    /// Appends one byte, 1 for true.
    public mutating func append(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// Appends numbers of single precision by their bit patterns, eight at a time; their count is the caller's to write.
    mutating func append(_ blocks: [SIMD8<Float>]) {
        #if _endian(little)
            blocks.withUnsafeBytes { bytes.append(contentsOf: $0) }
        #else
            for block in blocks {
                for lane in block.indices { append(littleEndian: block[lane].bitPattern) }
            }
        #endif
    }

    /// Appends a text.
    public mutating func append(_ value: String) {
        append(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    /// Appends bytes as they are, after their count.
    public mutating func append(bytes: [UInt8]) {
        append(bytes.count)
        self.bytes.append(contentsOf: bytes)
    }

    /// Appends whether there is a value, and the value if there is.
    public mutating func append(_ value: Int?) {
        append(value != nil)
        if let value { append(value) }
    }

    /// Appends a number in as few bytes as its size needs: seven bits in each, the lowest first, the highest bit set in
    /// all but the last; negative and positive numbers alternate (0, −1, 1, −2, …), so that both stay short.
    public mutating func appendCompact(_ value: Int) {
        let value = Int64(value)
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Ends the snapshot and hands out its bytes.
    public consuming func finish() -> [UInt8] {
        append(littleEndian: Self.hash(bytes[...]))
        return bytes
    }

    private mutating func append(littleEndian value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A hash of 64 bits that every changed byte changes.
    ///
    /// FNV-1a's steps, but over words of eight bytes, with the high bits folded down in each: four hashes of every fourth
    /// word, so that one need not wait for another, and then a hash of these and of the rest, filled up with zeros.
    static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        func step(_ hash: UInt64, _ word: UInt64) -> UInt64 {
            let product = (hash ^ word) &* 0x100_0000_01b3
            return product ^ product >> 29
        }
        return bytes.withUnsafeBytes { bytes in
            func word(at offset: Int) -> UInt64 {
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            }
            let basis: UInt64 = 0xcbf2_9ce4_8422_2325
            var (a, b, c, d) = (basis, basis, basis, basis)
            var offset = 0
            while offset + 32 <= bytes.count {
                a = step(a, word(at: offset))
                b = step(b, word(at: offset + 8))
                c = step(c, word(at: offset + 16))
                d = step(d, word(at: offset + 24))
                offset += 32
            }
            var hash = step(step(step(step(basis, a), b), c), d)
            while offset < bytes.count {
                var rest: UInt64 = 0
                for byte in bytes[offset..<min(offset + 8, bytes.count)].reversed() { rest = rest << 8 | UInt64(byte) }
                hash = step(hash, rest)
                offset += 8
            }
            return step(hash, UInt64(bytes.count))
        }
    }

    /// FNV-1a, byte by byte: what snapshots ended with before.
    static func earlierHash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
