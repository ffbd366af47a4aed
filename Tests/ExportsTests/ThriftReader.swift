/// Reads Thrift's compact protocol without knowing what it says: fields by number.
struct ThriftReader {
    indirect enum Value {
        case boolean(Bool)
        case integer(Int)
        case binary([UInt8])
        case list([Value])
        case structure([Int: Value])

        subscript(field: Int) -> Value? { if case .structure(let fields) = self { fields[field] } else { nil } }
        var integer: Int? { if case .integer(let value) = self { value } else { nil } }
        var bytes: [UInt8]? { if case .binary(let value) = self { value } else { nil } }
        var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
        var list: [Value]? { if case .list(let values) = self { values } else { nil } }
    }

    struct Unreadable: Error {}

    private let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    mutating func structure() throws -> Value {
        var fields: [Int: Value] = [:]
        var last = 0
        while true {
            let head = try byte()
            guard head != 0 else { return .structure(fields) }
            last = head >> 4 == 0 ? Int(try zigzag()) : last + Int(head >> 4)
            fields[last] = try value(head & 15)
        }
    }

    mutating func varint() throws -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            value |= UInt64(next & 0x7F) << shift
            guard next & 0x80 != 0 else { return value }
            shift += 7
            guard shift < 64 else { throw Unreadable() }
        }
    }

    private mutating func value(_ kind: UInt8) throws -> Value {
        switch kind {
        case 1: return .boolean(true)
        case 2: return .boolean(false)
        case 4, 5, 6: return .integer(Int(try zigzag()))
        case 8:
            let count = Int(try varint())
            return .binary(try (0..<count).map { _ in try byte() })
        case 9:
            let head = try byte()
            let count = head >> 4 == 15 ? Int(try varint()) : Int(head >> 4)
            return .list(try (0..<count).map { _ in try value(head & 15) })
        case 12: return try structure()
        default: throw Unreadable()
        }
    }

    private mutating func zigzag() throws -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(value & 1)
    }

    private mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw Unreadable() }
        defer { position += 1 }
        return bytes[position]
    }
}
