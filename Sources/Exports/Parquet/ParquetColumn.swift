/// A column of a Parquet file: its name and type, and how its values are taken out of a row.
struct ParquetColumn<Row>: Sendable {
    /// What a value is, and where it comes from; nil is a null.
    enum Source: Sendable {
        case boolean(@Sendable (Row) -> Bool?)
        case int32(@Sendable (Row) -> Int?)
        case int64(@Sendable (Row) -> Int?)
        case double(@Sendable (Row) -> Double?)
        case string(@Sendable (Row) -> String?)
        /// Microseconds since 1970, UTC.
        case timestamp(@Sendable (Row) -> Int64?)
    }

    var name: String
    var source: Source
    /// Whether there may be nulls.
    var isOptional: Bool

    init(_ name: String, _ source: Source, isOptional: Bool = false) {
        self.name = name
        self.source = source
        self.isOptional = isOptional
    }

    /// `Type` of parquet.thrift.
    var physicalType: Int {
        switch source {
        case .boolean: 0
        case .int32: 1
        case .int64, .timestamp: 2
        case .double: 5
        case .string: 6
        }
    }

    /// The column's values in some rows, ready to be written.
    func values(of rows: [Row]) -> ParquetValues {
        switch source {
        case .boolean(let value): ParquetValues(booleans: rows.map(value))
        // A number that does not fit is not a class ID or a frame's index: better a null than a wrong one.
        case .int32(let value): ParquetValues(numbers: rows.map { value($0).flatMap(Int32.init(exactly:)) })
        case .int64(let value): ParquetValues(numbers: rows.map { value($0).map(Int64.init) })
        case .timestamp(let value): ParquetValues(numbers: rows.map(value))
        case .double(let value): ParquetValues(doubles: rows.map(value))
        case .string(let value): ParquetValues(strings: rows.map(value))
        }
    }

    /// `SchemaElement` of parquet.thrift.
    func describe(into thrift: inout ThriftCompactWriter) {
        thrift.int32(1, physicalType)
        thrift.int32(3, isOptional ? 1 : 0)
        thrift.binary(4, name.utf8)
        switch source {
        case .string:
            thrift.int32(6, 0)  // UTF8, for readers that do not know logical types
            thrift.structure(10) { $0.structure(1) { _ in } }  // STRING
        case .timestamp:
            thrift.int32(6, 10)  // TIMESTAMP_MICROS
            thrift.structure(10) { type in
                type.structure(8) { timestamp in
                    timestamp.boolean(1, true)  // adjusted to UTC
                    timestamp.structure(2) { $0.structure(2) { _ in } }  // MICROS
                }
            }
        case .boolean, .int32, .int64, .double: break
        }
    }
}
