import EventLog
import GRDB

/// What happens to records in the tables; every function works within its caller's transaction.
enum RecordStore {
    /// At most this many records and about this many bytes are deleted in one go, so that no commit takes long.
    private static let trimmedRecords: Int64 = 2_000
    private static let trimmedBytes: Int64 = 64 << 20
    /// What a record counts beyond its own bytes when a read is bounded: a million empty ones are not nothing.
    private static let overhead = 64

    // MARK: - Appending

    /// Writes records, whose partitions have been chosen, in order.
    static func append(
        _ records: [OutgoingRecord], partitions: [Int], _ database: Database, _ catalog: TopicCatalog,
        _ outcome: inout LogDatabase.Outcome, operation: String
    ) throws {
        var nextOffsets: [Int64: Int64] = [:]
        var added: [Int64: Int64] = [:]
        let timestamp = SystemClock.wallMilliseconds()
        let nextOffset = try PreparedStatement(database, "SELECT next_offset FROM topic_partition WHERE id = ?1")
        let insert = try PreparedStatement(
            database,
            """
            INSERT INTO record (id, timestamp, size, compacted, key, headers, value)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        var last: TopicCatalog.Topic?
        for (outgoing, number) in zip(records, partitions) {
            let topic: TopicCatalog.Topic
            if let last, last.name == outgoing.topic {
                topic = last
            } else {
                topic = try catalog.existingTopic(outgoing.topic, database, operation)
                last = topic
            }
            let partition = topic.partitions[number]
            guard let offset = try nextOffsets[partition] ?? nextOffset.first(partition, body: { $0.integer(0) }) else {
                throw EventLogError.corrupt(operation, "partition \(number) of topic '\(topic.name)' is missing")
            }
            let record = outgoing.record
            var size = Int64(record.byteCount)
            let isCompacted = topic.cleanup == .compact && record.key != nil
            insert.bind(1, Schema.recordID(partition: partition, offset: offset))
            insert.bind(2, timestamp)
            insert.bind(3, size)
            insert.bind(4, isCompacted ? partition : nil)
            if isCompacted, let key = record.key {
                size -= try deleteOlder(key, partition, database, &outcome)
            }
            let headers = record.headers.isEmpty ? nil : HeaderCodec.encode(record.headers)
            try insert.bind(5, record.key) {
                try insert.bind(6, headers) {
                    try insert.bind(7, record.value) { _ = try insert.run() }
                }
            }
            nextOffsets[partition] = offset + 1
            added[topic.id, default: 0] += size
        }
        let advance = try PreparedStatement(database, "UPDATE topic_partition SET next_offset = ?2 WHERE id = ?1")
        for (partition, offset) in nextOffsets { try advance.run(partition, offset) }
        try count(added, database)
        if !records.isEmpty { outcome.announces = true }
    }

    private static func count(_ added: [Int64: Int64], _ database: Database) throws {
        let update = try PreparedStatement(database, "UPDATE topic SET bytes = bytes + ?2 WHERE id = ?1")
        for (topic, bytes) in added { try update.run(topic, bytes) }
    }

    /// Deletes the records that a new one of the same key replaces; returns how many bytes they held.
    private static func deleteOlder(
        _ key: String, _ partition: Int64, _ database: Database, _ outcome: inout LogDatabase.Outcome
    ) throws -> Int64 {
        var bytes: Int64 = 0
        let find = try PreparedStatement(
            database, "SELECT coalesce(sum(size), 0), count(*) FROM record WHERE compacted = ?1 AND key = ?2")
        find.bind(1, partition)
        let count = try find.bind(2, key) {
            try find.first { row in
                bytes = row.integer(0)
                return row.integer(1)
            }
        }
        guard count != 0 else { return 0 }
        let delete = try PreparedStatement(database, "DELETE FROM record WHERE compacted = ?1 AND key = ?2")
        delete.bind(1, partition)
        try delete.bind(2, key) { _ = try delete.run() }
        outcome.freedBytes += bytes
        return bytes
    }

    // MARK: - Reading

    /// The records of a partition from `offset` on, up to about `maxBytes`; at least one, if there is one and
    /// `evenIfLarge`.
    static func read(
        _ partition: Int64, _ name: TopicPartition, from offset: Int64, maxBytes: Int, evenIfLarge: Bool = true,
        _ database: Database, operation: String
    ) throws -> (records: [LoggedRecord], bytes: Int) {
        var records: [LoggedRecord] = []
        var bytes = 0
        guard offset < 1 << Schema.offsetBits else { return ([], 0) }
        try PreparedStatement(
            database,
            """
            SELECT id, timestamp, size, key, headers, value FROM record WHERE id >= ?1 AND id < ?2 ORDER BY id
            """
        ).eachRow(
            Schema.recordID(partition: partition, offset: offset), (partition + 1) << Schema.offsetBits
        ) { row in
            let size = Int(row.integer(2)) + overhead
            if bytes + size > maxBytes, !(evenIfLarge && records.isEmpty) { return false }
            let offset = Schema.offset(ofRecord: row.integer(0))
            guard let headers = row.withBytes(4, { HeaderCodec.decode($0) }) else {
                throw EventLogError.corrupt(operation, "the headers of \(name) offset \(offset) cannot be read")
            }
            records.append(
                LoggedRecord(
                    topicPartition: name, offset: offset, timestamp: row.integer(1),
                    record: Record(key: row.optionalText(3), value: row.optionalBytes(5), headers: headers)))
            bytes += size
            return true
        }
        return (records, bytes)
    }

    /// The first offset held and the next one to be given.
    static func offsets(_ partition: Int64, _ database: Database) throws -> Range<Int64> {
        let next = try nextOffset(partition, database)
        let first = try PreparedStatement(database, "SELECT min(id) FROM record WHERE id >= ?1 AND id < ?2")
            .first(partition << Schema.offsetBits, (partition + 1) << Schema.offsetBits) { $0.optionalInteger(0) }
        guard let first, let first else { return next..<next }
        return min(next, Schema.offset(ofRecord: first))..<next
    }

    static func nextOffset(_ partition: Int64, _ database: Database) throws -> Int64 {
        try PreparedStatement(database, "SELECT next_offset FROM topic_partition WHERE id = ?1")
            .first(partition) { $0.integer(0) } ?? 0
    }

    // MARK: - Room

    static func exceedsCapacity(_ topic: TopicCatalog.Topic, _ database: Database) throws -> Bool {
        try PreparedStatement(
            database, "SELECT 1 FROM topic WHERE id = ?1 AND (capacity IS NULL OR bytes <= capacity)"
        ).first(topic.id) { _ in true } == nil
    }

    /// Whether a topic holds more than its capacity; first deletes what its groups are done with.
    static func isFull(
        _ topic: TopicCatalog.Topic, _ database: Database, _ outcome: inout LogDatabase.Outcome
    ) throws -> Bool {
        while try exceedsCapacity(topic, database) {
            guard topic.cleanup == .deleteConsumed else { return true }
            var deleted = false
            for partition in topic.partitions {
                if try trim(partition, topic: topic.id, database, &outcome) { deleted = true }
            }
            if !deleted { return true }
        }
        return false
    }

    /// Deletes records that every group of the topic has committed past, up to a bound; returns whether there were any.
    @discardableResult
    static func trim(
        _ partition: Int64, topic: Int64, _ database: Database, _ outcome: inout LogDatabase.Outcome
    ) throws -> Bool {
        let consumed = try PreparedStatement(
            database,
            """
            SELECT min(coalesce(c.next, 0)) FROM group_topic g
            LEFT JOIN committed c ON c.group_id = g.group_id AND c.partition = ?1
            WHERE g.topic = ?2
            """
        ).first(partition, topic) { $0.optionalInteger(0) }
        guard let consumed, let consumed, consumed > 0 else { return false }
        let start = partition << Schema.offsetBits
        var lastID: Int64?
        var bytes: Int64 = 0
        try PreparedStatement(
            database, "SELECT id, size FROM record WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3"
        ).eachRow(start, Schema.recordID(partition: partition, offset: consumed), trimmedRecords) { row in
            lastID = row.integer(0)
            bytes += row.integer(1)
            return bytes < trimmedBytes
        }
        guard let lastID else { return false }
        try PreparedStatement(database, "DELETE FROM record WHERE id >= ?1 AND id <= ?2").run(start, lastID)
        try count([topic: -bytes], database)
        outcome.freedBytes += bytes
        outcome.announces = true
        return true
    }
}
