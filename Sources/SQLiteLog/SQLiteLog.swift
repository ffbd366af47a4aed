public import EventLog
import Synchronization

/// A log in one SQLite file: the embedded default.
///
/// Any number of processes of one machine, and any number of instances in one process, may use the same file at once.
/// It must lie on a local file system. A call has happened when it returns: it survives the end of the process and the
/// loss of power.
///
/// Beyond the contract of `EventLog`:
/// - `append` is atomic: all records of one call are there, or none.
/// - A compacted topic holds exactly the newest record of each key, tombstones included, at all times.
/// - Records of a `deleteConsumed` topic are deleted by the commits that let go of them; a group that ever joined with
///   the topic, or that the topic was made for, counts, and while there is no group nothing is deleted. Free pages are used again, and what exceeds a
///   reserve is given back to the file system.
/// - A transaction's records are not held up by a topic's capacity: the member that commits them may be the one that
///   makes room.
public final class SQLiteLog: EventLog {
    public let name: String
    let database: LogDatabase
    let catalog = TopicCatalog()
    /// Partitions for records without a key, in turn.
    private let keyless = Atomic<Int>(0)
    private let consumers = Mutex<[WeakConsumer]>([])

    private struct WeakConsumer {
        weak var consumer: SQLiteConsumer?
    }

    /// Opens the log at `path`, and makes it if there is no file.
    ///
    /// The folder must exist and be writable. A file that is not a log, or that a newer version wrote, is an error and
    /// stays as it is.
    public init(path: String, configuration: SQLiteLogConfiguration = .init()) throws(EventLogError) {
        name = "sqlite:\(path)"
        maximumRecordSize = min(configuration.maximumRecordSize, 900_000_000)
        database = try LogDatabase(path: path, configuration: configuration)
    }

    private let maximumRecordSize: Int

    /// Bytes on disk, with what SQLite keeps beside the file.
    public var fileSize: Int { LogFile.size(database.path) }

    /// Deletes a log's file and what SQLite keeps beside it; nobody may have it open.
    public static func remove(path: String) {
        LogFile.remove(path)
    }

    /// The version of the SQLite library at hand.
    public static var sqliteVersion: String { LogFile.libraryVersion }

    // MARK: - Topics

    public func createTopics(_ topics: [TopicSpecification]) async throws {
        try await database.write("create topics") { database, _ in
            try TopicCatalog.create(topics, database)
        }
    }

    public func partitionCount(of topic: String) async throws -> Int? {
        try await database.read("look up a topic") { [catalog] database in
            try catalog.topic(topic, database)?.partitions.count
        }
    }

    public func describe(_ topic: String) async throws -> TopicDescription? {
        try await database.read("describe a topic") { [catalog] database in
            guard let found = try catalog.topic(topic, database) else { return nil }
            let capacity = try TopicCatalog.capacity(of: found, database)
            var settings = ["cleanup": found.cleanup.rawValue]
            settings["capacity"] = capacity.map { "\($0)" }
            return TopicDescription(
                name: topic, partitions: found.partitions.count, cleanup: found.cleanup, capacity: capacity,
                settings: settings)
        }
    }

    // MARK: - Records

    public func append(_ records: [OutgoingRecord], onWait: (@Sendable () -> Void)?) async throws {
        try Task.checkCancellation()
        let partitions = try await choosePartitions(records, "append")
        guard !records.isEmpty else { return }
        let names = Set(records.map(\.topic))
        var hasWaited = false
        _ = try await database.wait("append", upTo: .seconds(1 << 31)) { () -> Bool? in
            let isDone = try await database.write("append") { [catalog] database, outcome in
                for name in names
                where try RecordStore.isFull(
                    catalog.existingTopic(name, database, "append"), database, &outcome)
                {
                    outcome.rollsBack = !outcome.announces
                    return false
                }
                try RecordStore.append(
                    records, partitions: partitions, database, catalog, &outcome, operation: "append")
                return true
            }
            if isDone { return true }
            if !hasWaited {
                hasWaited = true
                onWait?()
            }
            return nil
        }
    }

