internal import DequeModule
internal import EventLog

/// Puts the parts of chunks together, in any order and however often they come, and says which chunk is next.
///
/// It holds the chunks of all videos of the partitions that a worker owns, in memory or, past a limit, in the spool.
/// One task owns it; nothing here waits.
struct Collector {
    /// What became of a record.
    enum Intake {
        case taken
        /// Here already, or its video's work is done.
        case duplicate
        /// Not a part of a chunk that this version understands.
        case unreadable(DeadLetter)
    }

    /// What is put in order by itself: a video, or a chunk that stands alone, which is handed out as soon as it is whole.
    private struct Unit: Hashable, Comparable {
        var video: VideoID
        /// Of a chunk that stands alone.
        var chunk: Int?

        init(_ video: VideoID) { self.video = video }

        init(of header: ChunkHeader) {
            video = header.videoID
            chunk = header.standsAlone ? header.index : nil
        }

        static func < (a: Self, b: Self) -> Bool { (a.video, a.chunk ?? -1) < (b.video, b.chunk ?? -1) }
    }

    private struct VideoAssembly {
        var partition: TopicPartition
        /// The chunk to hand out next.
        var next: Int
        /// Chunks handed out, those before `next`, whose outcome is not decided.
        var handedOut = 0
        /// Chunks from the first of those on.
        var chunks: [Int: ChunkAssembly] = [:]
        /// Offsets of chunks handed out whose records are needed until the video is done.
        var kept: [Int64] = []
        /// Of the last chunk, once one of its parts is here.
        var total: Int?
        /// Whether its start policy has been met.
        var hasStarted: Bool
        var isQueued = false
        /// When its newest part came.
        var lastArrival: ContinuousClock.Instant
        /// What went with the newest chunk whose outcome is decided.
        var context = RecordContext()
    }

    private let policy: StartPolicy
    private let budget: MemoryBudget
    private let spool: Spool
    private let takesVideosByTurns: Bool
    /// The one video in hand, where they are not taken by turns.
    private var inHand: Unit?
    private var videos: [Unit: VideoAssembly] = [:]
    private var done: [TopicPartition: Set<VideoID>] = [:]
    private var trackers: [TopicPartition: OffsetTracker] = [:]
    /// Videos whose next chunk can be handed out, the longest waiting first.
    private var ready: Deque<Unit> = []
    /// Records that no video needs but that must not be passed before they are among the dead letters.
    private var letters: [TopicPartition: Deque<DeadLetter>] = [:]

    /// - Parameter takesVideosByTurns: whether a video may be begun before another one has ended.
    init(policy: StartPolicy, budget: MemoryBudget, spool: Spool, takesVideosByTurns: Bool = true) {
        self.takesVideosByTurns = takesVideosByTurns
        self.policy = policy
        self.budget = budget
        self.spool = spool
    }

    // MARK: Partitions

    /// Begins a partition with what is known of its videos.
    mutating func assign(_ partition: TopicPartition, _ restored: RestoredVideos, position: Int64) {
        trackers[partition] = OffsetTracker(position: position)
        for (id, next) in restored.running {
            videos[Unit(id)] = VideoAssembly(
                partition: partition, next: next, hasStarted: true, lastArrival: .now,
                context: restored.contexts[id] ?? RecordContext())
        }
        done[partition] = restored.done
    }

    /// Forgets all about a partition.
    mutating func drop(_ partition: TopicPartition) {
        trackers[partition] = nil
        done[partition] = nil
        letters[partition] = nil
        videos = videos.filter { $0.value.partition != partition }
        if let id = inHand, videos[id] == nil { inHand = nil }
        ready.removeAll { videos[$0] == nil }
    }

    /// What may be committed for a partition; nil when it is not assigned.
    func safeOffset(of partition: TopicPartition) -> Int64? { trackers[partition]?.safeOffset }

    /// Where reading of a partition goes on; nil when it is not assigned.
    func position(of partition: TopicPartition) -> Int64? { trackers[partition]?.position }

    // MARK: Records in

