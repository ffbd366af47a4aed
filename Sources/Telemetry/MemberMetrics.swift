/// What every member of a consumer group measures; its handles are made once.
public struct MemberMetrics: Sendable {
    private let registry: MetricRegistry
    public let receivedRecords, receivedBytes, writtenRecords, writtenBytes: Counter
    public let commitDuration: Histogram
    public let committed, fenced, retried: Counter
    public let assigned, revoked, lost: Counter
    public let partitions, openVideos: Gauge

    /// - Parameter role: `worker`, `tracker` or `aggregator`.
    public init(_ registry: MetricRegistry, role: String) {
        self.registry = registry
        receivedRecords = registry.counter(.receivedRecords, [role])
        receivedBytes = registry.counter(.receivedBytes, [role])
        writtenRecords = registry.counter(.writtenRecords, [role])
        writtenBytes = registry.counter(.writtenBytes, [role])
        commitDuration = registry.histogram(.commitDuration, [role])
        committed = registry.counter(.transactions, [role, "committed"])
        fenced = registry.counter(.transactions, [role, "fenced"])
        retried = registry.counter(.transactions, [role, "retried"])
        assigned = registry.counter(.rebalances, [role, "assigned"])
        revoked = registry.counter(.rebalances, [role, "revoked"])
        lost = registry.counter(.rebalances, [role, "lost"])
        partitions = registry.gauge(.partitions, [role])
        openVideos = registry.gauge(.openVideos, [role])
    }

    /// Records have been taken from the log.
    public func note(received records: Int, bytes: Int) {
        receivedRecords.add(records)
        receivedBytes.add(bytes)
    }

    /// A transaction has been committed.
    public func note(written records: Int, bytes: Int, took time: Duration) {
        committed.add()
        commitDuration.observe(time)
        writtenRecords.add(records)
        writtenBytes.add(bytes)
    }

    /// How many offsets of a partition the group has not committed past.
    public func note(lag: Int64, topic: String, partition: Int) {
        registry.gauge(.lag, [topic, "\(partition)"]).set(Double(lag))
    }

    /// A partition is this member's no more.
    public func forget(topic: String, partition: Int) { registry.remove(.lag, [topic, "\(partition)"]) }
}
