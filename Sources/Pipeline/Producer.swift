public import EventLog
internal import Foundation
internal import Media
internal import Synchronization
public import Telemetry

/// Cuts videos into chunks and appends them to the log, each video once.
///
/// A video that is in the log already is not sent again; one whose submission broke off is taken up where the chunks in
/// the log stop, as is one whose chunks the log has deleted, by age or size, before a worker had done them. The call waits
/// while the log is full.
public actor Producer {
    private let executor = BlockingExecutor(label: "lapwing.producer")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let log: any EventLog
    private let topics: Topics
    private let chunkSeconds: Double
    private let maxChunkBytes: Int
    private let appendBytes: Int
    private let parallelDetect: Bool
    private let context: RecordContext?
    private let metrics: ProducerMetrics?
    /// Registrations by partition of topic `videos`, read once and kept up to date from there.
    private var known: [VideoID: VideoRegistration] = [:]
    private var knownUpTo: [TopicPartition: Int64] = [:]
    /// The chunk that workers do next of a video, from topic `checkpoints`; nil where it has ended or failed.
    private var nextChunks: [VideoID: Int?] = [:]
    private var nextChunksUpTo: [TopicPartition: Int64] = [:]

    /// - Parameters:
    ///   - chunkSeconds: how long chunks should be; each ends at the next place where it can be cut.
    ///   - maxChunkBytes: how large chunks may be; a single GOP that is larger is an error.
    ///   - appendBytes: chunks go into the log together until they have so many bytes: on a disk, each time costs as much
    ///     as a good many bytes.
    ///   - parallelDetect: whether the chunks of a video are spread over all partitions, so that all workers detect in it at
    ///     a time; a video that was begun keeps to what it was begun with.
    ///   - context: what goes with each video; one without a trace gets a trace for each; nil: nothing. A video that was begun
    ///     keeps what it was begun with.
    ///   - metrics: where its metrics go; nil: nothing is measured.
    public init(
        log: any EventLog, topics: Topics, chunkSeconds: Double = 4, maxChunkBytes: Int = 64 << 20,
        appendBytes: Int = 1 << 20, parallelDetect: Bool = false, context: RecordContext? = nil,
        metrics: MetricRegistry? = nil
    ) {
        self.log = log
        self.topics = topics
        self.chunkSeconds = chunkSeconds
        self.maxChunkBytes = maxChunkBytes
        self.appendBytes = appendBytes
        self.parallelDetect = parallelDetect
        self.context = context
        self.metrics = metrics.map(ProducerMetrics.init)
    }

    /// How far a submission has come.
    public struct Progress: Sendable {
        /// Bytes of the source read, and how many there are if that is known.
        public var bytesRead: Int64
        public var byteCount: Int64?
        /// Frames and chunks in the log.
        public var frames: Int
        public var chunks: Int
        /// Whether the log is full and the producer waits.
        public var isWaiting: Bool
        /// What the log says of its disk, which is full, so that the producer waits; nil: nothing.
        public var diskIsFull: String?
    }

    /// Submits a file.
    ///
    /// - Parameters:
    ///   - id: the video's ID; nil: from the file's name and bytes.
    ///   - onProgress: called each time chunks are in the log, and when waiting begins.
    /// - Returns: what the log now says of the video.
    /// - Throws: ``MediaError`` or ``PipelineError`` for the file, ``EventLogError`` for the log.
    public func submit(
        path: String, id: VideoID? = nil, onProgress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> Submission {
        var outcome = ProducerMetrics.Outcome.failed
        defer { metrics?.note(outcome) }
        // Opening comes first: what is not a video gets that answer, not an ID.
        let demuxer = try Demuxer(path: path)
        let videoID = try id ?? VideoID.forFile(atPath: path)
        let source = URL(fileURLWithPath: path).lastPathComponent
        var registration = VideoRegistration(
            videoID: videoID, source: source, state: .submitting, chunkSeconds: chunkSeconds,
            maxChunkBytes: maxChunkBytes, parallel: parallelDetect ? true : nil)
        registration.context = context?.traced() ?? RecordContext()
        var firstChunk = 0
        var isRegistered = false
        if let earlier = try await knownRegistration(of: videoID) {
            guard try await isWanting(earlier) else {
                outcome = .present
                return Submission(registration: earlier, wasThere: true)
            }
            let context = earlier.context.isEmpty ? registration.context : earlier.context
            registration = earlier
            registration.context = context
            isRegistered = true
            firstChunk = try await chunksInLog(of: registration)
        }
        let home = try await partition(of: videoID, topic: topics.chunks)
        // What is found in spread chunks has to go somewhere; all topics have as many partitions.
        let spread = registration.parallel == true ? try await partitionCount(of: topics.detections) : nil
        if firstChunk == 0 {
            registration.chunksFrom = try await log.offsets(of: home).upperBound
        }

        let splitter = ChunkSplitter(
            demuxer: demuxer, targetSeconds: registration.chunkSeconds, maxBytes: registration.maxChunkBytes)
        var progress = Progress(bytesRead: 0, byteCount: demuxer.byteCount, frames: 0, chunks: 0, isWaiting: false)
        var bytes = 0
        var last: Chunk?
        var cut = cutSome(splitter, of: registration)
        while let newest = cut.chunks.last {
            try Task.checkCancellation()
            let (chunks, failure, position, waiting) = (cut.chunks, cut.failure, demuxer.bytePosition, progress)
            if newest.index >= firstChunk, !isRegistered {
                // Not before: what cannot be cut at all leaves nothing behind, and other settings may do better.
                try await register(registration, waiting, onProgress)
                isRegistered = true
            }
            let wanted = chunks.filter { $0.index >= firstChunk }
            // While these are appended, the next are cut.
            let video = registration
            async let appended: Void = append(wanted, of: video, home, spread, waiting, onProgress)
            cut = failure == nil ? cutSome(splitter, of: registration) : ([], failure)
            try await appended
            bytes += chunks.reduce(0) { $0 + $1.bytes.count }
            progress.bytesRead = position
            progress.frames = newest.firstFrame + newest.frameCount
            progress.chunks = newest.index + 1
            onProgress(progress)
            last = newest
        }
        if let failure = cut.failure { throw failure }
        guard let last else {
            throw PipelineError(.unreadable, "\(path): the video holds no frame; is the file complete?")
        }
        registration.state = .submitted
        registration.chunks = last.index + 1
        registration.frames = last.totalFrames
        registration.bytes = bytes
        registration.sourceDigest = last.sourceDigest
        registration.truncation = demuxer.truncation
        try await register(registration, progress, onProgress)
        outcome = .submitted
        return Submission(registration: registration, wasThere: false)
    }

    /// The next chunks, as many as are appended together, and what kept it from cutting another.
    private func cutSome(
        _ splitter: ChunkSplitter, of video: VideoRegistration
    ) -> (chunks: [Chunk], failure: (any Error)?) {
        var chunks: [Chunk] = []
        var bytes = 0
        do {
            while bytes < appendBytes, let chunk = try next(from: splitter, of: video) {
                chunks.append(chunk)
                bytes += chunk.bytes.count
            }
        } catch {
            return (chunks, error)
        }
        return (chunks, nil)
    }

    /// The next chunk; an error that other settings would cure says that a video already begun keeps its own.
    private func next(from splitter: ChunkSplitter, of video: VideoRegistration) throws(MediaError) -> Chunk? {
        do {
            return try splitter.next()
        } catch {
            guard error.code == .limitExceeded, video.maxChunkBytes != maxChunkBytes else { throw error }
            throw MediaError(
                error.code, operation: error.operation,
                detail: error.detail + "; its submission was begun with a limit of \(video.maxChunkBytes) bytes, which "
                    + "stays: submit it under another --video-id")
        }
    }

    private func register(
        _ registration: VideoRegistration, _ progress: Progress, _ onProgress: @escaping @Sendable (Progress) -> Void
    ) async throws {
        let record = Record(
            key: registration.videoID.rawValue, value: JSONCoding.encode(registration),
            headers: registration.context.headers)
        try await append([OutgoingRecord(topic: topics.videos, record: record)], progress, onProgress)
        known[registration.videoID] = registration
    }

    /// Appends chunks, on a thread other than the producer's.
    ///
    /// - Parameters:
    ///   - home: the partition of the video.
    ///   - spread: over how many partitions it is spread; nil: it is not.
    @concurrent private nonisolated func append(
        _ chunks: [Chunk], of video: VideoRegistration, _ home: TopicPartition, _ spread: Int?, _ progress: Progress,
        _ onProgress: @escaping @Sendable (Progress) -> Void
    ) async throws {
        let records = chunks.flatMap { chunk in
            ChunkParts.records(
                of: chunk, videoID: video.videoID, source: video.source,
                totalChunks: chunk.isLast ? chunk.index + 1 : nil, parallel: spread != nil, topic: home.topic,
                partition: spread.map { (home.partition + chunk.index) % $0 } ?? home.partition,
                context: video.context)
        }
        if !records.isEmpty { try await append(records, progress, onProgress) }
        metrics?.note(chunks)
    }

    /// Appends, and waits while the log or its disk is full, which `onProgress` is told.
    private nonisolated func append(
        _ records: [OutgoingRecord], _ progress: Progress, _ onProgress: @escaping @Sendable (Progress) -> Void
    ) async throws {
        var waiting = progress
        waiting.isWaiting = true
        let begun = ContinuousClock.now
        let waitingSince = Mutex<ContinuousClock.Instant?>(nil)
        let noteWaiting = { @Sendable [metrics] in
            metrics?.beginWaiting()
            waitingSince.withLock { $0 = $0 ?? .now }
        }
        defer {
            metrics?.appendDuration.observe(.now - begun)
            metrics?.endWaiting(waitingSince.withLock { $0.map { .now - $0 } } ?? .zero)
        }
        try await waitingForRoom { reason in
            waiting.diskIsFull = reason
            noteWaiting()
            onProgress(waiting)
        } _: { [log, waiting] in
            try await log.append(records) {
                noteWaiting()
                onProgress(waiting)
            }
        }
    }

    private func partition(of video: VideoID, topic: String) async throws -> TopicPartition {
        let count = try await partitionCount(of: topic)
        return TopicPartition(topic, Partitioner.partition(forKey: video.rawValue, partitions: count))
    }

    private func partitionCount(of topic: String) async throws -> Int {
        guard let count = try await log.partitionCount(of: topic) else {
            throw EventLogError(
                .unknownTopic, operation: "submit", detail: "\(log.name) has no topic '\(topic)'", recovery: .giveUp)
        }
        return count
    }

    private func knownRegistration(of video: VideoID) async throws -> VideoRegistration? {
        let partition = try await partition(of: video, topic: topics.videos)
        knownUpTo[partition] = try await log.readAll(partition, from: knownUpTo[partition] ?? 0) { logged in
            if let found = try VideoRegistration.decode(logged) { known[found.videoID] = found }
        }
        return known[video]
    }

    /// Whether chunks of a video that was begun are still to be sent.
    private func isWanting(_ registration: VideoRegistration) async throws -> Bool {
        guard registration.state == .submitted else { return true }
        let id = registration.videoID
        guard try await nextChunk(of: id) != nil else { return false }
        if registration.parallel == true {
            // Its chunks may be anywhere; while any wait to be worked on, its own may be among them.
            guard try await log.isThrough(topics.chunks, group: topics.workerGroup),
                try await log.isThrough(topics.detections, group: topics.trackerGroup)
            else { return false }
        } else {
            guard let first = registration.chunksFrom,
                try await log.offsets(of: partition(of: id, topic: topics.chunks)).lowerBound > first
            else { return false }
        }
        // The log has deleted records from where this video's lay: they were done, or another's, or are lost.
        return try await chunksInLog(of: registration) < registration.chunks ?? 0
    }

    /// The chunk that workers do next of a video; nil when its work is done.
    private func nextChunk(of video: VideoID) async throws -> Int? {
        let partition = try await partition(of: video, topic: topics.checkpoints)
        nextChunksUpTo[partition] = try await log.readAll(partition, from: nextChunksUpTo[partition] ?? 0) { logged in
            guard let found = try Checkpoint.decode(logged) else { return }
            nextChunks[found.videoID] = .some(found.state == .running ? found.nextChunk : nil)
        }
        return nextChunks[video] ?? 0
    }

    /// How many chunks of a video need not be sent: those that workers are done with, and the ones after, as far as the
    /// log holds them without a hole.
    private func chunksInLog(of registration: VideoRegistration) async throws -> Int {
        let video = registration.videoID
        var sources = [try await partition(of: video, topic: topics.chunks)]
        if registration.parallel == true {
            // In the order in which a chunk goes from one to the other, so that none is missed on its way.
            sources = (0..<(try await partitionCount(of: topics.chunks))).map { TopicPartition(topics.chunks, $0) }
            sources.append(try await partition(of: video, topic: topics.detections))
        }
        var parts: [Int: Set<Int>] = [:]
        var counts: [Int: Int] = [:]
        for source in sources {
            var partsHere: [Int: Set<Int>] = [:]
            var countsHere: [Int: Int] = [:]
            try await log.readAll(source) { logged in
                guard logged.record.key == video.rawValue, let header = try? ChunkHeader(of: logged) else { return }
                partsHere[header.index, default: []].insert(header.part)
                countsHere[header.index] = header.parts
            }
            for (index, count) in countsHere where counts[index] == nil || parts[index]?.count != counts[index] {
                parts[index] = partsHere[index]
                counts[index] = count
            }
        }
        var next = try await nextChunk(of: video) ?? counts.keys.min() ?? 0
        while let count = counts[next], parts[next]?.count == count { next += 1 }
        return next
    }
}

/// What became of a submission.
public struct Submission: Sendable, Hashable {
    /// What the log says of the video.
    public var registration: VideoRegistration
    /// Whether the video was in the log already, so that nothing was sent.
    public var wasThere: Bool
}
