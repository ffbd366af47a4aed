public import EventLog

/// Where the videos of a log stand, kept up to date from its topics `videos` and `checkpoints`.
///
/// Give each partition's records in their order; those of topic `videos` come first for whoever wants each video's source
/// from the beginning. Memory grows with the number of videos, not with their length.
public struct VideoTable: Sendable {
    /// One video.
    public struct Video: Sendable, Hashable {
        public var id: VideoID
        /// The source's name; nil when only a checkpoint is known.
        public var source: String?
        /// `submitting`, `live`, `waiting`, `processing`, `ended`, `failed`.
        public var state: String
        /// Whether it is a live source's that still comes.
        var isLive = false
        public var chunksDone = 0
        public var chunksTotal: Int?
        public var framesDone = 0
        public var framesTotal: Int?
        /// Bytes of its chunks; nil while it is being submitted.
        public var bytes: Int?
        /// Nil before its first chunk is done.
        public var ledger: Ledger?
        /// Who wrote its last checkpoint.
        public var worker: String?
        /// When its registration was written, in milliseconds since 1970; nil when only a checkpoint is known.
        public var registered: Int64?
        /// When it was last heard of, in milliseconds since 1970.
        public var updated: Int64 = 0
    }

    public private(set) var videos: [VideoID: Video] = [:]
    /// What memory each worker had when it last committed a chunk.
    public private(set) var memory: [String: WorkerMemory] = [:]
    /// How often each of those that decode in a process of its own had started that anew by then.
    public private(set) var decoderRestarts: [String: Int] = [:]
    /// Whether any video's chunks are spread.
    public private(set) var anyIsSpread = false

    /// When each worker said what memory it had.
    private var said: [String: Int64] = [:]

    public init() {}

    /// Takes a record of topic `videos`.
    ///
    /// - Returns: the video it is about; nil for a tombstone.
    /// - Throws: ``PipelineError`` with code `.invalidRecord` for what this version does not understand.
    @discardableResult
    public mutating func takeRegistration(_ logged: LoggedRecord) throws(PipelineError) -> VideoID? {
        guard let known = try VideoRegistration.decode(logged) else { return nil }
        if known.parallel == true { anyIsSpread = true }
        var video = videos[known.videoID] ?? Video(id: known.videoID, state: "")
        // What workers have said of it weighs more.
        video.isLive = known.live != nil && known.state == .submitting
        if video.ledger == nil {
            video.state = video.isLive ? "live" : known.state == .submitting ? "submitting" : "waiting"
        } else if !video.isLive, video.state == "live" {
            video.state = "processing"
        }
        video.source = known.source
        video.chunksTotal = known.chunks ?? video.chunksTotal
        video.framesTotal = known.frames ?? video.framesTotal
        video.bytes = known.bytes
        video.registered = logged.timestamp
        video.updated = max(video.updated, logged.timestamp)
        videos[known.videoID] = video
        return known.videoID
    }

    /// Takes a record of topic `checkpoints`.
    ///
    /// - Returns: the video that stands elsewhere now; nil for a tombstone and for what is only a part of a checkpoint.
    /// - Throws: ``PipelineError`` with code `.invalidRecord` for what this version does not understand.
    @discardableResult
    public mutating func takeCheckpoint(_ logged: LoggedRecord) throws(PipelineError) -> VideoID? {
        if let (worker, memory) = WorkerMemory.read(logged), said[worker].map({ $0 <= logged.timestamp }) ?? true {
            said[worker] = logged.timestamp
            self.memory[worker] = memory
        }
        // It only grows.
        if let (worker, count) = DecoderRestarts.read(logged) {
            decoderRestarts[worker] = max(decoderRestarts[worker] ?? 0, count)
        }
        guard let checkpoint = try Checkpoint.decode(logged) else { return nil }
        var video = videos[checkpoint.videoID] ?? Video(id: checkpoint.videoID, state: "")
        video.state = checkpoint.state != .running ? checkpoint.state.rawValue : video.isLive ? "live" : "processing"
        video.chunksDone = checkpoint.ledger.chunksProcessed + checkpoint.ledger.chunksBad
        video.framesDone = checkpoint.ledger.framesAccounted
        video.chunksTotal = video.chunksTotal ?? checkpoint.ledger.chunksExpected
        video.framesTotal = video.framesTotal ?? checkpoint.ledger.framesExpected
        video.ledger = checkpoint.ledger
        video.worker = logged.record.header(Worker.signatureHeaderName).map { String(decoding: $0, as: UTF8.self) }
        video.updated = max(video.updated, logged.timestamp)
        videos[checkpoint.videoID] = video
        return checkpoint.videoID
    }
}
