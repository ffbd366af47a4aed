import EventLog
import GRDB
import Synchronization

/// The topics of a log; those seen are remembered, for a topic never changes its partitions and is never removed.
final class TopicCatalog: Sendable {
    /// What the tables know a topic by.
    struct Topic: Sendable {
        var id: Int64
        var name: String
        var cleanup: TopicSpecification.Cleanup
        /// The IDs of its partitions, by number.
        var partitions: [Int64]
    }

    private let known = Mutex<[String: Topic]>([:])

    /// The topics of these names, if all of them have been seen before.
    func remembered(_ names: Set<String>) -> [String: Topic]? {
        known.withLock { known in
            names.allSatisfy { known[$0] != nil } ? known : nil
        }
    }

    /// The topic of that name; nil when there is none.
    func topic(_ name: String, _ database: Database) throws -> Topic? {
        if let topic = known.withLock({ $0[name] }) { return topic }
        guard let topic = try Self.load(name, database) else { return nil }
        known.withLock { $0[name] = topic }
        return topic
    }

    /// The topic of that name; an error when there is none.
    func existingTopic(_ name: String, _ database: Database, _ operation: String) throws -> Topic {
        if let topic = try topic(name, database) { return topic }
        throw EventLogError(
            .unknownTopic, operation: operation, detail: "there is no topic '\(name)': create it first",
            recovery: .giveUp)
    }

    /// The ID of a partition; an error when there is none.
    func partition(_ partition: TopicPartition, _ database: Database, _ operation: String) throws -> Int64 {
        let topic = try existingTopic(partition.topic, database, operation)
        guard topic.partitions.indices.contains(partition.partition) else {
            throw Self.unknownPartition(partition.partition, topic, operation)
        }
        return topic.partitions[partition.partition]
    }

    static func unknownPartition(_ partition: Int, _ topic: Topic, _ operation: String) -> EventLogError {
        EventLogError(
            .unknownPartition, operation: operation,
            detail: "topic '\(topic.name)' has no partition \(partition): it has \(topic.partitions.count), from 0",
            recovery: .giveUp)
    }

    private static func load(_ name: String, _ database: Database) throws -> Topic? {
        let row = try PreparedStatement(database, "SELECT id, cleanup FROM topic WHERE name = ?1")
        let found = try row.bind(1, name) {
            try row.first { ($0.integer(0), $0.text(1)) }
        }
        guard let (id, cleanupName) = found else { return nil }
        guard let cleanup = TopicSpecification.Cleanup(rawValue: cleanupName) else {
            throw EventLogError.corrupt("open", "topic '\(name)' has the unknown clean-up '\(cleanupName)'")
        }
        var partitions: [Int64] = []
        try PreparedStatement(database, "SELECT id FROM topic_partition WHERE topic = ?1 ORDER BY number")
            .eachRow(id) {
                partitions.append($0.integer(0))
                return true
            }
        return Topic(id: id, name: name, cleanup: cleanup, partitions: partitions)
    }

    /// How many bytes a topic holds before appends wait; nil: no limit.
    static func capacity(of topic: Topic, _ database: Database) throws -> Int? {
        let capacity = try PreparedStatement(database, "SELECT capacity FROM topic WHERE id = ?1")
            .first(topic.id) { $0.optionalInteger(0) }
        return (capacity ?? nil).map { Int($0) }
    }

    // MARK: - Creating

    /// Makes the topics that do not exist, within the caller's transaction.
    static func create(_ topics: [TopicSpecification], _ database: Database) throws {
        for specification in topics {
            try check(specification)
            if let existing = try load(specification.name, database) {
                try match(existing, specification)
            } else {
                let insert = try PreparedStatement(
                    database, "INSERT INTO topic (name, partitions, cleanup) VALUES (?1, ?2, ?3)")
                try insert.bind(1, specification.name) {
                    insert.bind(2, Int64(specification.partitions))
                    try insert.bind(3, specification.cleanup.rawValue) { _ = try insert.run() }
                }
                let id = database.lastInsertedRowID
                let partition = try PreparedStatement(
                    database, "INSERT INTO topic_partition (topic, number) VALUES (?1, ?2)")
                for number in 0..<specification.partitions {
                    try partition.run(id, Int64(number))
                }
            }
            let capacity = try PreparedStatement(database, "UPDATE topic SET capacity = ?2 WHERE name = ?1")
            capacity.bind(2, specification.capacity.map { Int64($0) })
            try capacity.bind(1, specification.name) { _ = try capacity.run() }
            for group in specification.consumers {
                try GroupStore.expect(group, toRead: specification.name, database)
            }
        }
    }

    private static func check(_ specification: TopicSpecification) throws {
        func failure(_ detail: String) -> EventLogError {
            EventLogError(.invalidArgument, operation: "create topics", detail: detail, recovery: .giveUp)
        }
        let name = specification.name
        // Kafka's rule, so that what works here works there.
        let isAllowed = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isAllowed, (1...249).contains(name.utf8.count), name != ".", name != ".." else {
            throw failure("'\(name)' cannot be a topic's name: use 1 to 249 letters, digits, '.', '_' and '-'")
        }
        guard (1...10_000).contains(specification.partitions) else {
            throw failure("topic '\(name)': \(specification.partitions) partitions: give it 1 to 10,000")
        }
        if let capacity = specification.capacity, capacity < 0 {
            throw failure("topic '\(name)': a capacity of \(capacity) bytes: give none, or 0 or more")
        }
    }

    private static func match(_ existing: Topic, _ specification: TopicSpecification) throws {
        guard existing.partitions.count == specification.partitions, existing.cleanup == specification.cleanup else {
            throw EventLogError(
                .topicMismatch, operation: "create topics",
                detail: "topic '\(existing.name)' exists with \(existing.partitions.count) partitions and clean-up "
                    + "'\(existing.cleanup.rawValue)', not \(specification.partitions) and "
                    + "'\(specification.cleanup.rawValue)': ask for what is there, or use another topic prefix",
                recovery: .giveUp)
        }
    }
}
