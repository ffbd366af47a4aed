@preconcurrency import Dispatch
import EventLog
import GRDB
import Synchronization

/// One member of a consumer group in a SQLite log.
///
/// The tables say who owns what; this keeps what it has told its caller of that, and how far it has read. Each poll
/// compares the two when the group's generation has changed, and reports one difference at a time.
final class SQLiteConsumer: LogConsumer {
    let memberID: String
    let configuration: ConsumerConfiguration
    let log: SQLiteLog
    let state: Mutex<State>
    let heartbeatQueue = DispatchQueue(label: "lapwing.log.heartbeat", qos: .userInitiated)

    /// A partition that the caller knows to be its own.
    struct Held {
        var partition: TopicPartition
        var epoch: Int64
        /// The next offset to read.
        var position: Int64
        var isPaused = false
    }

    struct State {
        var membership: GroupStore.Membership
        /// By partition ID.
        var held: [Int64: Held] = [:]
        /// Revoked by the last poll, to be given back by the next one.
        var revoked: Set<Int64> = []
        /// The generation whose changes have all been reported.
        var generation: Int64?
        /// Which partition is to be read first.
        var turn = 0
        var isPolling = false
        var hasLeft = false
        var heartbeatsAreSuspended = false
        /// Another consumer has taken this one's name.
        var isReplaced = false
    }

    // MARK: - Joining and leaving

    static func join(_ configuration: ConsumerConfiguration, log: SQLiteLog) async throws -> SQLiteConsumer {
        func failure(_ detail: String) -> EventLogError {
            EventLogError(.invalidArgument, operation: "join", detail: detail, recovery: .giveUp)
        }
        guard !configuration.group.isEmpty else { throw failure("the group has no name: give it one") }
        guard !configuration.topics.isEmpty else { throw failure("no topics: name one at least") }
        guard configuration.sessionTimeout > .zero else { throw failure("the session timeout must be more than 0") }
        let given = configuration.instanceID ?? configuration.memberID
        let name = given ?? "member-" + String(UInt64.random(in: 0...UInt64.max), radix: 16)
        guard !name.isEmpty else { throw failure("the member has no name: give it one, or none to have one made up") }
        let membership = try await log.database.write("join") { [catalog = log.catalog] database, outcome in
            try GroupStore.join(configuration, name: name, replaces: true, database, catalog, &outcome)
        }
        guard let membership else { throw failure("the name '\(name)' is taken") }
        let consumer = SQLiteConsumer(configuration, name: name, membership: membership, log: log)
        consumer.scheduleHeartbeat(after: consumer.heartbeatInterval)
        return consumer
    }

    private init(
        _ configuration: ConsumerConfiguration, name: String, membership: GroupStore.Membership, log: SQLiteLog
    ) {
        self.configuration = configuration
        self.log = log
        memberID = name
        state = Mutex(State(membership: membership))
    }

    func leave() async throws {
        let membership = state.withLock { state -> GroupStore.Membership? in
            guard !state.hasLeft else { return nil }
            state.hasLeft = true
            state.held = [:]
            state.revoked = []
            return state.membership
        }
        guard let membership else { return }
        // A poll that waits is to notice.
        log.database.hub.wake()
        try await log.database.write("leave") { database, outcome in
            try GroupStore.leave(membership, database, &outcome)
        }
    }

    // MARK: - Committing

    /// A commit does not wait, and so it is not cancelled: what a member has finished may be written while it stops.
    func commit(_ transaction: LogTransaction) async throws {
        // Before anything is waited for: a partition that is lost and comes back meanwhile is not the same any more.
        let (membership, held) = state.withLock { ($0.membership, $0.held) }
        let partitions = try await log.choosePartitions(transaction.records, "commit")
        let byPartition = Dictionary(uniqueKeysWithValues: held.map { ($0.value.partition, ($0.key, $0.value.epoch)) })
        var offsets: [(id: Int64, partition: TopicPartition, epoch: Int64, next: Int64)] = []
        for (partition, next) in transaction.offsets.sorted(by: { $0.key < $1.key }) {
            guard let (id, epoch) = byPartition[partition] else { throw fenced(partition) }
            offsets.append((id, partition, epoch, next))
        }
        let sessionTimeout = configuration.sessionTimeout
        try await log.database.write("commit") { [self, offsets, catalog = log.catalog] database, outcome in
            for offset in offsets
            where try !GroupStore.owns(offset.id, epoch: offset.epoch, membership, database) {
                throw fenced(offset.partition)
            }
            // What is consumed goes first: a log at its limit writes the results where the chunks were.
            for offset in offsets {
                let end = try RecordStore.nextOffset(offset.id, database)
                guard (0...end).contains(offset.next) else {
                    throw EventLogError(
                        .invalidArgument, operation: "commit",
                        detail: "offset \(offset.next) of \(offset.partition), whose records end at \(end)",
                        recovery: .giveUp)
                }
                try GroupStore.setCommitted(offset.next, of: offset.id, membership.group, database)
                let topic = try catalog.existingTopic(offset.partition.topic, database, "commit")
                if topic.cleanup == .deleteConsumed {
                    try RecordStore.trim(offset.id, topic: topic.id, database, &outcome)
                }
            }
            try RecordStore.append(
                transaction.records, partitions: partitions, database, catalog, &outcome, operation: "commit")
            // Who commits is alive, however late its heartbeat.
            if !offsets.isEmpty {
                _ = try GroupStore.renew(membership, sessionTimeout: sessionTimeout, database)
            }
        }
    }

    private func fenced(_ partition: TopicPartition) -> EventLogError {
        EventLogError(
            .fenced, operation: "commit",
            detail: "\(partition) is no longer \(memberID)'s in the group '\(configuration.group)'; nothing was "
                + "written: forget what was done for it, its new owner does it again",
            recovery: .abort)
    }

    // MARK: - Pausing

    func pause(_ partitions: Set<TopicPartition>) async throws { setPaused(partitions, true) }

    func resume(_ partitions: Set<TopicPartition>) async throws {
        setPaused(partitions, false)
        // A poll that waits is to look at these again.
        log.database.hub.wake()
    }

    private func setPaused(_ partitions: Set<TopicPartition>, _ isPaused: Bool) {
        state.withLock { state in
            for (id, held) in state.held where partitions.contains(held.partition) {
                state.held[id]?.isPaused = isPaused
            }
        }
    }
}
