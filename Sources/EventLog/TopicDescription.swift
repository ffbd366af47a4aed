/// A topic as an operator sees it.
public struct TopicDescription: Sendable, Hashable {
    public var name: String
    public var partitions: Int
    /// On how many brokers each partition lies; nil where a log has no copies.
    public var replicationFactor: Int?
    /// What the log may forget; nil when it does not show that to this user.
    public var cleanup: TopicSpecification.Cleanup?
    /// How long records are kept; nil: time is no limit, or is not shown.
    public var retention: Duration?
    /// How many bytes of each partition are kept; nil: size is no limit, or is not shown.
    public var retentionBytes: Int?
    /// Appends wait while the topic holds more bytes than this; nil: no limit.
    public var capacity: Int?
    /// All that the log tells of the topic, in its own words.
    public var settings: [String: String]

    public init(
        name: String, partitions: Int, replicationFactor: Int? = nil, cleanup: TopicSpecification.Cleanup? = nil,
        retention: Duration? = nil, retentionBytes: Int? = nil, capacity: Int? = nil, settings: [String: String] = [:]
    ) {
        self.name = name
        self.partitions = partitions
        self.replicationFactor = replicationFactor
        self.cleanup = cleanup
        self.retention = retention
        self.retentionBytes = retentionBytes
        self.capacity = capacity
        self.settings = settings
    }
}
