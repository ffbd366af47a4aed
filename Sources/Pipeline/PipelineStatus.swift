public import EventLog

/// What a log holds and who works on it, as `lapwing status` shows it.
public struct PipelineStatus: Sendable {
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
    public var videos: [VideoTable.Video]
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
        var table = VideoTable()
        for number in 0..<(try await Self.partitionCount(in: log, topics)) {
            try await log.readAll(TopicPartition(topics.videos, number)) { try table.takeRegistration($0) }
            try await log.readAll(TopicPartition(topics.checkpoints, number)) { try table.takeCheckpoint($0) }
        }
        try await self.init(of: log, topics: topics, videos: table)
    }

    /// Reads what `videos` does not hold; throws ``EventLogError``, also when the topics are not there.
    public init(of log: any EventLog, topics: Topics, videos table: VideoTable) async throws {
        let count = try await Self.partitionCount(in: log, topics)
        let group =
            try await log.group(topics.workerGroup)
            ?? GroupDescription(name: topics.workerGroup, members: [], committed: [:])
        members = group.members.map(\.id)
        partitions = []
        detections = []
        let owners = Self.owners(group)
        for number in 0..<count {
            let chunks = TopicPartition(topics.chunks, number)
            let range = try await log.offsets(of: chunks)
            partitions.append(
                Partition(
                    partition: number, end: range.upperBound, committed: group.committed[chunks],
                    lag: group.lag(of: chunks, holding: range), member: owners[chunks]))
        }
        // Who may not look at what only such videos need is not asked for it.
        if table.anyIsSpread { detections = try await Self.detections(in: log, topics) }
        videos = table.videos.values.sorted { $0.id < $1.id }
        let live = Set(members)
        memory = table.memory.filter { live.contains($0.key) }
        decoderRestarts = table.decoderRestarts.filter { live.contains($0.key) }
    }

    private static func partitionCount(in log: any EventLog, _ topics: Topics) async throws -> Int {
        guard let count = try await log.partitionCount(of: topics.chunks) else {
            throw EventLogError(
                .unknownTopic, operation: "status",
                detail:
                    "\(log.name) has no topic '\(topics.chunks)'; has anything been submitted with this --topic-prefix?",
                recovery: .giveUp)
        }
        return count
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
