internal import Pipeline

/// Every record as it was published, one a line.
struct JSONLinesEncoder: ExportEncoder {
    func add(_ record: ResultRecord, json: [UInt8], rows: [DetectionRow]) -> [UInt8] { json + [UInt8(ascii: "\n")] }

    func finish() -> [UInt8] { [] }
}
