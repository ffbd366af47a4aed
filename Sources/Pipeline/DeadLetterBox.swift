public import EventLog

/// The dead letters of a log: what could not be processed, where it came from, and the way back.
public struct DeadLetterBox: Sendable {
    /// A record of topic `deadletter`.
    public struct Letter: Sendable {
        /// Where it lies among the dead letters.
        public var partition: Int
        public var offset: Int64
        /// When it was put there, in milliseconds since 1970.
        public var timestamp: Int64
        /// Why it could not be processed.
        public var reason: String
        /// Where it lay, and at which offset.
        public var origin: TopicPartition
        public var originOffset: Int64
        /// The record as it was: key, value and headers.
        public var record: Record
        /// What the record says it is a part of; nil when it does not say so in words that this version understands.
        public var chunk: ChunkHeader?
    }

    /// What became of a letter that was to be sent again.
    public enum Replay: Sendable, Hashable {
        case sent
        /// The video's work is done, or has gone past this chunk: nobody would look at it.
        case tooLate(String)
    }

    private let log: any EventLog
    private let topics: Topics

    public init(log: any EventLog, topics: Topics) {
        self.log = log
        self.topics = topics
    }

    /// Reads all letters, partition by partition, in the order they came.
    ///
    /// - Throws: ``EventLogError`` when the log has no such topic or cannot be read, ``PipelineError`` with code
    ///   `.invalidRecord` for a letter of a version that is not understood.
    public func read(_ body: (Letter) throws -> Void) async throws {
        guard let count = try await log.partitionCount(of: topics.deadLetters) else {
            throw EventLogError(
                .unknownTopic, operation: "read", detail: "\(log.name) has no topic '\(topics.deadLetters)'",
                recovery: .giveUp)
        }
        for partition in 0..<count {
            try await log.readAll(TopicPartition(topics.deadLetters, partition)) { try body(Self.letter($0)) }
        }
    }

    /// One letter; nil when there is none at that place.
    public func letter(partition: Int, offset: Int64) async throws -> Letter? {
        guard let count = try await log.partitionCount(of: topics.deadLetters), (0..<count).contains(partition) else {
            return nil
        }
        let place = TopicPartition(topics.deadLetters, partition)
        guard try await log.offsets(of: place).contains(offset) else { return nil }
        let found = try await log.read(place, from: offset, maxBytes: 1).first
        return try found.flatMap { $0.offset == offset ? try Self.letter($0) : nil }
    }

    /// Sends letters' records again to where they came from, each as it was, unless nobody would look at it.
    ///
    /// What was fit to be read but not to be decoded has been passed over: the results of its video have a gap, and stay
    /// as they are. What nobody could read, as long as its video still waits for it, fills its place.
    ///
    /// - Returns: what became of each letter, in their order.
    public func replay(_ letters: [Letter]) async throws -> [Replay] {
        var readers: [Int: CheckpointReader] = [:]
        var outcomes: [Replay] = []
        var records: [OutgoingRecord] = []
        for letter in letters {
            guard [topics.chunks, topics.detections].contains(letter.origin.topic) else {
                outcomes.append(.tooLate("it is from topic '\(letter.origin.topic)', not from '\(topics.chunks)'"))
                continue
            }
            var partition = letter.origin.partition
            // Chunks that stand alone lie anywhere; where their videos stand is said where the key belongs.
            if let chunk = letter.chunk, chunk.standsAlone {
                let count = try await log.partitionCount(of: topics.checkpoints) ?? 1
                partition = Partitioner.partition(forKey: chunk.videoID.rawValue, partitions: count)
            }
            if readers[partition] == nil {
                var reader = CheckpointReader()
                try await log.readAll(TopicPartition(topics.checkpoints, partition)) { try reader.take($0) }
                readers[partition] = reader
            }
            if let reason = letter.chunk.flatMap({ readers[partition]?.reasonPast($0) }) {
                outcomes.append(.tooLate(reason))
                continue
            }
            outcomes.append(.sent)
            records.append(
                OutgoingRecord(
                    topic: letter.origin.topic, partition: letter.origin.partition, record: letter.record))
        }
        if !records.isEmpty { try await log.append(records) }
        return outcomes
    }

    private static func letter(_ logged: LoggedRecord) throws(PipelineError) -> Letter {
        let what = "dead letter \(logged.offset) of \(logged.topicPartition)"
        guard let bytes = logged.record.header(DeadLetter.headerName) else {
            throw PipelineError(.invalidRecord, "\(what): no header '\(DeadLetter.headerName)'")
        }
        try SchemaVersion.check(bytes, is: DeadLetter.currentSchema, what: what)
        let facts = try JSONCoding.decode(DeadLetter.Facts.self, from: bytes, what: what)
        var record = logged.record
        // What the worker put beside the record's own.
        record.headers.removeAll { [DeadLetter.headerName, Worker.signatureHeaderName].contains($0.name) }
        let origin = TopicPartition(facts.topic, facts.partition)
        return Letter(
            partition: logged.topicPartition.partition, offset: logged.offset, timestamp: logged.timestamp,
            reason: facts.reason, origin: origin, originOffset: facts.offset, record: record,
            chunk: try? ChunkHeader(
                of: LoggedRecord(
                    topicPartition: origin, offset: facts.offset, timestamp: logged.timestamp, record: record)))
    }
}

extension CheckpointReader {
    /// Why a chunk would be passed over; nil when its video waits for it.
    fileprivate func reasonPast(_ chunk: ChunkHeader) -> String? {
        let id = chunk.videoID
        if done.contains(id) { return "the work of video \(id) is done; its results stand" }
        guard let next = running[id]?.nextChunk, chunk.index < next else { return nil }
        return "video \(id) has gone on to chunk \(next) and has a gap in place of chunk \(chunk.index)"
    }
}
