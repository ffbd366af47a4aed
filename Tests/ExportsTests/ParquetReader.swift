/// Reads Parquet files as far as Lapwing writes them, from the format's description and apart from the writer.
struct ParquetReader {
    enum Cell: Equatable, CustomStringConvertible {
        case null
        case boolean(Bool)
        case integer(Int)
        case number(Double)
        case text(String)

        var description: String {
            switch self {
            case .null: "null"
            case .boolean(let value): "\(value)"
            case .integer(let value): "\(value)"
            case .number(let value): "\(value)"
            case .text(let value): value
            }
        }
    }

    struct Malformed: Error { var reason: String }

    let names: [String]
    /// `type` and `repetition_type` of each column, and whether it has a logical type.
    let types: [Int]
    let optional: [Bool]
    let metadata: [String: String]
    /// Values by row group and column.
    private(set) var groups: [[[Cell]]] = []
    /// Least, greatest value and number of nulls by row group and column.
    private(set) var statistics: [[(least: Cell, greatest: Cell, nulls: Int)]] = []
    /// How many columns have a dictionary, by row group.
    private(set) var dictionaries: [Int] = []
    let rowCount: Int

    /// All values of a column.
    func column(_ name: String) -> [Cell] {
        guard let index = names.firstIndex(of: name) else { return [] }
        return groups.flatMap { $0[index] }
    }

    init(_ file: [UInt8]) throws {
        let magic = Array("PAR1".utf8)
        guard file.count >= 12, Array(file.prefix(4)) == magic, Array(file.suffix(4)) == magic else {
            throw Malformed(reason: "magic")
        }
        let length = Int(Self.little(file[(file.count - 8)..<(file.count - 4)]))
        var footer = ThriftReader(file, at: file.count - 8 - length)
        let meta = try footer.structure()
        guard footer.position == file.count - 8 else { throw Malformed(reason: "footer's length") }
        guard let schema = meta[2]?.list, let root = schema.first, root[5]?.integer == schema.count - 1 else {
            throw Malformed(reason: "schema")
        }
        names = schema.dropFirst().compactMap { $0[4]?.text }
        types = schema.dropFirst().compactMap { $0[1]?.integer }
        optional = schema.dropFirst().map { $0[3]?.integer == 1 }
        rowCount = meta[3]?.integer ?? -1
        metadata = Dictionary(
            (meta[5]?.list ?? []).map { ($0[1]?.text ?? "", $0[2]?.text ?? "") }, uniquingKeysWith: { $1 })
        guard meta[7]?.list?.count == names.count else { throw Malformed(reason: "column orders") }
        var expected = 4
        for group in meta[4]?.list ?? [] {
            var columns: [[Cell]] = []
            var limits: [(Cell, Cell, Int)] = []
            var withDictionary = 0
            for (index, chunk) in (group[1]?.list ?? []).enumerated() {
                guard let about = chunk[3], about[3]?.list?.first?.text == names[index], about[4]?.integer == 1,
                    let rows = group[3]?.integer, about[5]?.integer == rows
                else { throw Malformed(reason: "column chunk") }
                // Chunks lie without gaps, and are as long as they say.
                let start = about[11]?.integer ?? about[9]?.integer ?? -1
                guard start == expected else { throw Malformed(reason: "offset of \(names[index])") }
                expected += about[7]?.integer ?? 0
                var reader = ColumnReader(file: file, position: start, type: types[index], isOptional: optional[index])
                if about[11] != nil {
                    withDictionary += 1
                    try reader.readDictionary()
                    guard reader.position == about[9]?.integer else { throw Malformed(reason: "data page's offset") }
                }
                columns.append(try reader.readData(rows: rows))
                guard reader.position == expected else { throw Malformed(reason: "length of \(names[index])") }
                func limit(_ field: Int) throws -> Cell {
                    guard let bytes = about[12]?[field]?.bytes else { return .null }
                    if types[index] == 6 { return .text(String(decoding: bytes, as: UTF8.self)) }
                    if types[index] == 0 { return .boolean(bytes[0] == 1) }
                    var rest = bytes[...]
                    return try ColumnReader.plain(&rest, type: types[index])
                }
                limits.append((try limit(6), try limit(5), about[12]?[3]?.integer ?? -1))
            }
            groups.append(columns)
            statistics.append(limits)
            dictionaries.append(withDictionary)
        }
    }

    /// Numbers of a width, as run lengths and packed bits.
    static func hybrid(_ bytes: [UInt8], width: Int, count: Int) throws -> [Int] {
        try ColumnReader.hybrid(bytes[...], width: width, count: count)
    }

