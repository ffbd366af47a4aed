internal import Media

/// Where the chunks of a live video belong: their numbers, their frames' numbers, their times, and what is missing between
/// them.
///
/// A video's time goes on with the time of day: after an outage, by as long as that was.
struct LiveTimeline {
    let videoID: VideoID
    private let source: String
    /// The video whose objects this one goes on with.
    let continues: VideoID?
    /// The time of day at which the video's time is 0, in seconds since 1970; nil: not known.
    private(set) var startTime: Double?
    private(set) var nextIndex = 0
    private(set) var nextFrame = 0
    /// The video's time after its last chunk, in seconds; nil: not known.
    private(set) var end: Double? = 0
    /// What is missing before the next chunk.
    private var reasons: [String] = []
    private var lostFrames = 0
    /// The source's ticks at which the video's time is 0; nil until the first chunk of a connection.
    private var startPTS: Int64?
    /// The last chunk's header, or one that stands for it.
    private var last: ChunkHeader?

    init(videoID: VideoID, source: String, continues: VideoID? = nil, startTime: Double? = nil) {
        self.videoID = videoID
        self.source = source
        self.continues = continues
        self.startTime = startTime
    }

    /// Goes on where somebody else stopped.
    init(resuming place: LivePlace, source: String) {
        self.init(
            videoID: place.registration.videoID, source: source, continues: place.registration.live?.continues,
            startTime: place.nextChunk > 0 ? place.registration.startTime.flatMap(StartTime.seconds) : nil)
        nextIndex = place.nextChunk
        nextFrame = place.nextFrame
        end = place.end
        last = place.last
        interrupt("producer restarted")
    }

    /// Notes that frames are missing before the next chunk.
    ///
    /// - Parameter frames: how many the producer had in hand.
    mutating func interrupt(_ reason: String, frames: Int = 0) {
        startPTS = nil
        leaveOut(frames, reason)
    }

    /// Takes back that frames are missing, unless some were in hand.
    mutating func forgetOutage() { if lostFrames == 0 { reasons = [] } }

    /// Leaves a chunk out.
    mutating func drop(_ chunk: Chunk, _ reason: String) { leaveOut(chunk.frameCount, reason) }

    private mutating func leaveOut(_ frames: Int, _ reason: String) {
        guard nextIndex > 0 || frames > 0 else { return }
        if !reasons.contains(reason) { reasons.append(reason) }
        lostFrames += frames
    }

    /// The video's time at which a chunk begins.
    ///
    /// - Parameter epoch: the time of day at which the source's clock showed 0; nil: not known.
    func time(of chunk: Chunk, epoch: Double?) -> Double {
        let seconds = Double(chunk.pts) * chunk.stream.timeBase.value
        if let startPTS { return Double(chunk.pts - startPTS) * chunk.stream.timeBase.value }
        guard nextIndex > 0, let epoch, let startTime else { return end ?? 0 }
        return max(end ?? 0, epoch + seconds - startTime)
    }

    /// The header of the next chunk.
    mutating func place(_ chunk: Chunk, epoch: Double?) -> ChunkHeader {
        let timeBase = chunk.stream.timeBase.value
        if startTime == nil, nextIndex == 0, let epoch {
            // Of what records can say, so that times of day are the same for whoever reads them.
            startTime = StartTime.seconds(StartTime.text(epoch + Double(chunk.pts) * timeBase - (end ?? 0)))
        }
        let time = time(of: chunk, epoch: epoch)
        let origin = startPTS ?? chunk.pts - Int64((time / timeBase).rounded())
        startPTS = origin
        var header = ChunkParts.header(of: chunk, videoID: videoID, source: source)
        header.startPTS = origin
        header.gap = takeGap(upTo: time)
        finish(&header)
        end = Double(chunk.pts + chunk.duration - origin) * timeBase
        last = header
        return header
    }

    /// The header of a chunk that holds nothing.
    ///
    /// - Parameter upTo: the video's time at which what follows begins; nil: not known.
    mutating func marker(isLast: Bool, upTo time: Double? = nil, continuedBy: VideoID? = nil) -> ChunkHeader {
        var header =
            last
            ?? ChunkHeader(
                videoID: videoID, index: 0, part: 0, parts: 1, byteCount: 0, chunkByteCount: 0, crc32c: "",
                firstFrame: 0, frameCount: 0, prerollFrames: 0, prerollPackets: 0, pts: 0, duration: 0, startPTS: 0,
                timestampShift: 0, timeBase: "1/1000", codec: "none", container: ChunkContainer.mp4.rawValue, width: 1,
                height: 1, rotation: 0, source: source, isLast: false)
        // How fast frames came, for whoever must guess how many an outage took.
        if header.frameCount > 0, header.duration > 0, let timeBase = try? header.parsedTimeBase() {
            header.frameRate =
                Rational(header.frameCount * timeBase.denominator, Int(header.duration) * timeBase.numerator).text
        }
        header.pts += header.duration
        (header.duration, header.frameCount, header.chunkByteCount) = (0, 0, 0)
        (header.prerollFrames, header.prerollPackets, header.timestampShift) = (0, 0, 0)
        (header.hiddenPackets, header.exactPTS, header.sha256) = (nil, nil, nil)
        header.gap = isLast ? takeGap(upTo: time) : nil
        finish(&header)
        if isLast {
            header.isLast = true
            header.totalChunks = nextIndex
            header.totalFrames = nextFrame
            header.continuedBy = continuedBy
        }
        return header
    }

    private mutating func takeGap(upTo time: Double?) -> ChunkGap? {
        guard !reasons.isEmpty else { return nil }
        let seconds = time.flatMap { time in end.map { time - $0 } }
        let milliseconds = seconds.map { Int((min(max($0, 0), 1e11) * 1000).rounded()) }
        defer { (reasons, lostFrames) = ([], 0) }
        return ChunkGap(reason: reasons.joined(separator: ", "), frameCount: lostFrames, milliseconds: milliseconds)
    }

    private mutating func finish(_ header: inout ChunkHeader) {
        nextFrame += header.gap?.frameCount ?? 0
        header.index = nextIndex
        header.firstFrame = nextFrame
        header.startTime = startTime.map(StartTime.text)
        header.live = true
        header.continues = nextIndex == 0 ? continues : nil
        nextIndex += 1
        nextFrame += header.frameCount
    }
}

/// Where a live video that somebody else began stands in the log.
struct LivePlace: Sendable {
    var registration: VideoRegistration
    var nextChunk: Int
    var nextFrame: Int
    /// The video's time there, in seconds; nil: not known.
    var end: Double?
    var last: ChunkHeader?
    var hasEnded = false
    /// Once it has ended: the video that goes on with its objects.
    var continuedBy: VideoID?
}
