/// What a topic is made with.
public struct TopicSpecification: Sendable, Hashable {
    /// What a log may forget.
    public enum Cleanup: String, Sendable {
        /// Nothing.
        case keep
        /// All but the newest record of each key.
        case compact
        /// Records that every consumer group of the topic has committed past (a log that cannot tell, such as Kafka,
        /// uses retention by time and size instead).
        case deleteConsumed
    }

    public var name: String
    public var partitions: Int
    public var cleanup: Cleanup
    /// Appends wait while the topic holds more bytes than this; nil: no limit. Logs with their own limits ignore it.
    public var capacity: Int?
    /// Groups that ``Cleanup/deleteConsumed`` waits for even before they have joined.
    public var consumers: [String]

    public init(
        name: String, partitions: Int, cleanup: Cleanup, capacity: Int? = nil, consumers: [String] = []
    ) {
        self.name = name
        self.partitions = partitions
        self.cleanup = cleanup
        self.capacity = capacity
        self.consumers = consumers
    }
}
