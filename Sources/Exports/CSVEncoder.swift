internal import Pipeline

/// One row per box, as RFC 4180 quotes them, lines ended by a line feed.
///
/// The first nine columns are those of supervision's `CSVSink`, in its order and spelling, as its guide uses it: what it
/// does not know is left empty there, too. New columns go to the end.
struct CSVEncoder: ExportEncoder {
    static let columns = [
        "x_min", "y_min", "x_max", "y_max", "class_id", "confidence", "tracker_id", "class_name", "frame_index",
        "time_ms", "object_id", "detection_id", "state", "predicted", "video_id", "timestamp",
    ]

    private var hasHeader = false

    mutating func add(_ record: ResultRecord, json: [UInt8], rows: [DetectionRow]) -> [UInt8] {
        var text = header()
        for row in rows { Self.append(row, to: &text) }
        return text
    }

    mutating func finish() -> [UInt8] { header() }

    private mutating func header() -> [UInt8] {
        guard !hasHeader else { return [] }
        hasHeader = true
        return Array((Self.columns.joined(separator: ",") + "\n").utf8)
    }

    private static func append(_ row: DetectionRow, to text: inout [UInt8]) {
        let comma = UInt8(ascii: ",")
        for value in [row.x1, row.y1, row.x2, row.y2] {
            text.append(number: value, decimals: 2)
            text.append(comma)
        }
        text.append(number: row.classID)
        text.append(comma)
        if let confidence = row.confidence { text.append(number: confidence, decimals: 4) }
        text.append(comma)
        if let trackID = row.trackID { text.append(number: trackID) }
        text.append(comma)
        CSVField.append(row.className, to: &text)
        text.append(comma)
        text.append(number: row.frame)
        text.append(comma)
        if let time = row.timeMilliseconds { text.append(number: time, decimals: 3) }
        for field in [row.objectID, row.detectionID, row.state] {
            text.append(comma)
            CSVField.append(field ?? "", to: &text)
        }
        text.append(comma)
        text.append(contentsOf: row.isPredicted ? "true".utf8 : "false".utf8)
        text.append(comma)
        CSVField.append(row.videoID, to: &text)
        text.append(comma)
        if let timestamp = row.timestamp { text.append(contentsOf: UTCTime.text(timestamp).utf8) }
        text.append(UInt8(ascii: "\n"))
    }
}
