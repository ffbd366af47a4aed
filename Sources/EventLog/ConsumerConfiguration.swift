/// How a consumer joins its group.
public struct ConsumerConfiguration: Sendable {
    public var group: String
    public var topics: [String]
    /// A name that survives restarts; nil: one is made up.
    public var memberID: String?
    /// How long a member that no longer answers keeps its partitions.
    public var sessionTimeout: Duration
    /// About how many bytes of records one poll returns.
    public var maxPollBytes: Int

    public init(
        group: String, topics: [String], memberID: String? = nil, sessionTimeout: Duration = .seconds(10),
        maxPollBytes: Int = 4 << 20
    ) {
        self.group = group
        self.topics = topics
        self.memberID = memberID
        self.sessionTimeout = sessionTimeout
        self.maxPollBytes = maxPollBytes
    }
}

/// A group as an operator sees it.
public struct GroupDescription: Sendable, Hashable {
    public struct Member: Sendable, Hashable {
        public var id: String
        public var partitions: [TopicPartition]

        public init(id: String, partitions: [TopicPartition]) {
            self.id = id
            self.partitions = partitions
        }
    }

    public var name: String
    /// Live members, by ID.
    public var members: [Member]
    /// Committed offsets; a partition without one has never been committed.
    public var committed: [TopicPartition: Int64]

    public init(name: String, members: [Member], committed: [TopicPartition: Int64]) {
        self.name = name
        self.members = members
        self.committed = committed
    }
}
