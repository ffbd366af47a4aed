import EventLog

/// A consumer and all that its polls have said so far, checked as it comes.
final class TrackedConsumer {
    let consumer: any LogConsumer
    private(set) var assigned: Set<TopicPartition> = []
    private(set) var records: [LoggedRecord] = []
    private(set) var revocations: [[TopicPartition]] = []
    private(set) var losses: [[TopicPartition]] = []
    /// Revoked by the last poll.
    private var ending: Set<TopicPartition> = []
    /// The last offset seen of each partition, since it was assigned.
    private var lastOffsets: [TopicPartition: Int64] = [:]

    init(_ consumer: any LogConsumer) { self.consumer = consumer }

    var memberID: String { consumer.memberID }

    /// Polls once and keeps account of the outcome.
    @discardableResult
    func poll(_ timeout: Duration) async throws -> ConsumerEvent {
        let event = try await consumer.poll(timeout: timeout)
        assigned.subtract(ending)
        ending = []
        switch event {
        case .records(let records):
            try expect(!records.isEmpty, "a poll returned .records without a record")
            for record in records {
                let partition = record.topicPartition
                try expect(
                    assigned.contains(partition),
                    "\(memberID) got a record of \(partition), which is not assigned: \(assigned.sorted())")
                if let last = lastOffsets[partition] {
                    try expect(
                        record.offset > last, "\(partition): offset \(record.offset) came after offset \(last)")
                }
                lastOffsets[partition] = record.offset
            }
            self.records += records
        case .assigned(let partitions):
            for partition in partitions {
                try expect(!assigned.contains(partition), "\(partition) was assigned to \(memberID) a second time")
                lastOffsets[partition] = nil
            }
            assigned.formUnion(partitions)
        case .revoked(let partitions):
            try expect(assigned.isSuperset(of: partitions), "\(partitions) were revoked, but not all of them assigned")
            revocations.append(partitions)
            ending = Set(partitions)
        case .lost(let partitions):
            try expect(assigned.isSuperset(of: partitions), "\(partitions) were lost, but not all of them assigned")
            losses.append(partitions)
            assigned.subtract(partitions)
        case .idle:
            break
        }
        return event
    }

    /// Commits past every record seen of the partitions that are still assigned.
    func commitSeen(records: [OutgoingRecord] = []) async throws {
        let offsets = lastOffsets.filter { assigned.contains($0.key) }.mapValues { $0 + 1 }
        try await consumer.commit(.init(records: records, offsets: offsets))
    }

    func leave() async throws {
        try await consumer.leave()
        assigned = []
    }

    /// The values of the records seen, as text.
    var values: [String] { records.map(\.text) }
}

extension LoggedRecord {
    /// The value as text; a tombstone is "nil".
    var text: String { record.value.map { String(decoding: $0, as: UTF8.self) } ?? "nil" }
}

extension OutgoingRecord {
    /// A record with a text for a value.
    init(_ topic: String, _ partition: Int? = nil, key: String? = nil, _ text: String) {
        self.init(topic: topic, partition: partition, record: Record(key: key, value: Array(text.utf8)))
    }
}
