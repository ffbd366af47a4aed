internal import DequeModule
public import EventLog
internal import Foundation
public import Inference
public import Media
internal import Synchronization
public import Telemetry

/// Turns chunks into results, on a thread of its own.
///
/// It keeps a session for each video in hand. Frames of one chunk go into the detector while those of the chunk before are
/// still in it, so that it never runs empty; they come out, and are tracked, in the order in which they went in. What it
/// puts out depends on the chunk, the video's state and the configuration alone.
public actor Processor: ChunkHandler {
    private let executor = BlockingExecutor(label: "lapwing.processor")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    public nonisolated let configuration: ProcessingConfiguration
    nonisolated let topics: Topics
    let detector: any Detector
    let scaler: FrameScaler
    let describer: ObjectDescriber?
    let decoding: any ChunkDecoding
    let onFrame: @Sendable (VideoID) -> Void
    /// How long a batch that is not full waits for more pictures, when none are at hand.
    private let batchDelay: Duration
    /// Pictures that are in memory at the same time, while they wait for the decoder or the detector.
    private nonisolated let picturesInHand: Int

    private var videos: VideoSessions

    /// Chunks that were given to it and have not been looked at.
    private nonisolated let inbox = Mutex<[(ChunkAssembly, PendingOutcome)]>([])
    private nonisolated let arrivals = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    /// Chunks in hand, in the order in which they came.
    var jobs: Deque<ChunkJob> = []
    /// Of those, how many have no frame left to go in.
    var jobsRead = 0
    /// Frames that have gone in, and where a chunk of theirs ends, in order.
    var flow: Deque<FlowEntry> = []
    private var isRunning = false
    /// What its thread is at.
    private nonisolated let stage = Mutex(TimeSheet(WorkTimes.Stage.idle))
    /// Nil when nobody wants to know.
    let metrics: ProcessorMetrics?
    /// How many pictures are in the batch that goes through the network next.
    var picturesInBatch = 0

    /// - Parameters:
    ///   - detector: the processor's own from here on.
    ///   - embedder: what describes objects to the tracker, the processor's own too; there if and only if
    ///     `configuration.appearance` is.
    ///   - decoding: where chunks are decoded; in this process unless told.
    ///   - batchDelay: how long a batch that is not full waits for more pictures, when none are at hand; what comes out does
    ///     not depend on it.
    ///   - metrics: where its stages, its inference and its batches are measured; nil: nowhere.
    ///   - onFrame: called after each frame, from the processor's thread.
    public init(
        detector: sending any Detector, embedder: sending AppearanceEmbedder? = nil,
        configuration: ProcessingConfiguration, topics: Topics, decoding: any ChunkDecoding = LocalDecoding(),
        batchDelay: Duration = .zero, metrics: MetricRegistry? = nil,
        onFrame: @escaping @Sendable (VideoID) -> Void = { _ in }
    ) {
        self.detector = detector
        describer = embedder.map(ObjectDescriber.init)
        precondition((embedder == nil) == (configuration.appearance == nil))
        self.configuration = configuration
        self.topics = topics
        videos = VideoSessions(configuration: configuration, topics: topics, parallel: false)
        self.decoding = decoding
        self.batchDelay = batchDelay
        self.metrics = metrics.map { ProcessorMetrics($0, batchSize: detector.batchSize) }
        chunksInHand = detector.batchSize + 1
        // Scaled pictures are let go, unless somebody will look at them again.
        picturesInHand =
            (configuration.needsPictures ? detector.capacity : 0) + 1 + Self.picturesInDecoder
            + decoding.picturesAhead
        self.onFrame = onFrame
        scaler = FrameScaler(
            width: configuration.model.inputWidth, height: configuration.model.inputHeight,
            mode: configuration.preprocess)
    }

    // MARK: Partitions

    public func restore(
        partition: Int, from log: any EventLog, onProgress: @escaping @Sendable (_ read: Int64, _ total: Int64) -> Void
    ) async throws -> RestoredVideos {
        let (restored, checkpoints) = try await read(partition: partition, from: log, onProgress: onProgress)
        for checkpoint in checkpoints { adopt(checkpoint, partition: partition) }
        return restored
    }

    /// Reads the newest checkpoint of each video of a partition.
    nonisolated func read(
        partition: Int, from log: any EventLog, onProgress: @escaping @Sendable (_ read: Int64, _ total: Int64) -> Void
    ) async throws -> (RestoredVideos, [Checkpoint]) {
        try await VideoSessions.read(
            TopicPartition(topics.checkpoints, partition), parallel: false, from: log, onProgress: onProgress)
    }

    /// Goes on with a video from where it stood.
    func adopt(_ checkpoint: Checkpoint, partition: Int) { videos.adopt(checkpoint, partition: partition) }

    public func drop(partition: Int) {
        takeIn()
        for job in jobs where job.partition == partition { job.isCancelled = true }
        videos.drop(partition: partition)
    }

    // MARK: Chunks

    /// What a decoder refers back to, as most videos have it; H.264 and HEVC allow sixteen.
    private static let picturesInDecoder = 6

    public nonisolated func workingBytes(for header: ChunkHeader) -> Int {
        // 4:2:0 with eight bits; and a copy of the chunk, put together from its parts, and those that are made for a decoder
        // elsewhere.
        let picture = min(max(header.width, 0), 1 << 15) * min(max(header.height, 0), 1 << 15) * 3 / 2
        return (1 + decoding.chunkCopies) * header.chunkByteCount + picturesInHand * picture
    }

    /// While frames of one chunk come out, frames of the next go in; and there may be no more than a frame in each.
    public nonisolated let chunksInHand: Int

    public nonisolated func begin(_ chunk: ChunkAssembly) -> PendingOutcome {
        let outcome = PendingOutcome()
        inbox.withLock { $0.append((chunk, outcome)) }
        arrivals.continuation.yield()
        Task { await run() }
        return outcome
    }

    private func takeIn() {
        let taken = inbox.withLock { inbox in
            defer { inbox = [] }
            return inbox
        }
        for (chunk, outcome) in taken { jobs.append(ChunkJob(chunk, outcome)) }
    }

    /// Works until nothing is in hand; in between others may ask for what they need.
    private func run() async {
        guard !isRunning else { return }
        isRunning = true
        takeIn()
        while !jobs.isEmpty {
            do {
                try fill()
                // More chunks come only while there is room for them.
                if awaitsMore, batchDelay > .zero, jobs.count < chunksInHand, await anotherComes() { continue }
                try step()
            } catch {
                fail(error)
            }
            await Task.yield()
            takeIn()
        }
        isRunning = false
        enter(.idle)
    }

    /// Notes what the thread does from now on.
    func enter(_ next: WorkTimes.Stage) {
        let ended = stage.withLock { $0.enter(next) }
        metrics?.note(ended.state, took: ended.time)
    }

    public nonisolated var workTimes: WorkTimes? {
        WorkTimes(spent: stage.withLock { $0.times() }, device: configuration.model.device)
    }

    /// Waits for another chunk, but not for long; whether one came.
    private func anotherComes() async -> Bool {
        enter(.idle)
        let deadline = ContinuousClock.now + batchDelay
        let continuation = arrivals.continuation
        let timer = Task {
            try? await Task.sleep(until: deadline, clock: .continuous)
            continuation.yield()
        }
        defer { timer.cancel() }
        let known = jobs.count
        var signals = arrivals.stream.makeAsyncIterator()
        repeat {
            _ = await signals.next(isolation: self)
            takeIn()
            if jobs.count > known { return true }
        } while .now < deadline
        return false
    }

    /// What the engine cannot do is an error of all that is in hand.
    private func fail(_ error: any Error) {
        while detector.framesInFlight > 0 { _ = try? detector.dequeue() }
        picturesInBatch = 0
        for job in jobs { job.outcome.decide(.failure(error)) }
        jobs = []
        jobsRead = 0
        flow = []
    }

    /// Takes the video's session in hand for a chunk of which something comes out for the first time.
    func start(_ job: ChunkJob) throws {
        guard job.session == nil else { return }
        let session = try videos.take(job.header.videoID, partition: job.partition)
        try session.begin(job.header, job.writer, into: &job.values)
        job.session = session
    }

    /// Decides a chunk's outcome, after all that came out of it.
    func finish(_ job: ChunkJob) throws {
        guard !job.isCancelled else { return job.outcome.decide(.success(nil)) }
        enter(.writing)
        let outcome: ChunkOutcome
        do {
            if let detections = job.detections.take() {
                return job.outcome.decide(.success(try self.outcome(of: job, detections)))
            }
            // A chunk without frames has not been started.
            if job.isWanted { try job.noting { try start(job) } }
            if let reason = job.fault {
                // It may have moved the tracker before it stopped: begin again from where the video stood.
                var session = try videos.make(job.header.videoID, partition: job.partition)
                let step = session.skip(job.header, reason: reason)
                outcome = keep(session, step, try job.chunk.deadLetters(reason: reason), job.cause)
            } else {
                guard var session = job.session.take() else { preconditionFailure("a sound chunk has been started") }
                let checkpoint = session.end(job.header, job.writer, into: &job.values)
                outcome = keep(session, (job.values, checkpoint))
            }
        } catch {
            // It is among the jobs no more.
            job.outcome.decide(.failure(error))
            throw error
        }
        job.outcome.decide(.success(outcome))
    }

    public func giveUp(_ video: VideoID, partition: Int, reason: String, frames: Int?, chunks: Int?) throws
        -> ChunkOutcome
    {
        var session = try videos.take(video, partition: partition)
        let result = session.fail(reason: reason, frames: frames, chunks: chunks)
        return keep(session, result)
    }

    private func keep(
        _ session: VideoSession, _ step: VideoSession.Step, _ letters: [DeadLetter] = [],
        _ cause: DeadLetter.Cause = .damaged
    ) -> ChunkOutcome {
        let outcome = videos.keep(session, step, letters, cause)
        if outcome.videoIsDone {
            for job in jobs where job.header.videoID == outcome.videoID { job.isCancelled = true }
        }
        return outcome
    }
}
