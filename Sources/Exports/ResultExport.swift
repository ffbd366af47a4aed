internal import Foundation
public import Pipeline

/// Turns a video's records, one after the other, into a file of a format.
///
/// The same records give the same bytes. Nothing is kept that grows with the video's length, but for COCO's list of images,
/// which waits in a temporary file, and its tracks.
///
///     var export = ResultExport(.parquet)
///     for json in records { write(try export.add(json)) }
///     while case let bytes = try export.finish(), !bytes.isEmpty { write(bytes) }
public struct ResultExport {
    public let format: ExportFormat
    /// How many frames there were.
    public private(set) var frames = 0
    /// How many boxes were in them; 0 for ``ExportFormat/jsonl``, which does not look.
    public private(set) var rows = 0
    /// The video's last record, `ended` or `failed`; nil while it has not been added.
    public private(set) var end: ResultRecord?

    private var encoder: any ExportEncoder
    /// Wall-clock time of the video's first frame, in microseconds since 1970.
    private var start: Int64?

    public init(_ format: ExportFormat) {
        self.format = format
        encoder =
            switch format {
            case .jsonl: JSONLinesEncoder()
            case .csv: CSVEncoder()
            case .mot: MOTEncoder()
            case .coco: COCOEncoder()
            case .cocoResults: COCOResultsEncoder()
            case .parquet: ParquetEncoder()
            }
    }

    /// The bytes that a record adds to the file; empty for most records of formats that write in large pieces.
    ///
    /// - Parameter json: a record of topic `results`; give all of a video, in order.
    /// - Throws: ``PipelineError`` with code `.invalidRecord` for what is not a record, `.unwritable` when a temporary file is
    ///   needed and cannot be written.
    public mutating func add(_ json: [UInt8]) throws -> [UInt8] {
        // What is passed on as it is, and what is in no table, need not be decoded.
        if format == .jsonl, ResultsReader.isFrame(json) {
            frames += 1
            return json + [UInt8(ascii: "\n")]
        }
        if json.starts(with: Self.trackEventStart) { return format == .jsonl ? json + [UInt8(ascii: "\n")] : [] }
        return try add(try ResultRecord.decode(json, what: "a result"), json: json)
    }

    /// As ``add(_:)``, with the record decoded already.
    public mutating func add(_ record: ResultRecord, json: [UInt8]) throws -> [UInt8] {
        var found: [DetectionRow] = []
        switch record.type {
        case .frame:
            frames += 1
            if format == .jsonl { break }
            found = DetectionRow.rows(of: record, start: start)
            rows += found.count
        case .videoEvent:
            if record.event == "started" { start = record.source?.startTime.flatMap(UTCTime.microseconds) }
            if record.endsVideo { end = record }
        case .trackEvent: break
        }
        return try encoder.add(record, json: json, rows: found)
    }

    /// The next bytes after the last record; empty when the file is complete.
    public mutating func finish() throws -> [UInt8] { try encoder.finish() }

    private static let trackEventStart = Array(#"{"schema":1,"type":"track_event","#.utf8)
}
