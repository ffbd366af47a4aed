/// Writes a snapshot: a small versioned binary format that keeps every number to the bit.
///
/// Layout: the four bytes `LWSN`; the kind (a string); the version (16 bits); the fields in the order they are
/// appended; the FNV-1a hash of all of that (64 bits). Integers are little-endian, 64 bits wide unless said otherwise; a `Double`
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

    /// Appends a list of numbers by their bit patterns.
    public mutating func append(_ values: [Float]) {
        append(values.count)
        bytes.reserveCapacity(bytes.count + values.count * 4)
        for value in values { append(littleEndian: value.bitPattern) }
    }

    /// Appends a text.
    public mutating func append(_ value: String) {
        append(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
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

    /// FNV-1a, 64 bits: every changed byte changes it.
    static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
