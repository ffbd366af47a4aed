/// How a consumer joins its group.
public struct ConsumerConfiguration: Sendable {
    public var group: String
    public var topics: [String]
    /// What to call the member; nil: a name is made up.
    public var memberID: String?
    /// A name that survives restarts, and that no other member has: one that comes back under it takes the place of the
    /// one before. On Kafka it makes a static member (`group.instance.id`): one that leaves keeps its partitions until
    /// its session times out, so that a restart moves none. Wins over ``memberID``.
    public var instanceID: String?
    /// How long a member that no longer answers keeps its partitions.
    public var sessionTimeout: Duration
    /// About how many bytes of records one poll returns.
    public var maxPollBytes: Int
    /// How many bytes of records a log's client may fetch ahead of the polls.
    public var prefetchBytes: Int

    public init(
        group: String, topics: [String], memberID: String? = nil, instanceID: String? = nil,
        sessionTimeout: Duration = .seconds(10), maxPollBytes: Int = 4 << 20, prefetchBytes: Int = 16 << 20
    ) {
        self.group = group
        self.topics = topics
        self.memberID = memberID
        self.instanceID = instanceID
        self.sessionTimeout = sessionTimeout
        self.maxPollBytes = maxPollBytes
        self.prefetchBytes = prefetchBytes
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

    /// How many offsets of a partition the group has not committed past; those that the log has forgotten do not count.
    ///
    /// - Parameter offsets: what the partition holds.
    public func lag(of partition: TopicPartition, holding offsets: Range<Int64>) -> Int64 {
        offsets.upperBound - min(max(committed[partition] ?? 0, offsets.lowerBound), offsets.upperBound)
    }
}
