public import EventLog
internal import Foundation
public import Inference
public import Media

/// Turns chunks into results, one after the other, on a thread of its own.
///
/// It keeps a session for each video in hand. What it puts out depends on the chunk, the video's state and the
/// configuration alone.
public actor Processor: ChunkHandler {
    private let executor = BlockingExecutor(label: "lapwing.processor")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    public nonisolated let configuration: ProcessingConfiguration
    private let topics: Topics
    private let detector: any Detector
    private let scaler: FrameScaler
    private let describer: ObjectDescriber?
    private let decoding: any ChunkDecoding
    private let onFrame: @Sendable (VideoID) -> Void
    /// Pictures that are in memory at the same time, while they wait for the decoder or the detector.
    private nonisolated let picturesInHand: Int

    private struct Video {
        var partition: Int
        /// The state after the last chunk; nil before the first.
        var checkpoint: Checkpoint?
        /// The state in hand; nil until a chunk comes.
        var session: VideoSession?
    }
    private var videos: [VideoID: Video] = [:]

    /// - Parameters:
    ///   - detector: the processor's own from here on.
    ///   - embedder: what describes objects to the tracker, the processor's own too; there if and only if
    ///     `configuration.appearance` is.
    ///   - decoding: where chunks are decoded; in this process unless told.
    ///   - onFrame: called after each frame, from the processor's thread.
    public init(
        detector: sending any Detector, embedder: sending AppearanceEmbedder? = nil,
        configuration: ProcessingConfiguration, topics: Topics, decoding: any ChunkDecoding = LocalDecoding(),
        onFrame: @escaping @Sendable (VideoID) -> Void = { _ in }
    ) {
        self.detector = detector
        describer = embedder.map(ObjectDescriber.init)
        precondition((embedder == nil) == (configuration.appearance == nil))
        self.configuration = configuration
        self.topics = topics
        self.decoding = decoding
        picturesInHand = detector.capacity + Self.picturesInDecoder + 1 + decoding.picturesAhead
        self.onFrame = onFrame
        scaler = FrameScaler(
            width: configuration.model.inputWidth, height: configuration.model.inputHeight,
            mode: configuration.preprocess)
    }

    // MARK: Partitions

    /// Reads the newest checkpoint of each video of a partition.
    public func restore(
        partition: Int, from log: any EventLog, onProgress: @escaping @Sendable (_ read: Int64, _ total: Int64) -> Void
    ) async throws -> RestoredVideos {
        var restored = RestoredVideos()
        let source = TopicPartition(topics.checkpoints, partition)
        let range = try await log.offsets(of: source)
        var reader = CheckpointReader()
        try await log.readAll(source) { logged in
            onProgress(logged.offset - range.lowerBound + 1, Int64(range.count))
            try reader.take(logged)
        }
        restored.done = reader.done
        for id in reader.running.keys {
            guard let checkpoint = try reader.checkpoint(of: id) else { continue }
            videos[id] = Video(partition: partition, checkpoint: checkpoint)
            restored.running[id] = checkpoint.nextChunk
        }
        return restored
    }

    public func drop(partition: Int) {
        videos = videos.filter { $0.value.partition != partition }
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

    public func handle(_ chunk: ChunkAssembly) throws -> ChunkOutcome {
        let header = chunk.header
        var session = try takeSession(header.videoID, partition: chunk.topicPartition.partition)
        var letters: [DeadLetter] = []
        let result: VideoSession.Step
        do {
            let bytes = try chunk.load()
            result = try session.process(
                header, bytes: bytes, detector: detector, scaler: scaler, describer: describer,
                decoding: decoding,
                onFrame: { onFrame(header.videoID) })
        } catch let error where error is MediaError || (error as? PipelineError)?.code == .invalidRecord {
            // A chunk that stopped half-way has moved the tracker: begin again from where the video stood.
            while detector.framesInFlight > 0 { _ = try? detector.dequeue() }
            session = try makeSession(header.videoID)
            let reason = (error as? PipelineError)?.detail ?? "\(error)"
            letters = try chunk.deadLetters(reason: reason)
            result = session.skip(header, reason: reason)
        }
        return keep(session, result, letters)
    }

    public func giveUp(_ video: VideoID, partition: Int, reason: String, frames: Int?, chunks: Int?) throws
        -> ChunkOutcome
    {
        var session = try takeSession(video, partition: partition)
        let result = session.fail(reason: reason, frames: frames, chunks: chunks)
        return keep(session, result, [])
    }

    /// The session in hand, or a new one; it is put back by ``keep(_:_:_:)``, so that one that threw is not used again.
    private func takeSession(_ id: VideoID, partition: Int) throws(PipelineError) -> VideoSession {
        if videos[id] == nil { videos[id] = Video(partition: partition) }
        if let session = videos[id]?.session {
            videos[id]?.session = nil
            return session
        }
        return try makeSession(id)
    }

    private func makeSession(_ id: VideoID) throws(PipelineError) -> VideoSession {
        guard let checkpoint = videos[id]?.checkpoint else { return VideoSession(id: id, configuration: configuration) }
        return try VideoSession(restoring: checkpoint, configuration: configuration)
    }

    private func keep(_ session: VideoSession, _ step: VideoSession.Step, _ letters: [DeadLetter]) -> ChunkOutcome {
        var checkpoint = step.checkpoint
        let id = checkpoint.videoID
        let (written, parts) = CheckpointParts.records(of: checkpoint, previous: videos[id]?.checkpoint?.parts ?? 0)
        checkpoint.parts = parts > 0 ? parts : nil
        let partition = videos[id]?.partition
        let isDone = checkpoint.state != .running
        videos[id]?.checkpoint = checkpoint
        videos[id]?.session = session
        if isDone { videos[id] = nil }
        var records = step.values.map {
            OutgoingRecord(topic: topics.results, partition: partition, record: Record(key: id.rawValue, value: $0))
        }
        records += written.map { OutgoingRecord(topic: topics.checkpoints, partition: partition, record: $0) }
        records += letters.map { $0.outgoing(topics: topics) }
        return ChunkOutcome(videoID: id, records: records, videoIsDone: isDone)
    }
}
