public import EventLog
public import Logging
public import ServiceLifecycle
internal import Telemetry

/// One member of the workers' group: collects the chunks of its partitions, has them processed, commits the outcomes.
///
/// Three loops share the actor. The poll loop takes records in and answers rebalances, and never works; the work loop
/// gives chunks to the handler, few at a time; the commit loop writes what has become of them. Results, checkpoint
/// and offsets of a chunk are in one transaction, so that whatever is killed, and whenever, the next owner of the
/// partition goes on with the same bytes.
public actor Worker: Service {
    /// The header that says who made a record.
    static let signatureHeaderName = "lapwing-worker"

    let log: any EventLog
    let topics: Topics
    let handler: any ChunkHandler
    let configuration: WorkerConfiguration
    let logger: Logger
    let budget: MemoryBudget
    let spool: Spool
    /// The topic that it reads.
    nonisolated let source: String
    /// What its member of a group is for, as metrics call it.
    nonisolated let role: String
    /// Nil when nobody wants to know.
    let metrics: WorkerMetrics?
    /// When what goes up and down was last measured.
    var lastState = ContinuousClock.now

    var collector: Collector
    /// Assigned partitions; the number tells one assignment of a partition from the next.
    var assignments: [TopicPartition: Int] = [:]
    var assignmentCount = 0
    /// How many calls are having the handler let go of partitions.
    var dropping = 0
    /// Partitions being given back: no new chunk of theirs is begun.
    var closing: Set<TopicPartition> = []
    var isPaused = false
    /// What keeps work from going on for now, so that each is said once.
    var obstacles = Obstacles()
    private(set) var isStopping = false
    /// When it was last asked whether more may come of videos that seem to have stopped.
    private var lastStallCheck = ContinuousClock.now
    private var heartbeat: Heartbeat?
    /// A chunk that the handler has.
    struct ChunkInHand {
        var chunk: ChunkAssembly
        /// The assignment of its partition when it was begun.
        var assignment: Int
        /// Bytes reserved for the work.
        var bytes: Int
        /// When it was begun.
        var begun = ContinuousClock.now
        /// What has become of it, once that is decided; then nil inside when nothing has.
        var outcome: ChunkOutcome??
    }
    /// In the order in which they were begun.
    private(set) var inHand: [ChunkInHand] = []
    /// Why the handler cannot go on.
    private var handlerError: (any Error)?
    /// When the handler last had a chunk given to it or taken from it.
    private var lastProgress = ContinuousClock.now
    /// The partition of a video that is being given up.
    private(set) var givingUp: TopicPartition?
    var isBusy: Bool { !inHand.isEmpty || givingUp != nil }
    private let wake = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    var commits = CommitQueue()
    let commitWake = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    /// What the worker is bound by.
    var watch: BottleneckWatch
    /// Whether the log holds records that it has not given yet.
    var isBehind = false
    /// Who waits for the work loop or the commit loop to get on.
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameter other: a worker of the same process, whose memory and spool it shares; nil: it has its own.
    /// - Throws: ``PipelineError`` when the spool folder or the heartbeat's file cannot be made.
    public init(
        log: any EventLog, topics: Topics, handler: any ChunkHandler, configuration: WorkerConfiguration,
        logger: Logger,
        sharing other: Worker? = nil
    ) throws(PipelineError) {
        self.log = log
        self.topics = topics
        self.handler = handler
        self.configuration = configuration
        self.logger = logger
        source = handler.takesDetections ? topics.detections : topics.chunks
        let role = handler.takesDetections ? "tracker" : "worker"
        self.role = role
        budget =
            other?.budget
            ?? MemoryBudget(limit: configuration.memoryLimit - configuration.maxPollBytes - configuration.prefetchBytes)
        spool =
            if let other { other.spool } else {
                try Spool(root: configuration.spoolRoot, limit: configuration.spoolLimit)
            }
        let limit = budget.high
        metrics = configuration.metrics.map { WorkerMetrics($0, role: role, memoryLimit: limit) }
        configuration.metrics?.measureWork(
            of: handler, decoderRestarts: other == nil ? configuration.decoderRestarts : nil)
        collector = Collector(
            policy: configuration.start, budget: budget, spool: spool, takesVideosByTurns: handler.takesVideosByTurns)
        watch = BottleneckWatch(interval: configuration.watchInterval)
        heartbeat = try configuration.heartbeatPath.map { path throws(PipelineError) in try Heartbeat(path: path) }
        notReady(.group, "it has not joined its group")
    }

    /// Works until stopped, or until nothing is left to do if so configured; then leaves the group.
    ///
    /// A graceful shutdown, or ``stop()``, finishes the chunk in hand and commits it first.
    public func run() async throws {
        defer {
            configuration.health?.ended(role)
            notReady(.group, "it has left its group")
        }
        guard let consumer = try await join() else { return }
        ready(.group)
        logger.info("joined", metadata: ["group": "\(configuration.group)", "member": "\(consumer.memberID)"])
        do {
            try await withGracefulShutdownHandler {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.pollLoop(consumer) }
                    group.addTask { try await self.workLoop() }
                    group.addTask { try await self.commitLoop(consumer) }
                    if metrics != nil || configuration.health != nil {
                        group.addTask { try await self.lagLoop() }
                    }
                    // The work loop ends first, and has the commit loop end; the poll loop goes on until then, so that
                    // the group does not wait for this member. The first error ends all.
                    for _ in 0..<2 { _ = try await group.next() }
                    group.cancelAll()
                    do { try await group.waitForAll() } catch is CancellationError {}
                }
            } onGracefulShutdown: {
                Task { await self.stop() }
            }
        } catch {
            try? await consumer.leave()
            throw error
        }
        try await consumer.leave()
        var facts: Logger.Metadata = ["member": "\(consumer.memberID)"]
        if let restarts = configuration.decoderRestarts { facts["decoder_restarts"] = "\(restarts())" }
        if let times = handler.workTimes { facts.merge(watch.summary(of: times)) { $1 } }
        logger.info("left", metadata: facts)
    }

    /// Finishes the chunk in hand, commits it, and leaves.
    public func stop() {
        isStopping = true
        wake.continuation.yield()
    }

    // MARK: Poll loop

    private func pollLoop(_ consumer: any LogConsumer) async throws {
        while true {
            beat()
            noteState()
            try await holdBack(consumer)
            switch try await poll(consumer) {
            case .records(let records):
                noteAge(records.last)
                take(records)
            case .assigned(let partitions):
                metrics?.member.assigned.add()
                try await assign(partitions)
            case .revoked(let partitions):
                metrics?.member.revoked.add()
                await revoke(partitions)
            case .lost(let partitions):
                metrics?.member.lost.add()
                await drop(partitions, reason: "lost")
            case .idle: noteAge(nil)
            }
            wake.continuation.yield()
        }
    }

    /// Shows that the worker lives, unless it has had the same chunk in hand for too long to be believed.
    func beat() {
        if isBusy, .now - lastProgress > .seconds(600) { return }
        heartbeat?.beat()
        configuration.health?.beat(role)
    }

    private func take(_ records: [LoggedRecord]) {
        metrics?.member.note(received: records.count, bytes: records.reduce(0) { $0 + $1.record.byteCount })
        for record in records {
            if case .unreadable(let letter) = collector.take(record) {
                var facts: Logger.Metadata = [
                    "partition": "\(record.topicPartition)", "offset": "\(record.offset)",
                    "reason": "\(letter.reason)",
                ]
                // Its key is all that may tell.
                if let id = record.record.key.flatMap({ try? VideoID($0) }) { facts["video_id"] = "\(id)" }
                logger.error("record cannot be read; it goes to the dead letters", metadata: facts)
            }
        }
    }

    // MARK: Work loop

    private func workLoop() async throws {
        defer {
            inHand = []
            commits.workHasEnded = true
            commitWake.continuation.yield()
            gotOn()
        }
        try await withThrowingDiscardingTaskGroup { group in
            var signal = wake.stream.makeAsyncIterator()
            var idleCheck = ContinuousClock.now
            while true {
                try Task.checkCancellation()
                if let handlerError { throw handlerError }
                // A log that takes nothing holds the work up.
                if mustCommitFirst { watch.shortage.enter(.committing) }
                await wait { self.mustCommitFirst }
                if let chunk = nextChunk() {
                    if let pending = begin(chunk) {
                        group.addTask {
                            do {
                                await self.finish(chunk, try await pending.value())
                            } catch {
                                await self.handlerFailed(error)
                            }
                        }
                    }
                    continue
                }
                noteShortage()
                try await housekeeping()
                if !isBusy {
                    if isStopping { return }
                    if configuration.exitWhenIdle, .now - idleCheck > .milliseconds(400) {
                        idleCheck = .now
                        // Nothing more may come that it could wait for.
                        commitNow()
                        if try await isIdle() { return }
                    }
                }
                _ = await signal.next(isolation: self)
            }
        }
    }

    /// Waits while a condition holds that the work loop or the commit loop will end.
    func wait(while condition: () -> Bool) async {
        while condition(), !Task.isCancelled { await withCheckedContinuation { waiting.append($0) } }
    }

    /// Has the commit loop not wait for its interval.
    func commitNow() {
        commits.isUrgent = true
        commitWake.continuation.yield()
    }

    /// Wakes those who wait.
    func gotOn() {
        for waiting in waiting { waiting.resume() }
        waiting.removeAll()
    }

    /// Whether each chunk is committed by itself, before the next is begun.
    private var takesOneByOne: Bool { configuration.commitInterval <= .zero }

    /// Whether what has become of chunks is to be committed before another is begun.
    private var mustCommitFirst: Bool { commits.isFull || takesOneByOne && !commits.isEmpty }

    /// Whether the handler has use for one more chunk.
    var hasHandsFree: Bool { !isStopping && inHand.count < (takesOneByOne ? 1 : handler.chunksInHand) }

    /// The next chunk, if the handler has use for one more and the memory allows it.
    private func nextChunk() -> ChunkAssembly? {
        guard hasHandsFree, inHand.isEmpty || !budget.isAboveHigh else { return nil }
        return collector.next(excluding: closing, atMostOfVideo: handler.chunksInHandPerVideo)
    }

    /// Gives a chunk to the handler; nil when its partition is not this worker's.
    private func begin(_ chunk: ChunkAssembly) -> PendingOutcome? {
        guard let assignment = assignments[chunk.topicPartition] else { return nil }
        let bytes = handler.workingBytes(for: chunk.header)
        noteNeed(chunk.header.chunkByteCount + bytes)
        budget.reserve(bytes)
        inHand.append(ChunkInHand(chunk: chunk, assignment: assignment, bytes: bytes))
        lastProgress = .now
        return handler.begin(chunk)
    }

    /// Takes note of what has become of a chunk; outcomes of a video count in the order of its chunks.
    private func finish(_ chunk: ChunkAssembly, _ outcome: ChunkOutcome?) {
        guard let index = inHand.firstIndex(where: { $0.chunk === chunk }) else { return }
        inHand[index].outcome = .some(outcome)
        let id = chunk.header.videoID
        while let index = inHand.firstIndex(where: { $0.chunk.header.videoID == id }),
            case .some(let outcome) = inHand[index].outcome
        {
            let done = inHand.remove(at: index)
            budget.release(done.bytes)
            let partition = done.chunk.topicPartition
            metrics?.chunkWork.observe(.now - done.begun)
            // The partition may have been lost meanwhile, and even have come back: then this outcome is nobody's.
            guard var outcome, assignments[partition] == done.assignment,
                collector.finish(done.chunk, outcome)
            else { continue }
            outcome.context = done.chunk.context
            outcome.origin = .init(
                chunk: done.chunk.header.index, arrival: done.chunk.arrival, timestamp: done.chunk.timestamp)
            enqueue(outcome, of: partition)
        }
        lastProgress = .now
        lookForBottleneck()
        gotOn()
        wake.continuation.yield()
    }

    private func handlerFailed(_ error: any Error) {
        handlerError = handlerError ?? error
        wake.continuation.yield()
    }

    private func enqueue(_ outcome: ChunkOutcome, of partition: TopicPartition) {
        budget.reserve(commits.add(outcome, of: partition))
        commitWake.continuation.yield()
    }

    /// Sees to what moves without a chunk: dead letters, offsets of records that nobody needs, videos given up.
    private func housekeeping() async throws {
        if let patience = configuration.videoTimeout {
            for (video, count) in collector.abandonFragments(for: patience) {
                logger.error(
                    "chunks let go: parts of them are missing",
                    metadata: ["video_id": "\(video)", "chunks": "\(count)"])
            }
            for (id, partition) in collector.stalled(for: patience)
            where assignments[partition] != nil && !closing.contains(partition) {
                if handler.takesDetections {
                    guard try await hasAllSoFar(of: partition),
                        collector.stalled(for: patience).contains(where: { $0.0 == id })
                    else { continue }
                }
                try await giveUp(id, in: partition)
            }
        }
        // A full log and videos that wait for their last chunks would wait for each other.
        if !isBusy, !collector.hasReady, !isStopping, try await log.isFull(source) { _ = collector.startEarly() }
        commitWake.continuation.yield()
    }

    private func giveUp(_ id: VideoID, in partition: TopicPartition) async throws {
        let assignment = assignments[partition]
        givingUp = partition
        lastProgress = .now
        defer {
            givingUp = nil
            gotOn()
        }
        let totals = collector.totals(of: id)
        let context = collector.context(of: id)
        var outcome = try await handler.giveUp(
            id, partition: partition.partition, reason: "incomplete: its chunks stopped coming", frames: totals.frames,
            chunks: totals.chunks)
        guard assignments[partition] == assignment else { return }
        outcome.context = context
        collector.abandon(id)
        enqueue(outcome, of: partition)
        logger.error("video given up: incomplete", metadata: outcome.logFacts)
    }

    /// Whether every chunk in the log, whoever's, has been processed.
    private func isIdle() async throws -> Bool {
        guard !collector.hasReady, commits.isEmpty else { return false }
        // What chunks there are is looked at first: it may be on its way to the other topic.
        if handler.takesDetections, try await !log.isThrough(topics.chunks, group: topics.workerGroup) { return false }
        return try await log.isThrough(source, group: configuration.group)
    }

    /// Whether all is here that can come of a partition of topic `detections` from the chunks that are in the log: those
    /// may wait for a detector for longer than a video is waited for.
    private func hasAllSoFar(of partition: TopicPartition) async throws -> Bool {
        guard .now - lastStallCheck > .milliseconds(400) else { return false }
        lastStallCheck = .now
        guard try await log.isThrough(topics.chunks, group: topics.workerGroup),
            let position = collector.position(of: partition)
        else { return false }
        // What is being committed is waited for.
        let end = try await log.offsets(of: partition).upperBound
        guard position < end else { return true }
        return try await log.read(partition, from: position, maxBytes: 1).isEmpty
    }
}
