internal import DequeModule
public import EventLog
internal import Synchronization

/// Turns what was found in chunks that stand alone into results: tracks each video in the order of its chunks, on a thread
/// of its own.
///
/// What it puts out is what a ``Processor`` would have put out for the chunks themselves.
public actor DetectionTracker: ChunkHandler {
    private let executor = BlockingExecutor(label: "lapwing.tracker")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let configurationHash: String
    private nonisolated let topics: Topics
    private var videos: VideoSessions
    /// Chunks that were given to it and have not been looked at.
    private nonisolated let inbox = Mutex<Deque<(chunk: ChunkAssembly, outcome: PendingOutcome)>>([])

    public init(configuration: ProcessingConfiguration, topics: Topics) {
        self.topics = topics
        configurationHash = configuration.hash
        videos = VideoSessions(configuration: configuration, topics: topics, parallel: true)
    }

    public nonisolated var takesDetections: Bool { true }

    public func restore(
        partition: Int, from log: any EventLog, onProgress: @escaping @Sendable (_ read: Int64, _ total: Int64) -> Void
    ) async throws -> RestoredVideos {
        let (restored, checkpoints) = try await VideoSessions.read(
            TopicPartition(topics.checkpoints, partition), parallel: true, from: log, onProgress: onProgress)
        for checkpoint in checkpoints { videos.adopt(checkpoint, partition: partition) }
        return restored
    }

    public func drop(partition: Int) {
        let dropped = inbox.withLock { inbox in
            let dropped = inbox.filter { $0.chunk.topicPartition.partition == partition }
            inbox.removeAll { $0.chunk.topicPartition.partition == partition }
            return dropped
        }
        for (_, outcome) in dropped { outcome.decide(.success(nil)) }
        videos.drop(partition: partition)
    }

    public nonisolated func begin(_ chunk: ChunkAssembly) -> PendingOutcome {
        let outcome = PendingOutcome()
        inbox.withLock { $0.append((chunk, outcome)) }
        Task { await trackNext() }
        return outcome
    }

    private func trackNext() {
        guard let (chunk, outcome) = inbox.withLock({ $0.popFirst() }) else { return }
        outcome.decide(Result { try track(chunk) })
    }

    private func track(_ chunk: ChunkAssembly) throws -> ChunkOutcome {
        let header = chunk.header
        let partition = chunk.topicPartition.partition
        var letters: [DeadLetter] = []
        let fault: String
        do {
            guard let hash = header.configurationHash else {
                throw PipelineError(.invalidRecord, "it does not say with what settings it was made")
            }
            guard hash == configurationHash else {
                throw VideoSession.mismatch(header.videoID, begunWith: hash, here: configurationHash)
            }
            var reader = try DetectionsReader(try chunk.load(), header)
            if let reason = reader.fault {
                // It is among the dead letters already.
                fault = reason
            } else {
                return try track(header, &reader, partition: partition)
            }
        } catch let error as PipelineError where error.code == .invalidRecord {
            fault = error.detail
            letters = try chunk.deadLetters(reason: fault)
        }
        // The tracker may have been moved before it stopped: begin again from where the video stood.
        var session = try videos.make(header.videoID, partition: partition)
        let step = session.skip(header, reason: fault)
        return videos.keep(session, step, letters, .detections)
    }

    private func track(_ header: ChunkHeader, _ reader: inout DetectionsReader, partition: Int) throws -> ChunkOutcome {
        let writer = ResultWriter(videoID: header.videoID, chunkIndex: header.index)
        var session = try videos.take(header.videoID, partition: partition)
        var values: [[UInt8]] = []
        try session.begin(header, writer, into: &values)
        while let (content, detections) = try reader.next() {
            try session.take(content, detections, nil, writer, into: &values)
        }
        let checkpoint = session.end(header, writer, into: &values)
        return videos.keep(session, (values, checkpoint))
    }

    public func giveUp(_ video: VideoID, partition: Int, reason: String, frames: Int?, chunks: Int?) throws
        -> ChunkOutcome
    {
        var session = try videos.take(video, partition: partition)
        let step = session.fail(reason: reason, frames: frames, chunks: chunks)
        return videos.keep(session, step)
    }
}