    mutating func take(_ logged: LoggedRecord) -> Intake {
        let partition = logged.topicPartition
        guard trackers[partition] != nil else { return .duplicate }
        let header: ChunkHeader
        do throws(PipelineError) {
            header = try ChunkHeader(of: logged)
            if let other = videos[Unit(of: header)]?.partition, other != partition {
                throw PipelineError(
                    .invalidRecord,
                    "record \(logged.offset) of \(partition): video \(header.videoID) is in \(other) already")
            }
        } catch {
            let letter = DeadLetter(record: logged, reason: error.detail)
            letters[partition, default: []].append(letter)
            trackers[partition]?.need(logged.offset)
            return .unreadable(letter)
        }
        let id = Unit(of: header)
        trackers[partition]?.pass(logged.offset)
        guard done[partition]?.contains(id.video) != true else { return .duplicate }
        var video =
            videos[id]
            ?? VideoAssembly(partition: partition, next: id.chunk ?? 0, hasStarted: false, lastArrival: .now)
        guard header.index >= video.next else { return .duplicate }
        let chunk =
            video.chunks[header.index] ?? ChunkAssembly(header: header, topicPartition: partition, budget: budget)
        guard chunk.add(header, logged) else { return .duplicate }
        trackers[partition]?.need(logged.offset)
        video.chunks[header.index] = chunk
        video.lastArrival = .now
        if header.isLast || id.chunk != nil { video.total = header.index + 1 }
        videos[id] = video
        enqueueIfReady(id)
        return .taken
    }

    /// Moves chunks to the spool, those that are needed last first, until memory is below the low mark.
    ///
    /// - Throws: ``PipelineError`` with code `.full` when the spool has no room for more.
    func spill() throws(PipelineError) {
        let waitingFirst = videos.values.sorted { !$0.hasStarted && $1.hasStarted }
        for video in waitingFirst {
            // Those handed out are being read.
            for (index, chunk) in video.chunks.sorted(by: { $0.key > $1.key }) where index >= video.next {
                if budget.isBelowLow { return }
                try chunk.spill(to: spool)
            }
        }
    }

    // MARK: Chunks out

    /// The chunk to process next; what becomes of it is told to ``finish(_:_:)``, in order for the chunks of a video.
    ///
    /// - Parameter limit: how many chunks of one video may be handed out and not finished.
    mutating func next(excluding closing: Set<TopicPartition>, atMostOfVideo limit: Int = .max) -> ChunkAssembly? {
        for index in ready.indices {
            let id = ready[index]
            guard inHand == nil || inHand == id, let video = videos[id], !closing.contains(video.partition),
                video.handedOut < limit, let chunk = video.chunks[video.next]
            else {
                continue
            }
            ready.remove(at: index)
            videos[id]?.hasStarted = true
            videos[id]?.next += 1
            videos[id]?.handedOut += 1
            videos[id]?.isQueued = false
            if !takesVideosByTurns { inHand = id }
            // The video in hand goes first, so that few videos are open at a time.
            enqueueIfReady(id, first: true)
            return chunk
        }
        return nil
    }

    /// Lets the longest waiting video start though not all of it is in; false when there is none that could.
    mutating func startEarly() -> Bool {
        guard inHand == nil else { return false }
        let candidates = videos.filter { !$0.value.hasStarted && $0.value.chunks[$0.value.next]?.isSettled == true }
        guard let id = candidates.min(by: { ($0.value.lastArrival, $0.key) < ($1.value.lastArrival, $1.key) })?.key
        else {
            return false
        }
        videos[id]?.hasStarted = true
        enqueueIfReady(id)
        return true
    }

    /// Notes that a chunk's outcome is decided, so that its records are needed no longer once that is committed.
    ///
    /// - Returns: false when its video is done: it was begun before that was known, and nothing of it is to be committed.
    @discardableResult
    mutating func finish(_ chunk: ChunkAssembly, _ outcome: ChunkOutcome) -> Bool {
        let id = Unit(of: chunk.header)
        guard var video = videos[id] else { return false }
        video.chunks[chunk.header.index] = nil
        video.context = chunk.context
        video.handedOut -= 1
        video.kept += chunk.offsets
        if outcome.videoIsDone || id.chunk != nil {
            for rest in video.chunks.values { video.kept += rest.offsets }
            videos[id] = nil
            ready.removeAll { $0 == id }
            if inHand == id { inHand = nil }
            if id.chunk == nil { done[video.partition]?.insert(id.video) }
            trackers[video.partition]?.release(video.kept)
            return true
        }
        if !outcome.keepsRecords {
            trackers[video.partition]?.release(video.kept)
            video.kept.removeAll()
        }
        videos[id] = video
        return true
    }

