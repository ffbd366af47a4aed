/// Walks over the fields of one protocol-buffers message, as its wire format is specified
/// (https://protobuf.dev/programming-guides/encoding/), and never reads outside of it.
struct ProtobufReader {
    /// What a field holds; the wire does not say more.
    enum Value {
        case varint(UInt64)
        case fixed64
        case fixed32
        /// Text, bytes or a message: where it lies in ``bytes``.
        case bytes(Range<Int>)
    }

    /// The bytes end within a field, or are no protocol-buffers message.
    struct Malformed: Error {
        /// Where in the file.
        var offset: Int
    }

    let bytes: [UInt8]
    private var position: Int
    private let end: Int

    init(_ bytes: [UInt8]) {
        self.init(bytes, in: 0..<bytes.count)
    }

    /// - Precondition: `range` lies within `bytes`.
    init(_ bytes: [UInt8], in range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next field's number and value; nil at the message's end.
    mutating func next() throws(Malformed) -> (field: UInt64, value: Value)? {
        guard position < end else { return nil }
        let start = position
        let key = try varint()
        let field = key >> 3
        // The largest field number is 2^29 − 1, and 0 is none.
        guard field > 0, field < 1 << 29 else { throw Malformed(offset: start) }
        switch key & 7 {
        case 0: return (field, .varint(try varint()))
        case 1:
            _ = try take(8)
            return (field, .fixed64)
        case 2: return (field, .bytes(try take(try varint())))
        case 5:
            _ = try take(4)
            return (field, .fixed32)
        default: throw Malformed(offset: start)  // Groups, which are out of use, and what is not defined.
        }
    }

    /// The text in `range`, repaired where it is not UTF-8.
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private mutating func take(_ count: UInt64) throws(Malformed) -> Range<Int> {
        guard count <= UInt64(end - position) else { throw Malformed(offset: position) }
        let start = position
        position += Int(count)
        return start..<position
    }

    private mutating func varint() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < end else { throw Malformed(offset: position) }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift  // Bits over the 64th fall away, as the specification has it.
            if byte < 0x80 { return value }
        }
        throw Malformed(offset: position)
    }
}
