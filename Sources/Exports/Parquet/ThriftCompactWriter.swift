/// Writes Thrift's compact protocol, in which a Parquet file describes itself.
///
/// Source: Apache Thrift, "Thrift compact protocol" (doc/specs/thrift-compact-protocol.md).
struct ThriftCompactWriter {
    private(set) var bytes: [UInt8] = []
    private var lastField: Int16 = 0

    private enum Kind: UInt8 {
        case booleanTrue = 1
        case booleanFalse = 2
        case int8 = 3
        case int16 = 4
        case int32 = 5
        case int64 = 6
        case binary = 8
        case list = 9
        case structure = 12
    }

    mutating func boolean(_ field: Int16, _ value: Bool) { begin(field, value ? .booleanTrue : .booleanFalse) }

    mutating func int16(_ field: Int16, _ value: Int) {
        begin(field, .int16)
        zigzag(value)
    }

    mutating func int32(_ field: Int16, _ value: Int) {
        begin(field, .int32)
        zigzag(value)
    }

    mutating func int64(_ field: Int16, _ value: Int) {
        begin(field, .int64)
        zigzag(value)
    }

    mutating func binary(_ field: Int16, _ value: some Collection<UInt8>) {
        begin(field, .binary)
        element(value)
    }

    mutating func structure(_ field: Int16, _ body: (inout ThriftCompactWriter) -> Void) {
        begin(field, .structure)
        element(body)
    }

    mutating func structures<Value>(
        _ field: Int16, _ values: [Value], _ body: (inout ThriftCompactWriter, Value) -> Void
    ) {
        beginList(field, .structure, count: values.count)
        for value in values { element { body(&$0, value) } }
    }

    mutating func int32s(_ field: Int16, _ values: [Int]) {
        beginList(field, .int32, count: values.count)
        for value in values { zigzag(value) }
    }

    mutating func binaries(_ field: Int16, _ values: [String]) {
        beginList(field, .binary, count: values.count)
        for value in values { element(value.utf8) }
    }

    /// The end of the outermost structure.
    mutating func stop() { bytes.append(0) }

    private mutating func element(_ body: (inout ThriftCompactWriter) -> Void) {
        let outer = lastField
        lastField = 0
        body(&self)
        stop()
        lastField = outer
    }

    private mutating func element(_ value: some Collection<UInt8>) {
        bytes.append(varint: UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    private mutating func beginList(_ field: Int16, _ kind: Kind, count: Int) {
        begin(field, .list)
        if count < 15 {
            bytes.append(UInt8(count) << 4 | kind.rawValue)
        } else {
            bytes.append(0xF0 | kind.rawValue)
            bytes.append(varint: UInt64(count))
        }
    }

    /// Fields are given in ascending order, each at most 15 after the one before.
    private mutating func begin(_ field: Int16, _ kind: Kind) {
        let step = field - lastField
        precondition((1...15).contains(step), "fields are written in ascending order")
        bytes.append(UInt8(step) << 4 | kind.rawValue)
        lastField = field
    }

    private mutating func zigzag(_ value: Int) {
        let value = Int64(value)
        bytes.append(varint: UInt64(bitPattern: value << 1 ^ value >> 63))
    }
}

extension [UInt8] {
    /// Appends seven bits to a byte, the lowest first; the highest bit of a byte says that more follow.
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// Appends a number's bytes, the lowest first.
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
