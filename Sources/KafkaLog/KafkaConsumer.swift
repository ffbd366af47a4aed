import EventLog
import Synchronization

/// One member of a consumer group on Kafka.
///
/// librdkafka's own threads keep the membership alive and fetch; one thread at a time polls it, and takes what was
/// fetched into small queues by partition, so that partitions get their turns and paused ones keep theirs. A partition
/// that is revoked is given back by the poll after the one that said so.
final class KafkaConsumer: LogConsumer {
    let memberID: String
    let configuration: ConsumerConfiguration
    let log: KafkaLog
    let member: RDKafkaGroupConsumer
    let committer: KafkaCommitter
    private let queue = BlockingQueue("lapwing.kafka.consumer")
    private let state = Mutex(State())

    /// A partition that the caller knows to be its own.
    private struct Held {
        var fetched: [LoggedRecord] = []
        /// How many of the fetched have been delivered.
        var delivered = 0
        /// The offset after the last one taken in; what comes again is passed over.
        var position: Int64 = 0
        var isPaused = false
        /// Whether it is to begin again from what is committed before anything else is.
        var isInDoubt = false
        /// Tells one assignment of the partition from the next.
        var assignment: Int

        var waiting: Int { fetched.count - delivered }
    }

    private struct State {
        var held: [TopicPartition: Held] = [:]
        var fetchedBytes = 0
        var assignments = 0
        /// Revoked by the last poll, to be given back by the next one.
        var revoked: [TopicPartition] = []
        /// To be taken away and given again, so that the caller begins again from what is committed.
        var restarting: Set<TopicPartition> = []
        var assignedAgain: [TopicPartition] = []
        /// Newly assigned, and nothing heard of them yet, not even that they hold no more; waited for until then.
        var unheard: Set<TopicPartition> = []
        var hearingEnds = ContinuousClock.now
        /// Which partition is to be delivered first.
        var turn = 0
        var isPolling = false
        var hasLeft = false
    }

    init(_ configuration: ConsumerConfiguration, log: KafkaLog) throws(EventLogError) {
        self.configuration = configuration
        self.log = log
        let instanceID = configuration.instanceID ?? log.configuration.properties["group.instance.id"]
        memberID =
            instanceID ?? configuration.memberID
            ?? "lapwing-" + String(UInt64.random(in: 0...UInt64.max), radix: 16)
        let session = Int(configuration.sessionTimeout.milliseconds)
        // Of what is fetched ahead, half waits in librdkafka, a quarter is on its way, and a quarter waits here. When a
        // fetch arrives and finds the queue full, librdkafka looks again a second later: two must have room. For the same
        // reason the number of records in the queue (queued.min.messages) is left as large as it is.
        let quarter = max(1 << 20, configuration.prefetchBytes / 4)
        // A fetch of all partitions at once should not take much more than a poll is to bring.
        let fetchBytes = min(1 << 20, max(1 << 14, configuration.maxPollBytes / 4))
        let properties = log.consumerProperties(
            [
                ("client.id", memberID), ("session.timeout.ms", "\(session)"),
                ("heartbeat.interval.ms", "\(max(1, session / 3))"),
                // librdkafka's threads keep a member alive. Who does not poll for so long hangs, and holds up the group.
                ("max.poll.interval.ms", "\(max(600_000, session))"),
                ("partition.assignment.strategy", "cooperative-sticky"),
                ("fetch.message.max.bytes", "\(fetchBytes)"), ("fetch.max.bytes", "\(quarter)"),
                ("queued.max.messages.kbytes", "\(2 * quarter >> 10)"),
            ],
            insist: [
                ("group.id", configuration.group), ("auto.offset.reset", "earliest"), ("enable.partition.eof", "true"),
            ] + (instanceID.map { [("group.instance.id", $0)] } ?? []))
        member = try RDKafkaGroupConsumer(
            log.owner, properties: properties, topics: configuration.topics)
        committer = KafkaCommitter(log: log, transactionalID: "\(configuration.group).\(memberID)")
    }

