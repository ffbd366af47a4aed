internal import EventLog
internal import Media

/// A chunk on its way through a ``Processor``.
final class ChunkJob {
    let chunk: ChunkAssembly
    let outcome: PendingOutcome
    let writer: ResultWriter
    /// Whether nobody wants its outcome any more.
    var isCancelled = false
    /// Why the chunk cannot be used; nil while nothing speaks against it.
    private(set) var fault: String?
    /// The same in one word.
    private(set) var cause = DeadLetter.Cause.damaged
    /// Where its frames come from; nil before the first.
    private var frames: (decoder: any ChunkFrames, timeBase: Rational)?
    /// The video's state, from the first frame that came out.
    var session: VideoSession?
    /// What it adds to topic `results`, so far.
    var values: [[UInt8]] = []
    /// What was found in its frames so far, where it stands alone; it then has no session.
    var detections: DetectionsWriter?

    var header: ChunkHeader { chunk.header }
    var partition: Int { chunk.topicPartition.partition }
    /// Whether what its frames give is of use.
    var isWanted: Bool { !isCancelled && fault == nil }

    init(_ chunk: ChunkAssembly, _ outcome: PendingOutcome) {
        self.chunk = chunk
        self.outcome = outcome
        writer = ResultWriter(videoID: chunk.header.videoID, chunkIndex: chunk.header.index)
        if chunk.header.standsAlone { detections = DetectionsWriter() }
    }

    /// The next frame and where it belongs; nil after the last.
    func nextFrame(_ decoding: any ChunkDecoding) throws -> (image: VideoFrame?, place: FramePlace)? {
        if frames == nil {
            values.reserveCapacity(min(header.frameCount, 1 << 16) + 8)
            let timeBase = try header.parsedTimeBase()
            frames = (try decoding.open(try chunk.load(), info: try header.decodingInfo()), timeBase)
        }
        guard let (decoder, timeBase) = frames, let decoded = try decoder.next() else { return nil }
        let place = header.place(
            frame: decoded.index, pts: decoded.pts, size: decoded.image.map { ($0.width, $0.height) },
            timeBase: timeBase)
        return (decoded.image, place)
    }

    /// Lets the decoder go: no frame will be asked for.
    func close() { frames = nil }

    /// Does what may find that the chunk cannot be used, which is then noted, and gives nil; other errors are the
    /// processor's.
    func noting<Value>(_ work: () throws -> Value) throws -> Value? {
        do {
            return try work()
        } catch let error as MediaError {
            fault = "\(error)"
            cause = .undecodable
        } catch let error as PipelineError where error.code == .invalidRecord {
            fault = error.detail
        }
        return nil
    }
}

/// A place in the order in which a ``Processor`` puts things out.
struct FlowEntry {
    enum Content {
        /// A picture in the detector; it is here, too, where it will be looked at again.
        case inFlight(FramePlace, VideoFrame?)
        case skipped(FramePlace)
        case undecodable(FramePlace)
        /// The chunk's last frame is before this.
        case end
    }

    let job: ChunkJob
    let content: Content
    /// When it went in; nil when nobody wants to know.
    let begun: ContinuousClock.Instant?
}
