/// One member of a consumer group.
///
/// One task polls; any task may commit, pause and resume. Records of a partition come in order, starting at the group's
/// committed offset (or the first one held). Membership is kept alive by the consumer itself, not by polling.
public protocol LogConsumer: Sendable {
    /// Unique within the group.
    var memberID: String { get }

    /// The next thing that happened, waiting up to `timeout` for it.
    ///
    /// After `.revoked` the partitions are still this member's until the next call of `poll`: what is in hand can be
    /// finished and committed. After `.lost` they are somebody else's already.
    func poll(timeout: Duration) async throws -> ConsumerEvent

    /// Stops delivery from these partitions until `resume`; the partitions stay this member's. Those not assigned are
    /// passed over.
    func pause(_ partitions: Set<TopicPartition>) async throws

    func resume(_ partitions: Set<TopicPartition>) async throws

    /// Writes records and committed offsets together: all of it, or none of it.
    ///
    /// Throws ``EventLogError`` with code `.fenced`, and writes nothing, when a partition in `offsets` is no longer this
    /// member's.
    func commit(_ transaction: LogTransaction) async throws

    /// Gives the partitions back and leaves the group; the others take over at once.
    func leave() async throws
}

/// What a poll found.
public enum ConsumerEvent: Sendable {
    /// Records, in order within each partition; never empty.
    case records([LoggedRecord])
    /// These are now this member's.
    case assigned([TopicPartition])
    /// These are to be given back: finish, commit, then poll again.
    case revoked([TopicPartition])
    /// These were taken away (a lease ran out); commits for them will be fenced.
    case lost([TopicPartition])
    /// Nothing within the time given.
    case idle
}

/// What is committed together.
public struct LogTransaction: Sendable {
    public var records: [OutgoingRecord]
    /// The group's new positions: the offset of the next record wanted.
    public var offsets: [TopicPartition: Int64]

    public init(records: [OutgoingRecord] = [], offsets: [TopicPartition: Int64] = [:]) {
        self.records = records
        self.offsets = offsets
    }
}
