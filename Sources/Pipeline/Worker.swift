public import EventLog
public import Logging
public import ServiceLifecycle

/// One member of the workers' group: collects the chunks of its partitions, has them processed, commits the outcomes.
///
/// Two loops share the actor. The poll loop takes records in and answers rebalances, and never works; the work loop
/// takes one chunk at a time through the processor, and it alone commits. Results, checkpoint and offsets of a chunk are
/// one transaction, so that whatever is killed, and whenever, the next owner of the partition goes on with the same bytes.
public actor Worker: Service {
    private let log: any EventLog
    private let topics: Topics
    private let handler: any ChunkHandler
    private let configuration: WorkerConfiguration
    private let logger: Logger
    private let budget: MemoryBudget

    private var collector: Collector
    /// Assigned partitions; the number tells one assignment of a partition from the next.
    private var assignments: [TopicPartition: Int] = [:]
    private var assignmentCount = 0
    /// Partitions being given back: no new chunk of theirs is begun.
    private var closing: Set<TopicPartition> = []
    private var committed: [TopicPartition: Int64] = [:]
    private var isPaused = false
    private var isStopping = false
    /// Whether the work loop has a chunk or a commit in hand, and who waits for that to end.
    private var isBusy = false
    private var waitingForWork: [CheckedContinuation<Void, Never>] = []
    private let wake = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// - Throws: ``PipelineError`` when the spool folder cannot be made.
    public init(
        log: any EventLog, topics: Topics, handler: any ChunkHandler, configuration: WorkerConfiguration, logger: Logger
    ) throws(PipelineError) {
        self.log = log
        self.topics = topics
        self.handler = handler
        self.configuration = configuration
        self.logger = logger
        budget = MemoryBudget(limit: configuration.memoryLimit)
        collector = Collector(
            policy: configuration.start, budget: budget, spool: try Spool(root: configuration.spoolRoot))
    }

    /// Works until stopped, or until nothing is left to do if so configured; then leaves the group.
    ///
    /// A graceful shutdown, or ``stop()``, finishes the chunk in hand and commits it first.
    public func run() async throws {
        let consumer = try await log.join(
            ConsumerConfiguration(
                group: configuration.group, topics: [topics.chunks], memberID: configuration.memberID,
                sessionTimeout: configuration.sessionTimeout,
                maxPollBytes: min(4 << 20, max(1 << 20, configuration.memoryLimit / 8))))
        logger.info("joined", metadata: ["group": "\(configuration.group)", "member": "\(consumer.memberID)"])
        do {
            try await withGracefulShutdownHandler {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.pollLoop(consumer) }
                    group.addTask { try await self.workLoop(consumer) }
                    // The first error ends both; so does the end of the work loop.
                    while try await group.next() != nil { stop() }
                }
            } onGracefulShutdown: {
                Task { await self.stop() }
            }
        } catch {
            try? await consumer.leave()
            throw error
        }
        try await consumer.leave()
        logger.info("left", metadata: ["member": "\(consumer.memberID)"])
    }

    /// Finishes the chunk in hand, commits it, and leaves.
    public func stop() {
        isStopping = true
        wake.continuation.yield()
    }

    // MARK: Poll loop

    private func pollLoop(_ consumer: any LogConsumer) async throws {
        defer { stop() }
        while !isStopping {
            try await holdBack(consumer)
            switch try await consumer.poll(timeout: .milliseconds(200)) {
            case .records(let records): take(records)
            case .assigned(let partitions): try await assign(partitions, consumer)
            case .revoked(let partitions): await revoke(partitions)
            case .lost(let partitions): await drop(partitions, reason: "lost")
            case .idle: break
            }
            wake.continuation.yield()
        }
    }

    private func take(_ records: [LoggedRecord]) {
        for record in records {
            if case .unreadable(let letter) = collector.take(record) {
                logger.error(
                    "record cannot be read; it goes to the dead letters",
                    metadata: [
                        "partition": "\(record.topicPartition)", "offset": "\(record.offset)",
                        "reason": "\(letter.reason)",
                    ])
            }
        }
    }

    /// Stops intake above the memory budget's high mark while there is work, and starts it again below the low one.
    ///
    /// With nothing to work on, stopping would wait for ever: then chunks go to the spool.
    private func holdBack(_ consumer: any LogConsumer) async throws {
        let hasWork = isBusy || collector.hasReady
        if budget.isAboveHigh {
            if hasWork {
                if !isPaused {
                    isPaused = true
                    logger.info("memory budget used up: intake paused", metadata: ["bytes": "\(budget.bytesUsed)"])
                }
                // Also after each assignment: new partitions come unpaused.
                try await consumer.pause(Set(assignments.keys))
                return
            }
            try collector.spill()
        }
        if isPaused, budget.isBelowLow || !hasWork {
            isPaused = false
            try await consumer.resume(Set(assignments.keys))
        }
    }

    private func assign(_ partitions: [TopicPartition], _ consumer: any LogConsumer) async throws {
        let offsets = try await log.group(configuration.group)?.committed ?? [:]
        var resumed = 0
        for partition in partitions {
            let restored = try await handler.restore(partition: partition.partition, from: log)
            let position: Int64
            if let offset = offsets[partition] {
                position = offset
            } else {
                position = try await log.offsets(of: partition).lowerBound
            }
            assignmentCount += 1
            assignments[partition] = assignmentCount
            committed[partition] = offsets[partition]
            collector.assign(partition, restored, position: position)
            resumed += restored.running.count
        }
        logger.info(
            "partitions assigned",
            metadata: [
                "count": "\(partitions.count)", "owned": "\(assignments.count)", "videos_resumed": "\(resumed)",
            ])
        logger.debug("partitions assigned", metadata: ["partitions": "\(partitions.map(\.partition))"])
    }

    private func revoke(_ partitions: [TopicPartition]) async {
        closing.formUnion(partitions)
        if isBusy { await withCheckedContinuation { waitingForWork.append($0) } }
        await drop(partitions, reason: "given back")
        closing.subtract(partitions)
    }

    private func drop(_ partitions: [TopicPartition], reason: String) async {
        for partition in partitions {
            assignments[partition] = nil
            committed[partition] = nil
            collector.drop(partition)
            await handler.drop(partition: partition.partition)
        }
        logger.info(
            "partitions \(reason)", metadata: ["count": "\(partitions.count)", "owned": "\(assignments.count)"])
    }

    // MARK: Work loop

    private func workLoop(_ consumer: any LogConsumer) async throws {
        defer { finishBusy() }
        var signal = wake.stream.makeAsyncIterator()
        var idleCheck = ContinuousClock.now
        while true {
            isBusy = true
            if !isStopping, let chunk = collector.next(excluding: closing) {
                try await process(chunk, consumer)
                finishBusy()
                continue
            }
            try await housekeeping(consumer)
            finishBusy()
            if isStopping { return }
            if configuration.exitWhenIdle, .now - idleCheck > .milliseconds(400) {
                idleCheck = .now
                if try await isIdle() { return }
            }
            _ = await signal.next(isolation: self)
        }
    }

    private func finishBusy() {
        isBusy = false
        for waiting in waitingForWork { waiting.resume() }
        waitingForWork.removeAll()
    }

    private func process(_ chunk: ChunkAssembly, _ consumer: any LogConsumer) async throws {
        let partition = chunk.topicPartition
        guard let assignment = assignments[partition] else { return }
        let outcome = try await handler.handle(chunk)
        // The partition may have been lost meanwhile, and even have come back: then this outcome is nobody's.
        guard assignments[partition] == assignment else { return }
        collector.finish(chunk, outcome)
        try await commit(outcome, in: partition, consumer)
    }

    /// Commits what moves without a chunk: dead letters, offsets of records that nobody needs, videos given up.
    private func housekeeping(_ consumer: any LogConsumer) async throws {
        let open = Set(assignments.keys).subtracting(closing)
        for partition in open.sorted() {
            guard let safe = collector.safeOffset(of: partition) else { continue }
            guard safe > committed[partition] ?? 0 || collector.hasLetters(of: partition) else { continue }
            try await commit(nil, in: partition, consumer)
        }
        if let patience = configuration.videoTimeout {
            for (id, partition) in collector.stalled(for: patience) where open.contains(partition) {
                try await giveUp(id, in: partition, consumer)
            }
        }
        // A full log and videos that wait for their last chunks would wait for each other.
        if !collector.hasReady, !isStopping, try await log.isFull(topics.chunks) { _ = collector.startEarly() }
    }

    private func giveUp(_ id: VideoID, in partition: TopicPartition, _ consumer: any LogConsumer) async throws {
        let totals = collector.totals(of: id)
        let outcome = try await handler.giveUp(
            id, partition: partition.partition, reason: "incomplete: its chunks stopped coming", frames: totals.frames,
            chunks: totals.chunks)
        guard assignments[partition] != nil else { return }
        collector.abandon(id)
        try await commit(outcome, in: partition, consumer)
        logger.error("video given up: incomplete", metadata: ["video": "\(id)"])
    }

    /// One transaction: the outcome's records, dead letters of the partition, the safe offset.
    private func commit(_ outcome: ChunkOutcome?, in partition: TopicPartition, _ consumer: any LogConsumer)
        async throws
    {
        var transaction = LogTransaction(records: outcome?.records ?? [])
        // By whom a result was made is told beside its value, which must not depend on it.
        let signature = Record.Header("lapwing-worker", consumer.memberID)
        for index in transaction.records.indices { transaction.records[index].record.headers.append(signature) }
        transaction.records += collector.takeLetters(of: partition).map { $0.outgoing(topics: topics) }
        guard let offset = collector.safeOffset(of: partition) else { return }
        transaction.offsets = [partition: offset]
        do {
            try await commit(transaction, consumer)
        } catch let error as EventLogError where error.code == .fenced {
            logger.warning("fenced: the partition is another worker's", metadata: ["partition": "\(partition)"])
            return await drop([partition], reason: "lost")
        }
        committed[partition] = offset
        guard let outcome else { return }
        await handler.committed(outcome)
        if outcome.videoIsDone { logger.info("video done", metadata: ["video": "\(outcome.videoID)"]) }
    }

    /// Commits, trying again while the log says that this may help.
    private func commit(_ transaction: LogTransaction, _ consumer: any LogConsumer) async throws {
        var pause = Duration.milliseconds(50)
        while true {
            do {
                return try await consumer.commit(transaction)
            } catch let error as EventLogError where error.recovery == .retry {
                logger.warning("commit failed, trying again", metadata: ["error": "\(error)"])
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    /// Whether every chunk in the log, whoever's, has been processed.
    private func isIdle() async throws -> Bool {
        guard !collector.hasReady, let partitions = try await log.partitionCount(of: topics.chunks) else {
            return false
        }
        let done = try await log.group(configuration.group)?.committed ?? [:]
        for number in 0..<partitions {
            let partition = TopicPartition(topics.chunks, number)
            let range = try await log.offsets(of: partition)
            if range.upperBound > done[partition] ?? range.lowerBound { return false }
        }
        return true
    }
}