    /// Dead letters of a partition that belong to no video, now to be committed.
    ///
    /// Each waits until the committed offset moves past it with the same commit: otherwise whoever restarts before it
    /// would find the record, and send it to the dead letters, once more.
    mutating func takeLetters(of partition: TopicPartition) -> [DeadLetter] {
        var taken: [DeadLetter] = []
        while let first = letters[partition]?.first, first.record.offset == trackers[partition]?.safeOffset {
            letters[partition]?.removeFirst()
            trackers[partition]?.release([first.record.offset])
            taken.append(first)
        }
        return taken
    }

    /// Whether ``takeLetters(of:)`` would give any.
    func hasLetters(of partition: TopicPartition) -> Bool {
        guard let first = letters[partition]?.first else { return false }
        return first.record.offset == trackers[partition]?.safeOffset
    }

    private mutating func enqueueIfReady(_ id: Unit, first: Bool = false) {
        guard var video = videos[id], !video.isQueued, video.chunks[video.next]?.isSettled == true else { return }
        guard video.hasStarted || policy == .streaming || isComplete(video) else { return }
        video.isQueued = true
        videos[id] = video
        if first { ready.prepend(id) } else { ready.append(id) }
    }

    private func isComplete(_ video: VideoAssembly) -> Bool {
        guard let total = video.total else { return false }
        return (video.next..<max(total, video.next)).allSatisfy { video.chunks[$0]?.isSettled == true }
    }

    // MARK: Waiting videos

    /// Videos that have not all arrived and whose newest part came longer ago than `patience`.
    func stalled(for patience: Duration, now: ContinuousClock.Instant = .now) -> [(VideoID, TopicPartition)] {
        stalledUnits(for: patience, now: now).compactMap { unit in
            unit.chunk == nil ? videos[unit].map { (unit.video, $0.partition) } : nil
        }
    }

    /// Lets go of chunks that stand alone and of which parts have been missing for longer than `patience`.
    ///
    /// - Returns: how many of each video.
    mutating func abandonFragments(for patience: Duration, now: ContinuousClock.Instant = .now) -> [VideoID: Int] {
        var abandoned: [VideoID: Int] = [:]
        for unit in stalledUnits(for: patience, now: now) where unit.chunk != nil {
            guard let fragment = videos.removeValue(forKey: unit) else { continue }
            trackers[fragment.partition]?.release(fragment.chunks.values.flatMap(\.offsets))
            abandoned[unit.video, default: 0] += 1
        }
        return abandoned
    }

    private func stalledUnits(for patience: Duration, now: ContinuousClock.Instant) -> [Unit] {
        videos.filter { !$0.value.isQueued && $0.value.handedOut == 0 && now - $0.value.lastArrival > patience }
            .keys.sorted()
    }

    /// Gives up a video; what it held is let go.
    mutating func abandon(_ id: VideoID) {
        let unit = Unit(id)
        guard let video = videos.removeValue(forKey: unit) else { return }
        if inHand == unit { inHand = nil }
        done[video.partition]?.insert(id)
        trackers[video.partition]?.release(video.kept + video.chunks.values.flatMap(\.offsets))
    }

    /// Frames and chunks that the producer counted, if the last chunk's header is here.
    func totals(of id: VideoID) -> (frames: Int?, chunks: Int?) {
        guard let video = videos[Unit(id)], let total = video.total else { return (nil, nil) }
        return (video.chunks[total - 1]?.header.totalFrames, total)
    }

    /// What goes with a video: with the newest chunk that is done, or the first that is here.
    func context(of id: VideoID) -> RecordContext {
        guard let video = videos[Unit(id)] else { return RecordContext() }
        guard video.context.isEmpty else { return video.context }
        return video.chunks.min { $0.key < $1.key }?.value.context ?? RecordContext()
    }

    /// How many videos are under way, and chunks of theirs here that are not handed out.
    var held: (videos: Int, chunks: Int) {
        (videos.count { $0.key.chunk == nil }, videos.values.reduce(0) { $0 + $1.chunks.count - $1.handedOut })
    }

    /// Whether there are chunks of videos that are not begun before all of them is here.
    var isWaiting: Bool { policy == .complete && videos.values.contains { !$0.hasStarted && !$0.chunks.isEmpty } }

    /// Whether a chunk could be handed out.
    var hasReady: Bool { inHand.map(ready.contains) ?? !ready.isEmpty }
}
