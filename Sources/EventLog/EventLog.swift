/// An ordered, partitioned, durable log with consumer groups and transactions; what Kafka is, and what one SQLite file
/// can be.
///
/// Whoever conforms must pass the checks of `EventLogTesting`. Every call may be made from any task. Errors are
/// ``EventLogError``; a call that waits ends with `CancellationError` when its task is cancelled.
public protocol EventLog: Sendable {
    /// What to call this log in messages, as the user wrote it: `sqlite:PATH`, `kafka://…`.
    var name: String { get }

    /// Makes the topics that do not exist; one that exists with another partition count or clean-up is an error.
    func createTopics(_ topics: [TopicSpecification]) async throws

    /// How many partitions a topic has; nil when there is no such topic.
    func partitionCount(of topic: String) async throws -> Int?

    /// How a topic is set up; nil when there is no such topic.
    func describe(_ topic: String) async throws -> TopicDescription?

    /// Appends in the order given and returns when all of it is durable.
    ///
    /// The records of one call to one partition stay in order, and follow those of earlier calls. The call waits while
    /// a topic is full; `onWait` is called once if it does.
    func append(_ records: [OutgoingRecord], onWait: (@Sendable () -> Void)?) async throws

    /// Reads committed records of one partition without being a member of any group.
    ///
    /// Returns records from `offset` on, in order: at least one if there is one, at most about `maxBytes`; when there is
    /// none yet, waits up to `wait` for one to come and then returns an empty array.
    func read(_ partition: TopicPartition, from offset: Int64, maxBytes: Int, wait: Duration) async throws
        -> [LoggedRecord]

    /// The first offset held and the one that the next record will get.
    func offsets(of partition: TopicPartition) async throws -> Range<Int64>

    /// Joins a consumer group; the partitions come with the first polls.
    func join(_ configuration: ConsumerConfiguration) async throws -> any LogConsumer

    /// A group's members and what it has committed; nil when there is no such group.
    func group(_ name: String) async throws -> GroupDescription?

    /// Whether appends to the topic are waiting, or would be, because it is full.
    func isFull(_ topic: String) async throws -> Bool

    /// Ends all waiting calls and lets go of files and connections.
    func close() async
}

extension EventLog {
    public func append(_ records: [OutgoingRecord]) async throws {
        try await append(records, onWait: nil)
    }

    public func read(_ partition: TopicPartition, from offset: Int64, maxBytes: Int = 4 << 20) async throws
        -> [LoggedRecord]
    {
        try await read(partition, from: offset, maxBytes: maxBytes, wait: .zero)
    }
}
