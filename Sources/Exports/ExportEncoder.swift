internal import Pipeline

/// Writes one format: a new format is one type of this kind, and a case of ``ExportFormat``.
protocol ExportEncoder {
    /// The bytes that a record adds to the file.
    ///
    /// - Parameters:
    ///   - json: the record as it was published.
    ///   - rows: the boxes of a frame; empty for other records.
    mutating func add(_ record: ResultRecord, json: [UInt8], rows: [DetectionRow]) throws -> [UInt8]

    /// The next bytes after the last record; empty when the file is complete.
    mutating func finish() throws -> [UInt8]
}
