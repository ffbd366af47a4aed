public import EventLog

/// What a log holds and who works on it, as `lapwing status` shows it.
public struct PipelineStatus: Sendable {
    public struct Video: Sendable {
        public var id: VideoID
        /// The source's name; nil when only a checkpoint is known.
        public var source: String?
        /// `submitting`, `live`, `waiting`, `processing`, `ended`, `failed`.
        public var state: String
        public var chunksDone: Int
        public var chunksTotal: Int?
        public var framesDone: Int
        public var framesTotal: Int?
    }

    /// A partition of topic `chunks` or `detections`.
    public struct Partition: Sendable {
        public var partition: Int
        /// The offset of the next record to be written.
        public var end: Int64
        /// What the workers have committed; nil: nothing yet.
        public var committed: Int64?
        /// Records between the two.
        public var lag: Int64
        /// The worker that owns it.
        public var member: String?
    }

    /// By ID.
    public var videos: [Video]
    public var partitions: [Partition]
    /// Those of topic `detections`, for videos whose chunks are spread; empty where none is.
    public var detections: [Partition]
    /// Live workers.
    public var members: [String]
    /// What memory each of them had when it last committed a chunk; those that have not are not here.
    public var memory: [String: WorkerMemory]
    /// How often each of those that decode in a process of its own had started that anew by then.
    public var decoderRestarts: [String: Int]

    /// Reads it; throws ``EventLogError``, also when the topics are not there.
    public init(of log: any EventLog, topics: Topics) async throws {
        guard let count = try await log.partitionCount(of: topics.chunks) else {
            throw EventLogError(
                .unknownTopic, operation: "status",
                detail:
                    "\(log.name) has no topic '\(topics.chunks)'; has anything been submitted with this --topic-prefix?",
                recovery: .giveUp)
        }
        let group =
            try await log.group(topics.workerGroup)
            ?? GroupDescription(name: topics.workerGroup, members: [], committed: [:])
        members = group.members.map(\.id)
        partitions = []
        detections = []
        let owners = Self.owners(group)
        // Who may not look at what only such videos need is not asked for it.
        var anyIsSpread = false
        var found: [VideoID: Video] = [:]
        var said: [String: (at: Int64, memory: WorkerMemory)] = [:]
        var restarts: [String: Int] = [:]
        for number in 0..<count {
            let chunks = TopicPartition(topics.chunks, number)
            let range = try await log.offsets(of: chunks)
            partitions.append(
                Partition(
                    partition: number, end: range.upperBound, committed: group.committed[chunks],
                    lag: group.lag(of: chunks, holding: range), member: owners[chunks]))
            try await log.readAll(TopicPartition(topics.videos, number)) { logged in
                guard let known = try VideoRegistration.decode(logged) else { return }
                if known.parallel == true { anyIsSpread = true }
                let coming = known.live == nil ? "submitting" : "live"
                found[known.videoID] = Video(
                    id: known.videoID, source: known.source,
                    state: known.state == .submitting ? coming : "waiting",
                    chunksDone: 0, chunksTotal: known.chunks, framesDone: 0, framesTotal: known.frames)
            }
            try await log.readAll(TopicPartition(topics.checkpoints, number)) { logged in
                if let (worker, memory) = WorkerMemory.read(logged),
                    said[worker].map({ $0.at <= logged.timestamp }) ?? true
                {
                    said[worker] = (logged.timestamp, memory)
                }
                // It only grows.
                if let (worker, count) = DecoderRestarts.read(logged) {
                    restarts[worker] = max(restarts[worker] ?? 0, count)
                }
                guard let checkpoint = try Checkpoint.decode(logged) else { return }
                var video =
                    found[checkpoint.videoID]
                    ?? Video(id: checkpoint.videoID, source: nil, state: "", chunksDone: 0, framesDone: 0)
                if checkpoint.state != .running {
                    video.state = checkpoint.state.rawValue
                } else if video.state != "live" {
                    video.state = "processing"
                }
                video.chunksDone = checkpoint.ledger.chunksProcessed + checkpoint.ledger.chunksBad
                video.framesDone = checkpoint.ledger.framesAccounted
                video.chunksTotal = video.chunksTotal ?? checkpoint.ledger.chunksExpected
                video.framesTotal = video.framesTotal ?? checkpoint.ledger.framesExpected
                found[checkpoint.videoID] = video
            }
        }
        if anyIsSpread { detections = try await Self.detections(in: log, topics) }
        videos = found.values.sorted { $0.id < $1.id }
        let live = Set(members)
        memory = said.filter { live.contains($0.key) }.mapValues(\.memory)
        decoderRestarts = restarts.filter { live.contains($0.key) }
    }

    private static func detections(in log: any EventLog, _ topics: Topics) async throws -> [Partition] {
        let name = topics.trackerGroup
        let group = try await log.group(name) ?? GroupDescription(name: name, members: [], committed: [:])
        let owners = owners(group)
        var partitions: [Partition] = []
        for number in 0..<(try await log.partitionCount(of: topics.detections) ?? 0) {
            let partition = TopicPartition(topics.detections, number)
            let range = try await log.offsets(of: partition)
            partitions.append(
                Partition(
                    partition: number, end: range.upperBound, committed: group.committed[partition],
                    lag: try await log.lag(of: group, in: partition, holding: range), member: owners[partition]))
        }
        return partitions
    }

    private static func owners(_ group: GroupDescription) -> [TopicPartition: String] {
        Dictionary(group.members.flatMap { member in member.partitions.map { ($0, member.id) } }) { $1 }
    }
}
