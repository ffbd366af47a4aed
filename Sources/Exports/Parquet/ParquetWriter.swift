/// Writes a table in the format of Apache Parquet, one row group after the other: only the footer, which has some hundred
/// bytes per row group and column, waits for the end.
///
/// Columns are dictionary-encoded where that is smaller, compressed by ``Snappy``, and have least and greatest values, so that
/// readers can pass over row groups. Source: Apache Parquet, file format and `parquet.thrift`, version 2.
struct ParquetWriter<Row> {
    private struct Chunk {
        var column: Int
        /// Places in the file.
        var dictionaryOffset: Int?
        var dataOffset: Int
        var uncompressed: Int
        var compressed: Int
        var nullCount: Int
        var minimum: [UInt8]?
        var maximum: [UInt8]?
    }

    private struct Group {
        var rows: Int
        var chunks: [Chunk]
    }

    private static var magic: [UInt8] { Array("PAR1".utf8) }

    private let columns: [ParquetColumn<Row>]
    private var groups: [Group] = []
    /// How many bytes there are before what is written next.
    private var position = 0

    init(columns: [ParquetColumn<Row>]) {
        self.columns = columns
    }

    /// The bytes of rows, as a row group of their own.
    mutating func write(_ rows: [Row]) -> [UInt8] {
        var bytes = begin()
        let start = position - bytes.count
        var chunks: [Chunk] = []
        for (index, column) in columns.enumerated() {
            let values = column.values(of: rows)
            var chunk = Chunk(
                column: index, dataOffset: 0, uncompressed: 0, compressed: 0, nullCount: values.nullCount,
                minimum: values.minimum, maximum: values.maximum)
            if let dictionary = values.dictionary {
                chunk.dictionaryOffset = start + bytes.count
                append(page: dictionary, of: &chunk, to: &bytes) { header in
                    header.int32(1, 2)  // DICTIONARY_PAGE
                } detail: { header in
                    header.structure(7) {
                        $0.int32(1, values.dictionaryCount)
                        $0.int32(2, 0)  // PLAIN
                    }
                }
            }
            chunk.dataOffset = start + bytes.count
            append(page: Self.page(values, of: column), of: &chunk, to: &bytes) { header in
                header.int32(1, 0)  // DATA_PAGE
            } detail: { header in
                header.structure(5) {
                    $0.int32(1, rows.count)
                    $0.int32(2, values.dictionary == nil ? 0 : 8)  // PLAIN or RLE_DICTIONARY
                    $0.int32(3, 3)  // of levels: RLE
                    $0.int32(4, 3)
                }
            }
            chunks.append(chunk)
        }
        groups.append(Group(rows: rows.count, chunks: chunks))
        position = start + bytes.count
        return bytes
    }

    /// The footer, after which the file is complete.
    ///
    /// - Parameter metadata: names and texts that readers show.
    mutating func finish(metadata: [(name: String, value: String)]) -> [UInt8] {
        var bytes = begin()
        let footer = footer(metadata)
        bytes += footer
        bytes.append(littleEndian: UInt32(footer.count))
        return bytes + Self.magic
    }

    private mutating func begin() -> [UInt8] {
        guard position == 0 else { return [] }
        position = Self.magic.count
        return Self.magic
    }

    /// Which rows have a value, and the values.
    private static func page(_ values: ParquetValues, of column: ParquetColumn<Row>) -> [UInt8] {
        guard column.isOptional else { return values.encoded }
        var levels: [UInt8] = []
        BitPacking.append(values.isPresent.map { $0 ? 1 : 0 }, width: 1, to: &levels)
        var page: [UInt8] = []
        page.append(littleEndian: UInt32(levels.count))
        return page + levels + values.encoded
    }

    private func append(
        page: [UInt8], of chunk: inout Chunk, to bytes: inout [UInt8], kind: (inout ThriftCompactWriter) -> Void,
        detail: (inout ThriftCompactWriter) -> Void
    ) {
        let compressed = Snappy.compress(page)
        var header = ThriftCompactWriter()
        kind(&header)
        header.int32(2, page.count)
        header.int32(3, compressed.count)
        detail(&header)
        header.stop()
        bytes += header.bytes
        bytes += compressed
        chunk.uncompressed += header.bytes.count + page.count
        chunk.compressed += header.bytes.count + compressed.count
    }

    /// `FileMetaData` of parquet.thrift.
    private func footer(_ metadata: [(name: String, value: String)]) -> [UInt8] {
        var thrift = ThriftCompactWriter()
        thrift.int32(1, 2)
        thrift.structures(2, [nil] + columns.map(Optional.some)) { element, column in
            if let column {
                column.describe(into: &element)
            } else {
                element.binary(4, "schema".utf8)
                element.int32(5, columns.count)
            }
        }
        thrift.int64(3, groups.reduce(0) { $0 + $1.rows })
        thrift.structures(4, Array(groups.enumerated())) { describe($1.element, at: $1.offset, into: &$0) }
        thrift.structures(5, metadata) { pair, entry in
            pair.binary(1, entry.name.utf8)
            pair.binary(2, entry.value.utf8)
        }
        thrift.binary(6, "Lapwing".utf8)
        // Least and greatest values go by the order of the columns' types.
        thrift.structures(7, columns) { order, _ in order.structure(1) { _ in } }
        thrift.stop()
        return thrift.bytes
    }

    /// `RowGroup` of parquet.thrift.
    private func describe(_ group: Group, at ordinal: Int, into thrift: inout ThriftCompactWriter) {
        thrift.structures(1, group.chunks) { element, chunk in
            element.int64(2, 0)
            element.structure(3) { describe(chunk, rows: group.rows, into: &$0) }
        }
        thrift.int64(2, group.chunks.reduce(0) { $0 + $1.uncompressed })
        thrift.int64(3, group.rows)
        if let first = group.chunks.first { thrift.int64(5, first.dictionaryOffset ?? first.dataOffset) }
        thrift.int64(6, group.chunks.reduce(0) { $0 + $1.compressed })
        // The field has 16 bits.
        if ordinal <= Int16.max { thrift.int16(7, ordinal) }
    }

    /// `ColumnMetaData` of parquet.thrift.
    private func describe(_ chunk: Chunk, rows: Int, into thrift: inout ThriftCompactWriter) {
        let column = columns[chunk.column]
        thrift.int32(1, column.physicalType)
        thrift.int32s(2, chunk.dictionaryOffset == nil ? [0, 3] : [0, 3, 8])
        thrift.binaries(3, [column.name])
        thrift.int32(4, 1)  // SNAPPY
        thrift.int64(5, rows)
        thrift.int64(6, chunk.uncompressed)
        thrift.int64(7, chunk.compressed)
        thrift.int64(9, chunk.dataOffset)
        if let offset = chunk.dictionaryOffset { thrift.int64(11, offset) }
        thrift.structure(12) { statistics in
            statistics.int64(3, chunk.nullCount)
            if let maximum = chunk.maximum { statistics.binary(5, maximum) }
            if let minimum = chunk.minimum { statistics.binary(6, minimum) }
        }
    }
}
