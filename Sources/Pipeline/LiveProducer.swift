public import EventLog
internal import Foundation
public import Logging
public import Media
internal import Synchronization
public import Telemetry

/// Submits what comes from a live source, until somebody says stop: reads it, opens it again when it is lost, cuts it into
/// chunks and appends them to the log.
///
/// Reading does not wait for the log: what has no room is left out, whole chunks at a time, and the video has a gap there.
public actor LiveProducer {
    private let executor = BlockingExecutor(label: "lapwing.live")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How a live source is read.
    public struct Settings: Sendable {
        /// How long chunks are at most, where groups of pictures are not longer.
        public var chunkSeconds = 4.0
        public var maxChunkBytes = 64 << 20
        /// After how long the video ends and another one goes on with its objects, in seconds; nil: never.
        public var segmentSeconds: Double?
        /// After how long without a frame the source is given up; nil: never.
        public var giveUpAfter: Duration?
        /// The time of day of the first frame, in seconds since 1970, where the source does not tell.
        public var startTime: Double?
        /// Bytes that may wait for the log.
        public var bufferBytes = 64 << 20
        /// How long nothing may come before the source counts as lost.
        public var patience = Duration.seconds(10)
        /// How long is waited before the source is opened again: the first time, and at most.
        public var pauses = (first: Duration.seconds(1), longest: Duration.seconds(30))
        /// How long nothing may be said in the log of a video whose source is away.
        public var silence = Duration.seconds(60)

        public init() {}
    }

    /// How far a live submission has come.
    public struct Progress: Sendable {
        public var videoID: VideoID
        /// Frames, chunks and bytes in the log, of all videos of the submission.
        public var frames = 0
        public var chunks = 0
        public var bytes = 0
        /// The present video's time, in seconds.
        public var seconds = 0.0
        /// How often the source was opened again.
        public var reconnects = 0
        /// How old the newest frame in the log was when it came there, in seconds; nil: not known.
        public var delay: Double?
        /// Whether the log is full and chunks wait.
        public var isWaiting = false
        /// Whether the source is away.
        public var isLost = false
    }

    let producer: Producer
    let source: LiveSource
    let settings: Settings
    let interrupt: ReadInterrupt
    let logger: Logger
    let queue: LiveQueue
    /// Tells this producer from others of the same video.
    let token = String(UInt64.random(in: .min ... .max), radix: 16)
    private let progress: Mutex<Progress>
    private let onProgress: @Sendable (Progress) -> Void

    // Of the reading side.

    /// Nil until the first chunk.
    var timeline: LiveTimeline?
    /// A video that was begun by somebody else and is gone on with.
    var resumed: VideoRegistration?
    var givenID: VideoID?
    var givenBefore: VideoID?
    var saidOfGroups = false
    var saidOfRoom = false
    var lastFrame = ContinuousClock.now
    var lastSaid = ContinuousClock.now

    /// - Parameters:
    ///   - id: the video's ID; nil: one made of the source's name and the time.
    ///   - interrupt: ends the submission, which ends the video.
    ///   - context: what goes with each video; one without a trace gets a trace for each; nil: nothing.
    ///   - metrics: where its metrics go; nil: nothing is measured.
    ///   - onProgress: called after each chunk, and when something changes.
    public init(
        log: any EventLog, topics: Topics, source: LiveSource, id: VideoID?, settings: Settings,
        interrupt: ReadInterrupt, logger: Logger, context: RecordContext? = nil, metrics: MetricRegistry? = nil,
        onProgress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        producer = Producer(
            log: log, topics: topics, chunkSeconds: settings.chunkSeconds, maxChunkBytes: settings.maxChunkBytes,
            context: context, metrics: metrics)
        self.source = source
        self.settings = settings
        self.interrupt = interrupt
        self.logger = logger
        self.onProgress = onProgress
        queue = LiveQueue(limit: settings.bufferBytes)
        givenID = id
        progress = Mutex(Progress(videoID: id ?? VideoID.placeholder))
    }

    /// Submits until the source ends or the submission is stopped; the last video then ends.
    ///
    /// - Returns: what the log says of its videos, in order.
    /// - Throws: ``MediaError`` when the source cannot be read, or was given up; ``PipelineError`` when the ID is another's;
    ///   ``EventLogError`` for the log.
    public func run() async throws -> [VideoRegistration] {
        async let submitted = appendAll()
        var failure: (any Error)?
        do {
            try await read()
        } catch {
            // What came before is kept, and its video ended.
            failure = error
        }
        queue.finish()
        // What the log says goes before what the reading says, which may only follow from it.
        let videos = try await submitted
        if let failure { throw failure }
        return videos
    }

    // MARK: Into the log

    /// Appends until nothing more comes; has the reading end when it cannot.
    @concurrent private nonisolated func appendAll() async throws -> [VideoRegistration] {
        do {
            return try await append()
        } catch {
            interrupt.stop()
            queue.giveUp()
            throw error
        }
    }

    @concurrent private nonisolated func append() async throws -> [VideoRegistration] {
        var submitted: [VideoRegistration] = []
        var video: VideoRegistration?
        var home: TopicPartition?
        while let item = try await queue.next() {
            let header = item.header
            if video?.videoID != header.videoID {
                let registered = try await begin(header)
                home = try await producer.partition(of: header.videoID, topic: producer.topics.chunks)
                video = registered
            }
            guard var current = video, let home else { break }
            try await producer.checkHolder(of: header.videoID, is: token)
            let records = ChunkParts.records(
                header, item.bytes, topic: home.topic, partition: home.partition, context: current.context)
            try await producer.append(records, Self.noProgress) { [self] waiting in
                report { $0.isWaiting = waiting.isWaiting || waiting.diskIsFull != nil }
            }
            queue.remove()
            producer.metrics?.note(frames: header.frameCount, bytes: item.bytes.count)
            current.bytes = (current.bytes ?? 0) + item.bytes.count
            video = current
            report { progress in
                progress.videoID = header.videoID
                progress.isWaiting = false
                progress.frames += header.frameCount
                progress.chunks += 1
                progress.bytes += item.bytes.count
                progress.seconds = header.endSeconds ?? progress.seconds
                if header.frameCount > 0, let start = header.startTime.flatMap(StartTime.seconds),
                    let end = header.endSeconds
                {
                    progress.delay = WallTime.now - start - end
                }
            }
            guard header.isLast else { continue }
            current.state = .submitted
            current.chunks = header.totalChunks
            current.frames = header.totalFrames
            current.live?.continuedBy = header.continuedBy
            try await producer.register(current, Self.noProgress) { _ in }
            producer.metrics?.note(.submitted)
            submitted.append(current)
        }
        return submitted
    }

    private static let noProgress = Producer.Progress(
        bytesRead: 0, byteCount: nil, frames: 0, chunks: 0, isWaiting: false)

    /// Registers a video with its first chunk, or takes up one that is there.
    private nonisolated func begin(_ header: ChunkHeader) async throws -> VideoRegistration {
        if let known = try await producer.knownRegistration(of: header.videoID), known.live?.producer == token {
            return known
        }
        var registration = VideoRegistration(
            videoID: header.videoID, source: header.source, state: .submitting, chunkSeconds: settings.chunkSeconds,
            maxChunkBytes: settings.maxChunkBytes, startTime: header.startTime,
            live: .init(producer: token, continues: header.continues))
        registration.context = producer.context?.traced() ?? RecordContext()
        let home = try await producer.partition(of: header.videoID, topic: producer.topics.chunks)
        registration.chunksFrom = try await producer.log.offsets(of: home).upperBound
        try await producer.register(registration, Self.noProgress) { _ in }
        logger.info(
            "live video begun",
            metadata: [
                "video_id": "\(header.videoID)", "source": "\(source.name)",
                "start_time": "\(header.startTime ?? "unknown")", "codec": "\(header.codec)",
                "size": "\(header.width)x\(header.height)",
            ])
        return registration
    }

    nonisolated func report(_ change: (inout Progress) -> Void) {
        let now = progress.withLock { progress in
            change(&progress)
            return progress
        }
        onProgress(now)
    }
}
