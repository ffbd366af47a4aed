public import EventLog
internal import Synchronization

/// A log that goes away at a chosen step, as if the process had been killed there.
///
/// Steps are counted over all commits: before one, nothing of it is in the log; after one, all of it is, but whoever
/// committed never learns that. From then on every call fails, so that nothing more is written.
public final class CrashingLog: EventLog {
    public struct Crash: Error {}

    public enum Moment: Sendable, CaseIterable {
        case beforeCommit
        case afterCommit
    }

    private let base: any EventLog
    private let moment: Moment
    private let crashAt: Int
    private let commits = Mutex(0)
    private let dead = Mutex(false)

    /// - Parameter crashAt: the number of the commit, from 1.
    public init(_ base: any EventLog, crashAt: Int, _ moment: Moment) {
        self.base = base
        self.crashAt = crashAt
        self.moment = moment
    }

    public var name: String { base.name }
    /// How many commits were begun.
    public var commitCount: Int { commits.withLock { $0 } }
    /// Whether the chosen step was reached.
    public var hasCrashed: Bool { dead.withLock { $0 } }

    func check() throws {
        if hasCrashed { throw Crash() }
    }

    func commit(_ body: () async throws -> Void) async throws {
        try check()
        let number = commits.withLock {
            $0 += 1
            return $0
        }
        if number == crashAt, moment == .beforeCommit { dead.withLock { $0 = true } }
        try check()
        try await body()
        if number == crashAt, moment == .afterCommit { dead.withLock { $0 = true } }
        try check()
    }

    public func createTopics(_ topics: [TopicSpecification]) async throws { try await base.createTopics(topics) }
    public func partitionCount(of topic: String) async throws -> Int? { try await base.partitionCount(of: topic) }
    public func describe(_ topic: String) async throws -> TopicDescription? { try await base.describe(topic) }
    public func append(_ records: [OutgoingRecord], onWait: (@Sendable () -> Void)?) async throws {
        try check()
        try await base.append(records, onWait: onWait)
    }
    public func read(_ partition: TopicPartition, from offset: Int64, maxBytes: Int, wait: Duration) async throws
        -> [LoggedRecord]
    {
        try check()
        return try await base.read(partition, from: offset, maxBytes: maxBytes, wait: wait)
    }
    public func offsets(of partition: TopicPartition) async throws -> Range<Int64> {
        try await base.offsets(of: partition)
    }
    public func join(_ configuration: ConsumerConfiguration) async throws -> any LogConsumer {
        try check()
        return Consumer(try await base.join(configuration), log: self)
    }
    public func group(_ name: String) async throws -> GroupDescription? { try await base.group(name) }
    public func isFull(_ topic: String) async throws -> Bool { try await base.isFull(topic) }
    public func close() async { await base.close() }

    private struct Consumer: LogConsumer {
        let base: any LogConsumer
        let log: CrashingLog

        init(_ base: any LogConsumer, log: CrashingLog) {
            self.base = base
            self.log = log
        }

        var memberID: String { base.memberID }
        func poll(timeout: Duration) async throws -> ConsumerEvent {
            try log.check()
            return try await base.poll(timeout: timeout)
        }
        func pause(_ partitions: Set<TopicPartition>) async throws { try await base.pause(partitions) }
        func resume(_ partitions: Set<TopicPartition>) async throws { try await base.resume(partitions) }
        func commit(_ transaction: LogTransaction) async throws {
            try await log.commit { try await base.commit(transaction) }
        }
        /// The dead do not say good-bye, but a test need not wait for their lease.
        func leave() async throws { try await base.leave() }
    }
}
