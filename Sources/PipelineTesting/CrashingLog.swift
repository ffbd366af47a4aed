public import EventLog
internal import Synchronization

/// A log that goes away at a chosen moment, as if the process had been killed there.
///
/// Each kind of moment is counted by itself, over all who use the log. From the chosen one on every call fails, so that
/// nothing more is written.
public final class CrashingLog: EventLog {
    public struct Crash: Error {}

    public typealias Moment = CrashMoment

    private struct State {
        var counts: [Moment: Int] = [:]
        var isDead = false
        var mayLeave = true
        var consumers: [any LogConsumer] = []
        var polls = 0
        var isHeldUp = false
    }

    private let base: any EventLog
    private let moment: Moment
    private let crashAt: Int
    private let atMoment: @Sendable (CrashingLog) async -> Bool
    private let state = Mutex(State())

    /// - Parameters:
    ///   - crashAt: how often the moment comes until the crash, from 1.
    ///   - atMoment: called when it has come; false: it does what is to be done itself, and the log stays.
    public init(
        _ base: any EventLog, crashAt: Int, _ moment: Moment,
        atMoment: @escaping @Sendable (CrashingLog) async -> Bool = { _ in true }
    ) {
        self.base = base
        self.crashAt = crashAt
        self.moment = moment
        self.atMoment = atMoment
    }

    public var name: String { base.name }
    /// How many commits were begun.
    public var commitCount: Int { state.withLock { $0.counts[.beforeCommit] ?? 0 } }
    /// Whether the log has gone away.
    public var hasCrashed: Bool { state.withLock { $0.isDead } }
    /// Those who joined through it.
    public var consumers: [any LogConsumer] { state.withLock { $0.consumers } }

    /// Goes away now.
    ///
    /// - Parameter mayLeave: whether members may still say good-bye. The dead do not, but then their leases must be
    ///   waited for.
    public func kill(mayLeave: Bool = true) {
        state.withLock { state in
            if !state.isDead { state.mayLeave = mayLeave }
            state.isDead = true
        }
    }

    // MARK: A process that is held up

    /// Lets no poll begin, and waits for those under way: from here on members learn nothing of what happens to them.
    public func holdUp() async throws {
        state.withLock { $0.isHeldUp = true }
        while state.withLock({ $0.polls > 0 }) { try await Task.sleep(for: .milliseconds(1)) }
    }

    public func goOn() { state.withLock { $0.isHeldUp = false } }

    fileprivate func poll(_ body: () async throws -> ConsumerEvent) async throws -> ConsumerEvent {
        while true {
            let mayBegin = state.withLock { state in
                if !state.isHeldUp { state.polls += 1 }
                return !state.isHeldUp
            }
            if mayBegin { break }
            try await Task.sleep(for: .milliseconds(1))
        }
        defer { state.withLock { $0.polls -= 1 } }
        return try await body()
    }

    // MARK: Moments

    /// Fails if the log has gone away.
    public func check() throws {
        if hasCrashed { throw Crash() }
    }

    /// Counts a moment, and fails from the chosen one on.
    ///
    /// - Returns: whether it was the chosen one.
    @discardableResult
    func reach(_ reached: Moment) async throws -> Bool {
        try check()
        let isChosen = count(reached)
        if isChosen, await atMoment(self) { kill() }
        try check()
        return isChosen
    }

    /// As ``reach(_:)``, from code that cannot wait, such as a detector.
    public func reachNow(_ reached: Moment) throws {
        try check()
        if count(reached) { kill() }
        try check()
    }

    private func count(_ reached: Moment) -> Bool {
        state.withLock { state in
            state.counts[reached, default: 0] += 1
            return reached == moment && state.counts[reached] == crashAt
        }
    }

    // MARK: The log

    public func createTopics(_ topics: [TopicSpecification]) async throws { try await base.createTopics(topics) }

    public func partitionCount(of topic: String) async throws -> Int? {
        try await reach(.beforeLookup)
        return try await base.partitionCount(of: topic)
    }

    public func describe(_ topic: String) async throws -> TopicDescription? {
        try await reach(.beforeLookup)
        return try await base.describe(topic)
    }

    public func append(_ records: [OutgoingRecord], onWait: (@Sendable () -> Void)?) async throws {
        try await reach(.beforeAppend)
        try await base.append(records, onWait: onWait)
        try await reach(.afterAppend)
    }

    public func read(_ partition: TopicPartition, from offset: Int64, maxBytes: Int, wait: Duration) async throws
        -> [LoggedRecord]
    {
        try await reach(.beforeRead)
        let records = try await base.read(partition, from: offset, maxBytes: maxBytes, wait: wait)
        try await reach(.afterRead)
        return records
    }

    public func offsets(of partition: TopicPartition) async throws -> Range<Int64> {
        try await reach(.beforeLookup)
        return try await base.offsets(of: partition)
    }

    public func join(_ configuration: ConsumerConfiguration) async throws -> any LogConsumer {
        try await reach(.beforeJoin)
        let consumer = try await base.join(configuration)
        let isLate = state.withLock { state in
            state.consumers.append(consumer)
            return state.isDead
        }
        // Another member's crash was first: then this one has never been there, and nobody has its lease run out.
        if isLate { try await consumer.leave() }
        try check()
        do {
            try await reach(.afterJoin)
        } catch {
            try await leave(consumer)
            throw error
        }
        return CrashingConsumer(consumer, log: self)
    }

    /// Has a member leave whose process may be dead; a test need not wait for its lease if it may.
    fileprivate func leave(_ consumer: any LogConsumer) async throws {
        guard hasCrashed else {
            try await reach(.beforeLeave)
            try await consumer.leave()
            try await reach(.afterLeave)
            return
        }
        if state.withLock({ $0.mayLeave }) { try await consumer.leave() }
    }

    public func group(_ name: String) async throws -> GroupDescription? {
        try await reach(.beforeLookup)
        return try await base.group(name)
    }

    public func isFull(_ topic: String) async throws -> Bool {
        try await reach(.beforeLookup)
        return try await base.isFull(topic)
    }

    public func close() async { await base.close() }
}

/// A member whose process can be made to crash.
private struct CrashingConsumer: LogConsumer {
    private let base: any LogConsumer
    private let log: CrashingLog

    init(_ base: any LogConsumer, log: CrashingLog) {
        self.base = base
        self.log = log
    }

    var memberID: String { base.memberID }

    func poll(timeout: Duration) async throws -> ConsumerEvent {
        try await log.reach(.beforePoll)
        let event = try await log.poll { try await base.poll(timeout: timeout) }
        // A poll that found nothing is no step.
        if case .idle = event { try log.check() } else { try await log.reach(.afterPoll) }
        return event
    }

    func pause(_ partitions: Set<TopicPartition>) async throws { try await base.pause(partitions) }

    func resume(_ partitions: Set<TopicPartition>) async throws { try await base.resume(partitions) }

    func commit(_ transaction: LogTransaction) async throws {
        try await log.reach(.beforeCommit)
        var wasHeldUp = true
        // Not after the commits of the process's other members.
        defer { if wasHeldUp { log.goOn() } }
        wasHeldUp = try await log.reach(.leaseLost)
        try await base.commit(transaction)
        try await log.reach(.afterCommit)
    }

    func leave() async throws { try await log.leave(base) }
}