    deinit {
        // One that its owner has dropped leaves, too; its session would keep the partitions for a while.
        guard !state.withLock({ $0.hasLeft }) else { return }
        queue.start { [member] in member.close() }
    }

    func leave() async throws {
        let (isFirst, revoked) = state.withLock { state in
            defer { state = State(hasLeft: true) }
            return (!state.hasLeft, state.revoked)
        }
        guard isFirst else { return }
        // Not cancelled: a member that stops is to leave all the same. One whose cluster is away goes by its session.
        await queue.finish(within: .seconds(10)) { [member] in
            // A revocation that was told is still to be answered, and would be waited for.
            if !revoked.isEmpty { member.answer(.unassign(revoked)) }
            member.close()
        }
        await committer.stop()
    }

    // MARK: - Polling

    func poll(timeout: Duration) async throws -> ConsumerEvent {
        let isFirst = state.withLock { state in
            defer { state.isPolling = true }
            return !state.isPolling
        }
        guard isFirst else {
            throw EventLogError(
                .invalidArgument, operation: "poll", detail: "another task is polling \(memberID): let one task poll",
                recovery: .giveUp)
        }
        defer { state.withLock { $0.isPolling = false } }
        try Task.checkCancellation()
        let deadline = Deadline(after: timeout)
        return try await queue.run { [self] signal in
            giveBackRevoked()
            while true {
                if signal.isStopped { throw CancellationError() }
                try checkIn()
                if let event = try nextEvent() { return event }
                if let records = deliver() { return .records(records) }
                let slice = deadline.milliseconds(atMost: .milliseconds(100))
                if try fetch(waiting: slice) { continue }
                if deadline.hasPassed { return .idle }
            }
        }
    }

    private func checkIn() throws(EventLogError) {
        try log.checkOpen("poll")
        if state.withLock({ $0.hasLeft }) {
            throw EventLogError(
                .closed, operation: "poll", detail: "\(memberID) has left the group '\(configuration.group)'",
                recovery: .giveUp)
        }
        let refusal = member.events.refusal
        if let fatal = member.fatalError {
            throw EventLogError(
                fatal.isFenced ? .fenced : .unavailable, operation: "poll",
                detail:
                    "\(memberID) in the group '\(configuration.group)': \(fatal.message) (\(fatal.name)): give each "
                    + "consumer its own name",
                recovery: .giveUp)
        }
        if let refusal {
            member.events.forgetRefusal()
            throw refusal.error("poll", "group '\(configuration.group)'")
        }
    }

    private func giveBackRevoked() {
        let revoked = state.withLock { state in
            for partition in state.revoked { Self.drop(partition, &state) }
            defer { state.revoked = [] }
            return state.revoked
        }
        if !revoked.isEmpty { member.answer(.unassign(revoked)) }
    }

    private static func drop(_ partition: TopicPartition, _ state: inout State) {
        guard let held = state.held.removeValue(forKey: partition) else { return }
        for record in held.fetched[held.delivered...] { state.fetchedBytes -= record.record.byteCount }
        state.restarting.remove(partition)
        state.unheard.remove(partition)
    }

    private static func hold(_ partitions: [TopicPartition], _ state: inout State) {
        state.assignments += 1
        for partition in partitions { state.held[partition] = Held(assignment: state.assignments) }
        state.unheard.formUnion(partitions)
        state.hearingEnds = .now + .milliseconds(300)
    }

