internal import EventLog

/// The videos that a handler has in hand: where each stands, and what is to be committed of it.
struct VideoSessions {
    private struct Video {
        var partition: Int
        /// The state after the last chunk; nil before the first.
        var checkpoint: Checkpoint?
        /// The state in hand; nil until a chunk comes.
        var session: VideoSession?
    }

    private let configuration: ProcessingConfiguration
    private let topics: Topics
    /// Whether they are those whose chunks stand alone.
    private let parallel: Bool
    private var videos: [VideoID: Video] = [:]

    init(configuration: ProcessingConfiguration, topics: Topics, parallel: Bool) {
        self.configuration = configuration
        self.topics = topics
        self.parallel = parallel
    }

    // MARK: Partitions

    /// Reads the newest checkpoint of each video of a partition: the next chunks of those of the kind, and whose work is
    /// done.
    static func read(
        _ source: TopicPartition, parallel: Bool, from log: any EventLog,
        onProgress: @escaping @Sendable (_ read: Int64, _ total: Int64) -> Void
    ) async throws -> (RestoredVideos, [Checkpoint]) {
        var restored = RestoredVideos()
        var checkpoints: [Checkpoint] = []
        let range = try await log.offsets(of: source)
        var reader = CheckpointReader()
        try await log.readAll(source) { logged in
            onProgress(logged.offset - range.lowerBound + 1, Int64(range.count))
            try reader.take(logged)
        }
        restored.done = reader.done
        for (id, head) in reader.running where (head.parallel == true) == parallel {
            guard let checkpoint = try reader.checkpoint(of: id) else { continue }
            checkpoints.append(checkpoint)
            restored.running[id] = checkpoint.nextChunk
            restored.contexts[id] = reader.contexts[id]
        }
        return (restored, checkpoints)
    }

    /// Goes on with a video from where it stood.
    mutating func adopt(_ checkpoint: Checkpoint, partition: Int) {
        videos[checkpoint.videoID] = Video(partition: partition, checkpoint: checkpoint)
    }

    mutating func drop(partition: Int) { videos = videos.filter { $0.value.partition != partition } }

    // MARK: Sessions

    /// The session in hand, or a new one; it is put back by ``keep(_:_:_:)``, so that one that threw is not used again.
    mutating func take(_ id: VideoID, partition: Int) throws(PipelineError) -> VideoSession {
        if let session = videos[id]?.session.take() { return session }
        return try make(id, partition: partition)
    }

    /// A session from where the video stood after its last chunk.
    mutating func make(_ id: VideoID, partition: Int) throws(PipelineError) -> VideoSession {
        if videos[id] == nil { videos[id] = Video(partition: partition) }
        guard let checkpoint = videos[id]?.checkpoint else { return VideoSession(id: id, configuration: configuration) }
        return try VideoSession(restoring: checkpoint, configuration: configuration)
    }

    /// What is to be committed for a step of a session, which is kept unless the video is done.
    ///
    /// - Parameters:
    ///   - letters: the chunk's records, where it cannot be used, and `cause` why.
    mutating func keep(
        _ session: VideoSession, _ step: VideoSession.Step, _ letters: [DeadLetter] = [],
        _ cause: DeadLetter.Cause = .damaged
    ) -> ChunkOutcome {
        var checkpoint = step.checkpoint
        var session = session
        var tally = session.takeTally()
        tally.ledger = checkpoint.ledger.since(videos[checkpoint.videoID]?.checkpoint?.ledger ?? Ledger())
        if !letters.isEmpty { tally.deadLetters[cause] = letters.count }
        let id = checkpoint.videoID
        if parallel { checkpoint.parallel = true }
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
        if isDone { tally.end = checkpoint.state }
        return ChunkOutcome(
            videoID: id, records: records, videoIsDone: isDone, tally: tally, fault: letters.first?.reason)
    }
}
