public import EventLog
public import Logging
public import Pipeline
public import ServiceLifecycle
internal import Telemetry

/// One member of the aggregators' group: adds up the results of its partitions' videos, publishes summaries.
///
/// One loop: poll, add up, commit now and then. What is written, summaries and the state to go on from, is in one
/// transaction with the offset that it rests on; so whatever is killed, and whenever, the next owner of a partition goes on
/// to the same bytes.
public actor Aggregator: Service {
    let log: any EventLog
    private let topics: Topics
    private let settings: AggregationSettings
    let configuration: AggregatorConfiguration
    private let logger: Logger
    private let hash: String
    var heartbeat: Heartbeat?
    /// Nil when nobody wants to know.
    let metrics: MemberMetrics?
    private let unreadable: Counter?

    var partitions: [TopicPartition: PartitionAggregation] = [:]
    private var isStopping = false
    private var lastCommit = ContinuousClock.now
    /// Whether partitions are to be read from their beginning, for which the group must be joined anew.
    private var mustJoinAgain = false
    /// What keeps it from going on was said.
    private var isObstructed = false

    /// Bytes of results at most that are added up again after a crash, besides those of one poll.
    private static let maxPendingBytes = 64 << 20

    /// - Throws: `PipelineError` when the heartbeat's file cannot be made.
    public init(
        log: any EventLog, topics: Topics, settings: AggregationSettings, configuration: AggregatorConfiguration,
        logger: Logger
    ) throws(PipelineError) {
        self.log = log
        self.topics = topics
        self.settings = settings
        self.configuration = configuration
        self.logger = logger
        hash = settings.hash
        metrics = configuration.metrics.map { MemberMetrics($0, role: Self.role) }
        unreadable = configuration.metrics?.counter(.unreadableResults)
        configuration.health?.notReady("\(Self.role): group", "it has not joined its group")
        heartbeat = try configuration.heartbeatPath.map { path throws(PipelineError) in try Heartbeat(path: path) }
    }

    /// The consumer group: the usual one, or the one that was named, with the topics' prefix.
    var groupName: String { topics.aggregatorGroup(configuration.group) }

    /// Works until stopped, or until nothing is left to do if so configured; then leaves the group.
    ///
    /// A graceful shutdown, or ``stop()``, commits what has been added up first.
    public func run() async throws {
        defer {
            configuration.health?.ended(Self.role)
            notReady(.group, "it has left its group")
        }
        try await checkTopic()
        try await withGracefulShutdownHandler {
            while !isStopping {
                guard let consumer = try await join() else { return }
                ready(.group)
                logger.info(
                    "joined",
                    metadata: [
                        "group": "\(groupName)", "member": "\(consumer.memberID)", "configuration": "\(hash)",
                    ])
                do {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        defer { group.cancelAll() }
                        group.addTask { try await self.lagLoop() }
                        try await work(consumer)
                    }
                } catch {
                    try? await consumer.leave()
                    throw error
                }
                partitions = [:]
                try await consumer.leave()
                logger.info("left", metadata: ["member": "\(consumer.memberID)"])
                guard mustJoinAgain else { return }
                mustJoinAgain = false
            }
        } onGracefulShutdown: {
            Task { await self.stop() }
        }
    }

    /// A topic that forgets by time would forget what has been added up.
    private func checkTopic() async throws {
        guard let cleanup = try await log.describe(topics.summaries)?.cleanup, cleanup != .compact else { return }
        throw EventLogError(
            .topicMismatch, operation: "check topics",
            detail: "\(log.name): topic '\(topics.summaries)' is not compacted, and must be: "
                + "set its cleanup.policy to compact",
            recovery: .giveUp)
    }

    /// Commits what has been added up, and leaves.
    public func stop() { isStopping = true }

    // MARK: - The loop

    private func work(_ consumer: any LogConsumer) async throws {
        lastCommit = .now
        while !isStopping, !mustJoinAgain {
            try Task.checkCancellation()
            beat()
            switch try await poll(consumer) {
            case .records(let records): await take(records)
            case .assigned(let assigned):
                metrics?.assigned.add()
                try await assign(assigned, consumer)
            case .revoked(let revoked):
                metrics?.revoked.add()
                try await commit(Set(revoked), consumer)
                drop(revoked, "given back")
            case .lost(let lost):
                metrics?.lost.add()
                drop(lost, "lost")
            case .idle:
                if configuration.exitWhenIdle {
                    try await commit(Set(partitions.keys), consumer)
                    if try await isIdle() { return }
                }
            }
            if isDue { try await commit(Set(partitions.keys), consumer) }
        }
        try await commit(Set(partitions.keys), consumer)
    }

    /// Whether every result in the log has been added up, whoever did that, with these settings.
    ///
    /// A log may say that there is nothing to read before it has assigned any partition.
    private func isIdle() async throws -> Bool {
        guard try await log.isThrough(topics.results, group: groupName) else { return false }
        for number in 0..<(try await log.partitionCount(of: topics.summaries) ?? 0) {
            let aggregation = PartitionAggregation(
                number, settings: settings, topics: topics, group: configuration.group)
            guard let other = try await aggregation.stored(in: log).otherConfiguration(than: hash) else { continue }
            guard configuration.fromBeginning else { throw mismatch(other) }
            return false
        }
        return true
    }

    /// Whether there is something to commit that should not wait any longer.
    private var isDue: Bool {
        let since = ContinuousClock.now - lastCommit
        if since >= configuration.publishInterval { return true }
        // Who waits for a video's end is not to wait for long; many short ones are written together.
        if since >= .milliseconds(500), partitions.values.contains(where: \.hasFinals) { return true }
        return partitions.values.reduce(0) { $0 + $1.pendingBytes } >= Self.maxPendingBytes
    }

    private func take(_ records: [LoggedRecord]) async {
        metrics?.note(received: records.count, bytes: records.reduce(0) { $0 + $1.record.byteCount })
        for (number, record) in records.enumerated() {
            do {
                try partitions[record.topicPartition]?.take(record)
            } catch {
                unreadable?.add()
                logger.error(
                    "a result cannot be read; it is left out",
                    metadata: [
                        "partition": "\(record.topicPartition)", "offset": "\(record.offset)",
                        "reason": "\(error.detail)",
                    ])
            }
            // Others have use for the thread, too: who keeps the membership alive is one of them.
            if number % 256 == 255 { await Task.yield() }
        }
    }

    // MARK: - Partitions

    private func assign(_ assigned: [TopicPartition], _ consumer: any LogConsumer) async throws {
        var resumed = 0
        for partition in assigned {
            var aggregation = PartitionAggregation(
                partition.partition, settings: settings, topics: topics, group: configuration.group)
            let stored = try await aggregation.stored(in: log)
            if let other = stored.otherConfiguration(than: hash) {
                guard configuration.fromBeginning else { throw mismatch(other) }
                let start = try await log.offsets(of: partition).lowerBound
                let keys = stored.newest.keys.map { $0.text(group: configuration.group) }
                try await consumer.commit(
                    LogTransaction(records: aggregation.reset(keys), offsets: [partition: start]))
                logger.info(
                    "summaries made with other settings dropped",
                    metadata: ["partition": "\(partition)", "count": "\(keys.count)", "configuration": "\(other)"])
                mustJoinAgain = true
                continue
            }
            try aggregation.restore(stored)
            partitions[partition] = aggregation
            resumed += aggregation.runningCount
        }
        logger.info(
            "partitions assigned",
            metadata: [
                "count": "\(assigned.count)", "owned": "\(partitions.count)", "videos_resumed": "\(resumed)",
            ])
    }

    private func mismatch(_ other: String) -> PipelineError {
        PipelineError(
            .checkpointMismatch,
            "the summaries of group \(groupName) were made with other zones or settings (\(other), here \(hash)): start "
                + "with those, or add everything up again with --from-beginning, or beside them with --group NAME")
    }

    private func drop(_ dropped: [TopicPartition], _ reason: String) {
        for partition in dropped {
            partitions[partition] = nil
            metrics?.forget(topic: partition.topic, partition: partition.partition)
        }
        logger.info(
            "partitions \(reason)", metadata: ["count": "\(dropped.count)", "owned": "\(partitions.count)"])
    }

    // MARK: - Committing

    /// Writes what has changed of these partitions, in one transaction.
    private func commit(_ wanted: Set<TopicPartition>, _ consumer: any LogConsumer) async throws {
        lastCommit = .now
        let changed = wanted.filter { partitions[$0]?.isChanged ?? false }.sorted()
        guard !changed.isEmpty else { return }
        do {
            try await write(changed, consumer)
        } catch let error as EventLogError where error.code == .fenced {
            // One of them is another's now; the others are not to suffer for it.
            for partition in changed {
                do {
                    try await write([partition], consumer)
                } catch let error as EventLogError where error.code == .fenced {
                    metrics?.fenced.add()
                    logger.warning(
                        "fenced: the partition is another aggregator's", metadata: ["partition": "\(partition)"])
                    partitions[partition] = nil
                    metrics?.forget(topic: partition.topic, partition: partition.partition)
                }
            }
        }
        lastCommit = .now
    }

    private func write(_ changed: [TopicPartition], _ consumer: any LogConsumer) async throws {
        // By whom a summary was made is told beside its value, which must not depend on it.
        let signature = Record.Header(SummaryHeader.signatureName, consumer.memberID)
        var transaction = LogTransaction()
        for partition in changed {
            guard var aggregation = partitions[partition] else { continue }
            if aggregation.mustRecount {
                try await aggregation.recount(from: log)
                partitions[partition] = aggregation
            }
            transaction.records += aggregation.records()
            transaction.offsets[partition] = aggregation.position
        }
        for index in transaction.records.indices where transaction.records[index].record.value != nil {
            transaction.records[index].record.headers.append(signature)
        }
        var pause = Duration.milliseconds(50)
        while true {
            do {
                let begun = ContinuousClock.now
                try await consumer.commit(transaction)
                metrics?.note(
                    written: transaction.records.count,
                    bytes: transaction.records.reduce(0) { $0 + $1.record.byteCount }, took: .now - begun)
                break
            } catch let error as EventLogError where error.recovery == .retry {
                metrics?.retried.add()
                obstructed("commit failed: trying again until the log takes it", error)
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
        free("the log takes commits again")
        for partition in changed { partitions[partition]?.noteCommitted() }
        logger.debug(
            "committed",
            metadata: ["partitions": "\(changed.count)", "records": "\(transaction.records.count)"])
    }

    // MARK: - A log without room

    /// Becomes a member of the group; waits while the log's disk is full.
    ///
    /// - Returns: nil when it was stopped before there was room.
    private func join() async throws -> (any LogConsumer)? {
        var member = ConsumerConfiguration(
            group: groupName, topics: [topics.results], memberID: configuration.memberID,
            instanceID: configuration.groupInstanceID, sessionTimeout: configuration.sessionTimeout)
        if let bytes = configuration.pollBytes { member.maxPollBytes = bytes }
        while !isStopping {
            do {
                let consumer = try await log.join(member)
                free("the log has room again")
                return consumer
            } catch let error as EventLogError where error.code == .full {
                obstructed("the log's disk is full: waiting for room", error)
                beat()
                try await Task.sleep(for: .milliseconds(500))
            }
        }
        return nil
    }

    private func poll(_ consumer: any LogConsumer) async throws -> ConsumerEvent {
        do {
            return try await consumer.poll(timeout: .milliseconds(200))
        } catch let error as EventLogError where error.code == .full {
            obstructed("the log's disk is full: waiting for room", error)
            try await Task.sleep(for: .milliseconds(500))
            return .idle
        }
    }

    private func obstructed(_ message: Logger.Message, _ error: EventLogError) {
        notReady(.room, error.detail)
        guard !isObstructed else { return }
        isObstructed = true
        logger.warning(message, metadata: ["operation": "\(error.operation)", "reason": "\(error.detail)"])
    }

    private func free(_ message: Logger.Message) {
        ready(.room)
        guard isObstructed else { return }
        isObstructed = false
        logger.info(message)
    }
}