    /// What the group wants, and what this member wants of itself; one thing at a time.
    private func nextEvent() throws -> ConsumerEvent? {
        let (restarting, again) = state.withLock { state in
            defer { state.assignedAgain = [] }
            return (state.restarting.sorted(), state.assignedAgain)
        }
        if !again.isEmpty {
            state.withLock { Self.hold(again, &$0) }
            member.answer(.assign(again))
            return .assigned(again)
        }
        if !restarting.isEmpty {
            state.withLock { state in
                for partition in restarting { Self.drop(partition, &state) }
                state.assignedAgain = restarting
            }
            member.answer(.unassign(restarting))
            return .lost(restarting)
        }
        while let rebalance = member.nextRebalance() {
            if let event = follow(rebalance) { return event }
        }
        return nil
    }

    private func follow(_ rebalance: RDKafkaEvents.Rebalance) -> ConsumerEvent? {
        let partitions = rebalance.partitions.sorted()
        switch rebalance.kind {
        case .assign:
            let paused = state.withLock { state in
                Self.hold(partitions, &state)
                return Set(state.held.filter(\.value.isPaused).keys)
            }
            member.answer(.assign(partitions))
            // Whatever an assignment does to those that were there before.
            if !paused.isEmpty { member.pause(paused) }
            return partitions.isEmpty ? nil : .assigned(partitions)
        case .revoke:
            let known = state.withLock { state in
                let known = partitions.filter { state.held[$0] != nil }
                if !known.isEmpty { state.revoked = partitions }
                return known
            }
            if known.isEmpty {
                member.answer(.unassign(partitions))
                return nil
            }
            return .revoked(known)
        case .lose:
            let known = state.withLock { state in
                let known = partitions.filter { state.held[$0] != nil }
                for partition in known { Self.drop(partition, &state) }
                return known
            }
            member.answer(.unassign(partitions))
            return known.isEmpty ? nil : .lost(known)
        }
    }

    /// How much is taken in, so that partitions can take turns.
    private var intakeLimit: Int { max(1 << 20, configuration.prefetchBytes / 4) }

    /// Takes in what librdkafka has fetched; true when anything came.
    ///
    /// One message at least: above the limit there is only what belongs to paused partitions, and others go on.
    private func fetch(waiting milliseconds: Int32) throws -> Bool {
        let limit = intakeLimit
        var slice = milliseconds
        var hasCome = false
        while !hasCome || state.withLock({ $0.fetchedBytes < limit }) {
            guard let message = member.poll(milliseconds: slice) else { break }
            slice = 0
            hasCome = true
            if let record = message.record() {
                let bytes = record.record.byteCount
                state.withLock { state in
                    // Of partitions that are no longer held, something may still be on its way.
                    guard state.held[record.topicPartition].map({ record.offset >= $0.position }) == true else {
                        return
                    }
                    state.held[record.topicPartition]?.fetched.append(record)
                    state.held[record.topicPartition]?.position = record.offset + 1
                    state.fetchedBytes += bytes
                    state.unheard.remove(record.topicPartition)
                }
            } else if let partition = message.endedPartition {
                _ = state.withLock { $0.unheard.remove(partition) }
            } else if let failure = message.failure {
                try heed(failure)
            }
            if hasRebalance { break }
        }
        return hasCome || hasRebalance
    }

    private var hasRebalance: Bool { member.events.state.withLock { !$0.rebalances.isEmpty } }

    private func heed(_ failure: RDKafkaFailure) throws(EventLogError) {
        if failure.isFatalMessage { return }  // The next poll tells why.
        let error = failure.error("poll", "group '\(configuration.group)'")
        switch error.recovery {
        case .giveUp: throw error
        // A member that was removed joins again by itself.
        case .abort: member.events.heard(failure)
        case .retry:
            member.events.heard(failure)
            // librdkafka gives up asking for the committed offsets of new partitions; assigning them again asks again.
            let unheard = state.withLock { $0.unheard.sorted() }
            if failure.isCoordination, !unheard.isEmpty {
                for _ in 0..<20 { sleepBriefly() }
                member.answer(.unassign(unheard))
                member.answer(.assign(unheard))
            }
        }
    }

