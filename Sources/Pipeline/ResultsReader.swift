public import EventLog

/// Reads what has been committed about videos.
public struct ResultsReader: Sendable {
    private let log: any EventLog
    private let topics: Topics

    public init(log: any EventLog, topics: Topics) {
        self.log = log
        self.topics = topics
    }

    /// Every committed result record of a video, in order, from its first to its last so far.
    ///
    /// - Parameters:
    ///   - follow: go on until the video has ended or failed.
    ///   - body: gets the record's JSON; what it throws ends the reading.
    /// - Returns: the record that ended the video; nil when it has not ended.
    @discardableResult
    public func read(_ video: VideoID, follow: Bool, _ body: (_ json: [UInt8]) async throws -> Void) async throws
        -> ResultRecord?
    {
        guard let partitions = try await log.partitionCount(of: topics.results) else {
            throw EventLogError(
                .unknownTopic, operation: "read", detail: "\(log.name) has no topic '\(topics.results)'",
                recovery: .giveUp)
        }
        let partition = TopicPartition(
            topics.results, Partitioner.partition(forKey: video.rawValue, partitions: partitions))
        var offset = try await log.offsets(of: partition).lowerBound
        while true {
            let records = try await log.read(
                partition, from: offset, maxBytes: 4 << 20, wait: follow ? .seconds(1) : .zero)
            for logged in records where logged.record.key == video.rawValue {
                guard let value = logged.record.value else { continue }
                try await body(value)
                if let end = try Self.end(value, at: logged) { return end }
            }
            guard let last = records.last else {
                guard follow else { return nil }
                try Task.checkCancellation()
                continue
            }
            offset = last.offset + 1
        }
    }

    /// The record if it ends its video. Only video events are decoded; most records are not.
    static func end(_ json: [UInt8], at logged: LoggedRecord) throws(PipelineError) -> ResultRecord? {
        guard json.starts(with: videoEventStart) else { return nil }
        let record = try ResultRecord.decode(json, what: "record \(logged.offset) of \(logged.topicPartition)")
        return record.endsVideo ? record : nil
    }

    /// Whether a record of topic `results` is a frame's, without decoding it.
    public static func isFrame(_ json: [UInt8]) -> Bool { json.starts(with: frameStart) }

    private static let frameStart = Array(#"{"schema":1,"type":"frame","#.utf8)
    private static let videoEventStart = Array(#"{"schema":1,"type":"video_event","#.utf8)
}