    static func little(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Reads the pages of one column chunk.
private struct ColumnReader {
    let file: [UInt8]
    var position: Int
    let type: Int
    let isOptional: Bool
    private var dictionary: [ParquetReader.Cell] = []

    init(file: [UInt8], position: Int, type: Int, isOptional: Bool) {
        self.file = file
        self.position = position
        self.type = type
        self.isOptional = isOptional
    }

    private mutating func page() throws -> (header: ThriftReader.Value, bytes: [UInt8]) {
        var thrift = ThriftReader(file, at: position)
        let header = try thrift.structure()
        guard let size = header[3]?.integer, thrift.position + size <= file.count else {
            throw ParquetReader.Malformed(reason: "page")
        }
        let bytes = try SnappyReader.decompress(Array(file[thrift.position..<thrift.position + size]))
        position = thrift.position + size
        guard bytes.count == header[2]?.integer else { throw ParquetReader.Malformed(reason: "page's size") }
        return (header, bytes)
    }

    mutating func readDictionary() throws {
        let (header, bytes) = try page()
        guard header[1]?.integer == 2, let count = header[7]?[1]?.integer else {
            throw ParquetReader.Malformed(reason: "dictionary page")
        }
        var rest = bytes[...]
        dictionary = try (0..<count).map { _ in try Self.plain(&rest, type: type) }
        guard rest.isEmpty else { throw ParquetReader.Malformed(reason: "dictionary is longer") }
    }

    mutating func readData(rows: Int) throws -> [ParquetReader.Cell] {
        let (header, bytes) = try page()
        guard header[1]?.integer == 0, header[5]?[1]?.integer == rows, let encoding = header[5]?[2]?.integer else {
            throw ParquetReader.Malformed(reason: "data page")
        }
        var rest = bytes[...]
        var levels = [Int](repeating: 1, count: rows)
        if isOptional {
            let count = Int(ParquetReader.little(rest.prefix(4)))
            levels = try Self.hybrid(rest.dropFirst(4).prefix(count), width: 1, count: rows)
            rest = rest.dropFirst(4 + count)
        }
        let present = levels.count { $0 == 1 }
        var values: [ParquetReader.Cell]
        if encoding == 8 {
            let width = Int(rest.removeFirst())
            values = try Self.hybrid(rest, width: width, count: present).map { index in
                guard index < dictionary.count else { throw ParquetReader.Malformed(reason: "index") }
                return dictionary[index]
            }
        } else if type == 0 {
            values = (0..<present).map { .boolean(rest[rest.startIndex + $0 / 8] >> UInt8($0 % 8) & 1 == 1) }
        } else {
            values = try (0..<present).map { _ in try Self.plain(&rest, type: type) }
            guard rest.isEmpty else { throw ParquetReader.Malformed(reason: "page is longer") }
        }
        values.reverse()
        return levels.map { $0 == 1 ? values.removeLast() : .null }
    }

    static func plain(_ bytes: inout ArraySlice<UInt8>, type: Int) throws -> ParquetReader.Cell {
        func take(_ count: Int) throws -> ArraySlice<UInt8> {
            guard bytes.count >= count else { throw ParquetReader.Malformed(reason: "value is cut off") }
            defer { bytes = bytes.dropFirst(count) }
            return bytes.prefix(count)
        }
        switch type {
        case 1: return .integer(Int(Int32(bitPattern: UInt32(ParquetReader.little(try take(4))))))
        case 2: return .integer(Int(Int64(bitPattern: ParquetReader.little(try take(8)))))
        case 5: return .number(Double(bitPattern: ParquetReader.little(try take(8))))
        case 6:
            let count = Int(ParquetReader.little(try take(4)))
            return .text(String(decoding: try take(count), as: UTF8.self))
        default: throw ParquetReader.Malformed(reason: "type \(type)")
        }
    }

    /// The hybrid of run lengths and packed bits.
    static func hybrid(_ bytes: ArraySlice<UInt8>, width: Int, count: Int) throws -> [Int] {
        let bytes = Array(bytes)
        var values: [Int] = []
        var thrift = ThriftReader(bytes)
        var position = 0
        while values.count < count {
            thrift = ThriftReader(bytes, at: position)
            let head = Int(try thrift.varint())
            position = thrift.position
            if head & 1 == 0 {
                let length = (width + 7) / 8
                guard position + length <= bytes.count else { throw ParquetReader.Malformed(reason: "run") }
                let value = Int(ParquetReader.little(bytes[position..<position + length]))
                values += [Int](repeating: value, count: head >> 1)
                position += length
            } else {
                let length = (head >> 1) * width
                guard position + length <= bytes.count else { throw ParquetReader.Malformed(reason: "pack") }
                for number in 0..<(head >> 1) * 8 {
                    var value = 0
                    for bit in 0..<width {
                        let at = number * width + bit
                        value |= Int(bytes[position + at / 8] >> UInt8(at % 8) & 1) << bit
                    }
                    values.append(value)
                }
                position += length
            }
        }
        // Only a pack's last numbers may be beyond the end.
        guard values.count - count < 8, position == bytes.count else { throw ParquetReader.Malformed(reason: "levels") }
        return Array(values.prefix(count))
    }
}

/// Reads Snappy's block format.
enum SnappyReader {
    static func decompress(_ input: [UInt8]) throws -> [UInt8] {
        var head = ThriftReader(input)
        let size = Int(try head.varint())
        var at = head.position
        var output: [UInt8] = []
        func need(_ condition: Bool) throws { if !condition { throw ParquetReader.Malformed(reason: "snappy") } }
        while at < input.count {
            let tag = input[at]
            at += 1
            if tag & 3 == 0 {
                var length = Int(tag >> 2)
                if length >= 60 {
                    let extra = length - 59
                    try need(at + extra <= input.count)
                    length = Int(ParquetReader.little(input[at..<at + extra]))
                    at += extra
                }
                length += 1
                try need(at + length <= input.count)
                output += input[at..<at + length]
                at += length
            } else {
                var length = Int(tag >> 2) + 1
                var offset = 0
                if tag & 3 == 1 {
                    try need(at < input.count)
                    length = Int(tag >> 2 & 7) + 4
                    offset = Int(tag >> 5) << 8 | Int(input[at])
                    at += 1
                } else {
                    try need(tag & 3 == 2 && at + 2 <= input.count)
                    offset = Int(input[at]) | Int(input[at + 1]) << 8
                    at += 2
                }
                try need(offset > 0 && offset <= output.count)
                for _ in 0..<length { output.append(output[output.count - offset]) }
            }
        }
        try need(output.count == size)
        return output
    }
}
