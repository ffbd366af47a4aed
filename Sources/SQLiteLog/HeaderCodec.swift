import EventLog

/// How a record's headers lie in one column: per header the length of its name and of its value, each four bytes little
/// endian, then both. No headers are an empty column.
enum HeaderCodec {
    static func encode(_ headers: [Record.Header]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headers.reduce(0) { $0 + 8 + $1.name.utf8.count + $1.value.count })
        for header in headers {
            append(header.name.utf8.count, to: &bytes)
            append(header.value.count, to: &bytes)
            bytes.append(contentsOf: header.name.utf8)
            bytes.append(contentsOf: header.value)
        }
        return bytes
    }

    /// Nil when the bytes are not what `encode` writes.
    static func decode(_ bytes: UnsafeRawBufferPointer) -> [Record.Header]? {
        var headers: [Record.Header] = []
        var position = 0
        while position < bytes.count {
            guard bytes.count - position >= 8 else { return nil }
            let nameCount = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            let valueCount = Int(
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self)))
            position += 8
            guard bytes.count - position >= nameCount + valueCount else { return nil }
            let name = String(decoding: bytes[position..<position + nameCount], as: UTF8.self)
            position += nameCount
            headers.append(Record.Header(name, Array(bytes[position..<position + valueCount])))
            position += valueCount
        }
        return headers
    }

    private static func append(_ count: Int, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: count).littleEndian) { bytes.append(contentsOf: $0) }
    }
}
