public import EventLog
public import KafkaLog

/// A `KafkaLog` on a mock cluster: all is the product's but what the mock cluster has no requests for.
///
/// Topics are made by the cluster itself, which also says what their clean-up is, a group is described without its
/// members, and offsets that are committed with
/// records are committed by themselves, too, since the mock cluster forgets those of transactions.
public final class MockClusterLog: EventLog {
    public let cluster: MockCluster
    public let log: KafkaLog

    /// - Parameter sessionTimeout: wins over that of consumers; the mock cluster waits for about as long in each
    ///   rebalance.
    public init(
        _ cluster: MockCluster, properties: [String: String] = [:], sessionTimeout: Duration = .seconds(4),
        configuration: KafkaLogConfiguration = .init()
    ) throws(EventLogError) {
        self.cluster = cluster
        var configuration = configuration
        let milliseconds = Int(sessionTimeout / .milliseconds(1))
        configuration.properties.merge(
            [
                "session.timeout.ms": "\(milliseconds)", "heartbeat.interval.ms": "\(milliseconds / 10)",
                // Brokers that were away are to be found again soon.
                "reconnect.backoff.max.ms": "500",
            ]
        ) { $1 }
        configuration.properties.merge(properties) { $1 }
        log = try KafkaLog(url: cluster.url, configuration: configuration, listsAllTopics: true)
    }

    public var name: String { log.name }

    public func createTopics(_ topics: [TopicSpecification]) async throws {
        for topic in topics { try cluster.createTopic(topic) }
    }

    public func partitionCount(of topic: String) async throws -> Int? { try await log.partitionCount(of: topic) }

    public func describe(_ topic: String) async throws -> TopicDescription? {
        var description = try await log.describe(topic)
        description?.cleanup = cluster.cleanup(of: topic)
        return description
    }

    public func append(_ records: [OutgoingRecord], onWait: (@Sendable () -> Void)?) async throws {
        try await log.append(records, onWait: onWait)
    }

    public func read(_ partition: TopicPartition, from offset: Int64, maxBytes: Int, wait: Duration) async throws
        -> [LoggedRecord]
    {
        try await log.read(partition, from: offset, maxBytes: maxBytes, wait: wait)
    }

    public func offsets(of partition: TopicPartition) async throws -> Range<Int64> {
        try await log.offsets(of: partition)
    }

    public func join(_ configuration: ConsumerConfiguration) async throws -> any LogConsumer {
        let consumer = try await log.join(configuration)
        cluster.noteGroup(configuration.group)
        return MockClusterConsumer(consumer)
    }

    public func group(_ name: String) async throws -> GroupDescription? {
        let committed = try await log.committedOffsets(ofGroup: name, cluster.partitions)
        guard cluster.hasGroup(name) || !committed.isEmpty else { return nil }
        return GroupDescription(name: name, members: [], committed: committed)
    }

    public func isFull(_ topic: String) async throws -> Bool { try await log.isFull(topic) }

    public func close() async { await log.close() }
}

/// A consumer whose commits a mock cluster remembers.
private struct MockClusterConsumer: LogConsumer {
    let consumer: any LogConsumer

    init(_ consumer: any LogConsumer) { self.consumer = consumer }

    var memberID: String { consumer.memberID }

    func poll(timeout: Duration) async throws -> ConsumerEvent { try await consumer.poll(timeout: timeout) }

    func pause(_ partitions: Set<TopicPartition>) async throws { try await consumer.pause(partitions) }

    func resume(_ partitions: Set<TopicPartition>) async throws { try await consumer.resume(partitions) }

    func commit(_ transaction: LogTransaction) async throws {
        try await consumer.commit(transaction)
        if !transaction.records.isEmpty, !transaction.offsets.isEmpty {
            try await consumer.commit(LogTransaction(offsets: transaction.offsets))
        }
    }

    func leave() async throws { try await consumer.leave() }
}