    /// Some of what was fetched: of each partition that is not paused its share, from the one on whose turn it is.
    private func deliver() -> [LoggedRecord]? {
        let limit = intakeLimit
        return state.withLock { state in
            // The first broker that answers is not to have all the turns.
            let isHeard = state.unheard.isEmpty || ContinuousClock.now >= state.hearingEnds
            guard isHeard || state.fetchedBytes >= limit else { return nil }
            let ready = state.held.filter { !$0.value.isPaused && $0.value.waiting > 0 }.keys.sorted()
            guard !ready.isEmpty else { return nil }
            let first = state.turn % ready.count
            state.turn &+= 1
            var records: [LoggedRecord] = []
            var remaining = max(1, configuration.maxPollBytes)
            for (index, partition) in (ready[first...] + ready[..<first]).enumerated() {
                guard var held = state.held[partition] else { continue }
                let share = remaining / (ready.count - index)
                var bytes = 0
                while held.waiting > 0 {
                    let record = held.fetched[held.delivered]
                    let size = record.record.byteCount
                    guard bytes + size <= share || records.isEmpty else { break }
                    records.append(record)
                    bytes += size
                    held.delivered += 1
                }
                // In steps, so that a long queue is not moved for each poll.
                if held.delivered == held.fetched.count || held.delivered > 1000 {
                    held.fetched.removeFirst(held.delivered)
                    held.delivered = 0
                }
                state.held[partition] = held
                state.fetchedBytes -= bytes
                remaining = max(0, remaining - bytes)
            }
            return records
        }
    }

    // MARK: - Pausing

    func pause(_ partitions: Set<TopicPartition>) async throws {
        let known = state.withLock { state in
            let known = partitions.filter { state.held[$0]?.isPaused == false }
            for partition in known { state.held[partition]?.isPaused = true }
            return known
        }
        if !known.isEmpty { member.pause(known) }
    }

    func resume(_ partitions: Set<TopicPartition>) async throws {
        let known = state.withLock { state in
            let known = partitions.filter { state.held[$0]?.isPaused == true }
            for partition in known { state.held[partition]?.isPaused = false }
            return known
        }
        if !known.isEmpty { member.resume(known) }
    }

    // MARK: - Committing

    /// A commit is not cancelled: what a member has finished may be written while it stops.
    func commit(_ transaction: LogTransaction) async throws {
        // A partition that is lost and comes back while this waits is not the same any more.
        let assignments = state.withLock { state in transaction.offsets.keys.map { ($0, state.held[$0]?.assignment) } }
        try checkHeld(assignments)
        let records = try await log.prepare(transaction.records, "commit")
        do {
            try await committer.commit(records, transaction.offsets, of: member) { [self] () throws(EventLogError) in
                try checkHeld(assignments)
            }
        } catch var error as EventLogError where error.code == .fenced || error.code == .inDoubt {
            // The group may still think that they are ours: begin again from what is committed, so that none is lost.
            state.withLock { state in
                for partition in transaction.offsets.keys where state.held[partition] != nil {
                    state.restarting.insert(partition)
                    if error.code == .inDoubt { state.held[partition]?.isInDoubt = true }
                }
            }
            // To the caller it is the same: what it wanted to commit is not its any more.
            error.code = .fenced
            throw error
        }
    }

    private func checkHeld(_ assignments: [(TopicPartition, Int?)]) throws(EventLogError) {
        try log.checkOpen("commit")
        let missing = state.withLock { state in
            assignments.first { partition, assignment in
                guard let assignment, let held = state.held[partition] else { return true }
                return held.assignment != assignment || held.isInDoubt
            }?.0
        }
        guard let missing else { return }
        throw EventLogError(
            .fenced, operation: "commit",
            detail: "\(missing) is no longer \(memberID)'s in the group '\(configuration.group)'; nothing was written: "
                + "forget what was done for it, its new owner does it again",
            recovery: .abort)
    }
}
