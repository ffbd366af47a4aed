public import EventLog
public import Logging
public import ServiceLifecycle

/// All that a worker does: one member of the workers' group, which detects and tracks, and one of the trackers' group,
/// which tracks what any worker has found in chunks that stand alone.
public struct WorkerPair: Service {
    private let worker: Worker
    private let tracker: Worker

    /// - Parameters:
    ///   - handler: what processes chunks.
    ///   - processing: its configuration.
    ///   - configuration: of both; the memory is for the two together.
    /// - Throws: ``PipelineError`` when the spool folder or the heartbeat's file cannot be made.
    public init(
        log: any EventLog, topics: Topics, handler: any ChunkHandler, processing: ProcessingConfiguration,
        configuration: WorkerConfiguration, logger: Logger
    ) throws(PipelineError) {
        var tracking = configuration
        tracking.group = topics.trackerGroup
        // It is to be tracked in any case, and nothing is gained by waiting.
        tracking.start = .streaming
        // Detections are small; what it fetches ahead is to be small, too.
        tracking.memoryLimit = min(configuration.memoryLimit, 8 << 20)
        tracking.heartbeatPath = nil
        var working = configuration
        working.memoryLimit -= tracking.maxPollBytes + tracking.prefetchBytes
        worker = try Worker(log: log, topics: topics, handler: handler, configuration: working, logger: logger)
        var logger = logger
        logger[metadataKey: "topic"] = "\(topics.detections)"
        tracker = try Worker(
            log: log, topics: topics, handler: DetectionTracker(configuration: processing, topics: topics),
            configuration: tracking, logger: logger, sharing: worker)
    }

    /// Works until stopped, or until nothing is left to do if so configured; see ``Worker/run()``.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await run(worker) }
            group.addTask { try await run(tracker) }
            // Both have ended, and left their groups, before an error of one goes on.
            try await group.waitForAll()
        }
    }

    /// Has both stop when one cannot go on.
    private func run(_ one: Worker) async throws {
        do {
            try await one.run()
        } catch {
            await stop()
            throw error
        }
    }

    /// Finishes what is in hand, commits it, and leaves.
    public func stop() async {
        await worker.stop()
        await tracker.stop()
    }
}