    public func read(_ partition: TopicPartition, from offset: Int64, maxBytes: Int, wait: Duration) async throws
        -> [LoggedRecord]
    {
        try await database.wait("read", upTo: wait) { () -> [LoggedRecord]? in
            let found = try await database.read("read") { [catalog] database in
                let id = try catalog.partition(partition, database, "read")
                return try RecordStore.read(
                    id, partition, from: offset, maxBytes: maxBytes, database, operation: "read"
                ).records
            }
            return found.isEmpty ? nil : found
        } ?? []
    }

    public func offsets(of partition: TopicPartition) async throws -> Range<Int64> {
        try await database.read("look up offsets") { [catalog] database in
            try RecordStore.offsets(catalog.partition(partition, database, "look up offsets"), database)
        }
    }

    public func isFull(_ topic: String) async throws -> Bool {
        try await database.read("look up a topic") { [catalog] database in
            try RecordStore.exceedsCapacity(catalog.existingTopic(topic, database, "look up a topic"), database)
        }
    }

    /// The partition of each record: the one asked for, the key's, or the next in turn.
    func choosePartitions(_ records: [OutgoingRecord], _ operation: String) async throws -> [Int] {
        let names = Set(records.map(\.topic))
        let topics: [String: TopicCatalog.Topic]
        if let remembered = catalog.remembered(names) {
            topics = remembered
        } else {
            topics = try await database.read(operation) { [catalog] database in
                var topics: [String: TopicCatalog.Topic] = [:]
                for name in names { topics[name] = try catalog.existingTopic(name, database, operation) }
                return topics
            }
        }
        return try records.map { outgoing in
            guard let topic = topics[outgoing.topic] else {
                throw EventLogError(
                    .unknownTopic, operation: operation, detail: "there is no topic '\(outgoing.topic)'",
                    recovery: .giveUp)
            }
            let size = outgoing.record.byteCount
            guard size <= maximumRecordSize else {
                throw EventLogError(
                    .recordTooLarge, operation: operation,
                    detail: "a record of \(size) bytes for topic '\(topic.name)': at most \(maximumRecordSize) are "
                        + "taken: send it in parts, or raise maximumRecordSize",
                    recovery: .giveUp)
            }
            if let partition = outgoing.partition {
                guard topic.partitions.indices.contains(partition) else {
                    throw TopicCatalog.unknownPartition(partition, topic, operation)
                }
                return partition
            }
            if let key = outgoing.record.key {
                return Partitioner.partition(forKey: key, partitions: topic.partitions.count)
            }
            let turn = keyless.wrappingAdd(1, ordering: .relaxed).oldValue
            return Int(UInt(bitPattern: turn) % UInt(topic.partitions.count))
        }
    }

    // MARK: - Groups

    /// Joins a consumer group; the topics must exist.
    ///
    /// A member of the same name is replaced at once, and its commits are fenced from then on.
    public func join(_ configuration: ConsumerConfiguration) async throws -> any LogConsumer {
        try Task.checkCancellation()
        let consumer = try await SQLiteConsumer.join(configuration, log: self)
        consumers.withLock { consumers in
            consumers.removeAll { $0.consumer == nil }
            consumers.append(WeakConsumer(consumer: consumer))
        }
        return consumer
    }

    public func group(_ name: String) async throws -> GroupDescription? {
        try await database.read("describe a group") { database in
            try GroupStore.describe(name, database)
        }
    }

    // MARK: - Closing

    /// Ends all waiting calls, takes this instance's consumers out of their groups, and lets go of the file.
    public func close() async {
        let consumers = consumers.withLock { $0.compactMap(\.consumer) }
        for consumer in consumers { try? await consumer.leave() }
        await database.close()
    }
}
