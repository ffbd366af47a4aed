internal import Pipeline

/// Apache Parquet with the columns of ``CSVEncoder``, typed, in row groups of 65,536 rows.
struct ParquetEncoder: ExportEncoder {
    /// Large enough for readers to be fast, small enough to be kept in memory for some videos at once.
    static let groupSize = 1 << 16

    static let columns: [ParquetColumn<DetectionRow>] = [
        ParquetColumn("x_min", .double { $0.x1 }),
        ParquetColumn("y_min", .double { $0.y1 }),
        ParquetColumn("x_max", .double { $0.x2 }),
        ParquetColumn("y_max", .double { $0.y2 }),
        ParquetColumn("class_id", .int32 { $0.classID }, isOptional: true),
        ParquetColumn("confidence", .double { $0.confidence }, isOptional: true),
        ParquetColumn("tracker_id", .int64 { $0.trackID }, isOptional: true),
        ParquetColumn("class_name", .string { $0.className }),
        ParquetColumn("frame_index", .int64 { $0.frame }),
        ParquetColumn("time_ms", .double { $0.timeMilliseconds }, isOptional: true),
        ParquetColumn("object_id", .string { $0.objectID }, isOptional: true),
        ParquetColumn("detection_id", .string { $0.detectionID }, isOptional: true),
        ParquetColumn("state", .string { $0.state }, isOptional: true),
        ParquetColumn("predicted", .boolean { $0.isPredicted }),
        ParquetColumn("video_id", .string { $0.videoID }),
        ParquetColumn("timestamp", .timestamp { $0.timestamp }, isOptional: true),
    ]

    private let groupSize: Int
    private var writer = ParquetWriter(columns: columns)
    private var waiting: [DetectionRow] = []
    private var videoID: String?
    private var started: [UInt8]?
    private var ended: [UInt8]?
    private var isFinished = false

    init(groupSize: Int = Self.groupSize) {
        self.groupSize = groupSize
    }

    mutating func add(_ record: ResultRecord, json: [UInt8], rows: [DetectionRow]) -> [UInt8] {
        videoID = record.videoID.rawValue
        if record.type == .videoEvent, record.event == "started" { started = json }
        if record.endsVideo { ended = json }
        waiting += rows
        var bytes: [UInt8] = []
        while waiting.count >= groupSize {
            bytes += writer.write(Array(waiting.prefix(groupSize)))
            waiting.removeFirst(groupSize)
        }
        return bytes
    }

    mutating func finish() -> [UInt8] {
        guard !isFinished else { return [] }
        isFinished = true
        let rest = waiting.isEmpty ? [] : writer.write(waiting)
        waiting = []
        // What the video was, what it was processed with, and how that ended.
        let metadata = [
            ("lapwing.video_id", videoID), ("lapwing.started", started.map { String(decoding: $0, as: UTF8.self) }),
            ("lapwing.ended", ended.map { String(decoding: $0, as: UTF8.self) }),
        ].compactMap { name, value in value.map { (name: name, value: $0) } }
        return rest + writer.finish(metadata: metadata)
    }
}
