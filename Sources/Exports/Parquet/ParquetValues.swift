/// The values of a column in a row group, encoded.
///
/// Source: Apache Parquet, "Encodings": PLAIN = 0 and RLE_DICTIONARY = 8.
struct ParquetValues {
    /// For each row, whether it has a value.
    private(set) var isPresent: [Bool]
    /// The different values, plain, where a dictionary makes the column smaller; else nil.
    private(set) var dictionary: [UInt8]?
    private(set) var dictionaryCount = 0
    /// The values that are not null: plain, or as places in the dictionary.
    private(set) var encoded: [UInt8] = []
    /// The least and the greatest value, plain, strings without their length; nil where all are null.
    private(set) var minimum: [UInt8]?
    private(set) var maximum: [UInt8]?

    var nullCount: Int { isPresent.count { !$0 } }

    init(booleans values: [Bool?]) {
        isPresent = values.map { $0 != nil }
        let values = values.compactMap { $0 }
        BitPacking.append(values, to: &encoded)
        if !values.isEmpty {
            minimum = [values.allSatisfy { $0 } ? 1 : 0]
            maximum = [values.contains(true) ? 1 : 0]
        }
    }

    init<Number: FixedWidthInteger>(numbers values: [Number?]) {
        isPresent = values.map { $0 != nil }
        let values = values.compactMap { $0 }
        encode(values, size: { _ in Number.bitWidth / 8 }, append: { $1.append(littleEndian: $0) })
        minimum = values.min().map { Self.bytes($0) }
        maximum = values.max().map { Self.bytes($0) }
    }

    init(doubles values: [Double?]) {
        isPresent = values.map { $0 != nil }
        // What is not a number has no place in an order, and no JSON brings it.
        let values = values.compactMap { $0 }
        encode(values.map(\.bitPattern), size: { _ in 8 }, append: { $1.append(littleEndian: $0) })
        // The two zeros are equal: a least one is written as −0, a greatest one as +0, as the format asks.
        minimum = values.min().map { Self.bytes(($0 == 0 ? -0.0 : $0).bitPattern) }
        maximum = values.max().map { Self.bytes(($0 == 0 ? 0.0 : $0).bitPattern) }
    }

    init(strings values: [String?]) {
        isPresent = values.map { $0 != nil }
        // Compared and kept as bytes: strings that look alike are equal in Swift.
        let values = values.compactMap { $0.map { Array($0.utf8) } }
        encode(
            values, size: { 4 + $0.count },
            append: { value, bytes in
                bytes.append(littleEndian: UInt32(value.count))
                bytes.append(contentsOf: value)
            })
        minimum = values.min { $0.lexicographicallyPrecedes($1) }
        maximum = values.max { $0.lexicographicallyPrecedes($1) }
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: value)
        return bytes
    }

    /// Encodes values with a dictionary if that is smaller by a quarter and more.
    private mutating func encode<Value: Hashable>(
        _ values: [Value], size: (Value) -> Int, append: (Value, inout [UInt8]) -> Void
    ) {
        var places: [Value: UInt32] = [:]
        var order: [Value] = []
        var indices: [UInt32] = []
        indices.reserveCapacity(values.count)
        // In the order in which they come first, so that it is always the same.
        for value in values {
            if let place = places[value] {
                indices.append(place)
            } else {
                // Where half of the values are different, no dictionary pays.
                guard order.count * 2 <= values.count else { break }
                places[value] = UInt32(order.count)
                indices.append(UInt32(order.count))
                order.append(value)
            }
        }
        let plain = values.reduce(0) { $0 + size($1) }
        let width = BitPacking.width(of: max(1, order.count - 1))
        let withDictionary = order.reduce(0) { $0 + size($1) } + values.count * width / 8
        guard indices.count == values.count, !values.isEmpty, withDictionary * 4 <= plain * 3 else {
            encoded.reserveCapacity(plain)
            for value in values { append(value, &encoded) }
            return
        }
        var bytes: [UInt8] = []
        for value in order { append(value, &bytes) }
        dictionary = bytes
        dictionaryCount = order.count
        encoded.append(UInt8(width))
        BitPacking.append(indices, width: width, to: &encoded)
    }
}
