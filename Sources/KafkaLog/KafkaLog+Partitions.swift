import EventLog
import Synchronization

extension KafkaLog {
    public func partitionCount(of topic: String) async throws -> Int? {
        let remembered = shared.withLock { $0.topics[topic] }
        if let remembered, remembered.since.duration(to: .now) < .seconds(30) {
            try checkOpen("look up a topic")
            return remembered.partitions
        }
        let count = try await ask("look up a topic", "topic '\(topic)'") {
            [listsAllTopics] (admin, timeout) throws(RDKafkaFailure) in
            try admin.topic(topic, listsAll: listsAllTopics, timeout: timeout)?.partitions
        }
        shared.withLock { $0.topics[topic] = count.map { ($0, .now) } }
        return count
    }

    func forgetTopics() { shared.withLock { $0.topics = [:] } }

    /// Throws unless the partition exists.
    func checkPartition(_ partition: TopicPartition, _ operation: String) async throws {
        guard let count = try await partitionCount(of: partition.topic) else {
            throw Self.unknownTopic(partition.topic, operation)
        }
        guard (0..<count).contains(partition.partition) else {
            throw Self.unknownPartition(partition, count, operation)
        }
    }

    static func unknownTopic(_ topic: String, _ operation: String) -> EventLogError {
        EventLogError(
            .unknownTopic, operation: operation, detail: "there is no topic '\(topic)': create it first",
            recovery: .giveUp)
    }

    private static func unknownPartition(_ partition: TopicPartition, _ count: Int, _ operation: String)
        -> EventLogError
    {
        EventLogError(
            .unknownPartition, operation: operation,
            detail: "topic '\(partition.topic)' has no partition \(partition.partition): it has \(count), from 0",
            recovery: .giveUp)
    }

    /// Chooses each record's partition: the one asked for, the key's, or any.
    func prepare(_ records: [OutgoingRecord], _ operation: String) async throws -> [RDKafkaProducer.Prepared] {
        var counts: [String: Int] = [:]
        for topic in Set(records.map(\.topic)).sorted() {
            guard let count = try await partitionCount(of: topic), count > 0 else {
                throw Self.unknownTopic(topic, operation)
            }
            counts[topic] = count
        }
        return try records.map { outgoing in
            let count = counts[outgoing.topic] ?? 1
            var partition = outgoing.partition
            if let partition, !(0..<count).contains(partition) {
                throw Self.unknownPartition(TopicPartition(outgoing.topic, partition), count, operation)
            }
            if partition == nil, let key = outgoing.record.key {
                partition = Partitioner.partition(forKey: key, partitions: count)
            }
            return .init(topic: outgoing.topic, partition: partition, record: outgoing.record)
        }
    }
}
