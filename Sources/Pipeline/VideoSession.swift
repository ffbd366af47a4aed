internal import CameraMotionEstimation
internal import Foundation
internal import Inference
internal import Media
internal import Tracking
internal import Vision

/// One video on its way through a worker: its tracker, its identities, its ledger.
///
/// A session is the same whether it has run from the first frame or was restored from a checkpoint.
struct VideoSession {
    private let id: VideoID
    private let configuration: ProcessingConfiguration
    private var tracker: any Tracker
    private var identities: IdentityMap
    /// Nil where the tracker is not told how the camera moves. Nobody else has it: copies of a session are not both used.
    private var camera: CameraMotionEstimator?
    private(set) var ledger = Ledger()
    private(set) var nextChunk = 0
    private(set) var nextFrame = 0
    private var switches = SwitchWatch()
    /// What has come to light since the last checkpoint, for metrics; the ledger is not in it.
    private var tally = ChunkTally()

    init(id: VideoID, configuration: ProcessingConfiguration) {
        self.id = id
        self.configuration = configuration
        tracker = configuration.tracker.make()
        identities = IdentityMap(videoID: id.rawValue, classNames: configuration.model.classNames)
        if configuration.cameraMotion == .frames { camera = CameraMotionEstimator() }
    }

    /// - Throws: ``PipelineError`` when the checkpoint is of other settings, or of a version that is not understood.
    init(restoring checkpoint: Checkpoint, configuration: ProcessingConfiguration) throws(PipelineError) {
        self.init(id: checkpoint.videoID, configuration: configuration)
        guard checkpoint.configurationHash == configuration.hash else {
            throw Self.mismatch(id, begunWith: checkpoint.configurationHash, here: configuration.hash)
        }
        do {
            tracker = try configuration.tracker.restore(Array(checkpoint.tracker ?? Data()))
            identities = try IdentityMap(restoring: Array(checkpoint.identities ?? Data()))
            if camera != nil { camera = try CameraMotionEstimator(restoring: Array(checkpoint.camera ?? Data())) }
        } catch {
            throw PipelineError(.checkpointMismatch, "checkpoint of video \(id): \(error)")
        }
        ledger = checkpoint.ledger
        nextChunk = checkpoint.nextChunk
        nextFrame = checkpoint.nextFrame
    }

    /// The error of a worker that finds a video which another one began with other settings.
    static func mismatch(_ id: VideoID, begunWith hash: String, here: String) -> PipelineError {
        PipelineError(
            .checkpointMismatch,
            "video \(id) was begun with other settings (\(hash), here \(here)): "
                + "start the worker with the model, tracker and thresholds it was begun with, "
                + "or process it anew under another --topic-prefix")
    }

    private func checkpoint(_ state: Checkpoint.State) -> Checkpoint {
        Checkpoint(
            videoID: id, state: state, nextChunk: nextChunk, nextFrame: nextFrame,
            configurationHash: configuration.hash, ledger: ledger,
            tracker: state == .running ? Data(tracker.snapshot()) : nil,
            identities: state == .running ? Data(identities.snapshot()) : nil,
            camera: state == .running ? camera.map { Data($0.snapshot()) } : nil)
    }

    /// What a chunk adds: the values for topic `results`, and where the video then stands.
    typealias Step = (values: [[UInt8]], checkpoint: Checkpoint)

    // MARK: A chunk that can be used

    /// Begins with a chunk; its frames are to follow in order, then ``end(_:_:into:)``.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidRecord` when the chunk does not follow the one before.
    func begin(_ header: ChunkHeader, _ writer: ResultWriter, into values: inout [[UInt8]]) throws(PipelineError) {
        guard header.firstFrame == nextFrame else {
            throw PipelineError(
                .invalidRecord, "it begins with frame \(header.firstFrame), but frame \(nextFrame) is the next")
        }
        if header.index == 0 { values.append(writer.started(header, configuration: configuration)) }
    }

    /// A frame, whatever became of it.
    ///
    /// - Parameters:
    ///   - content: with its picture where ``ProcessingConfiguration/needsPictures``.
    ///   - detections: of a frame that the detector saw.
    /// - Throws: as ``processed(_:_:image:_:_:into:)``.
    mutating func take(
        _ content: FlowEntry.Content, _ detections: [Detection], _ describer: ObjectDescriber?, _ writer: ResultWriter,
        into values: inout [[UInt8]]
    ) throws {
        switch content {
        case .inFlight(let place, let image):
            try processed(place, detections, image: image, describer, writer, into: &values)
        case .skipped(let place): skipped(place, writer, into: &values)
        case .undecodable(let place): undecodable(place, writer, into: &values)
        case .end: break
        }
    }

    /// A frame that the detector saw.
    ///
    /// - Throws: ``MediaError`` when the picture cannot be used, and whatever the describer throws; after any, the session
    ///   is of no more use, since its tracker may have moved.
    private mutating func processed(
        _ place: FramePlace, _ detections: [Detection], image: VideoFrame?, _ describer: ObjectDescriber?,
        _ writer: ResultWriter, into values: inout [[UInt8]]
    ) throws {
        let motion = try image.flatMap { try camera?.measuredMotion(to: $0) }
        let appearance = try describe(detections, frame: place.index, image, describer)
        ledger.framesDecoded += 1
        ledger.framesProcessed += 1
        // One-stage trackers are shown nothing that would not be listed.
        let identified = identities.apply(
            tracker.update(TrackerInput(detections, appearance: appearance, cameraMotion: motion)),
            detections: detections, frame: place.index,
            listedAbove: configuration.tracker.kind.usesLowConfidence ? configuration.confidence : nil)
        values.append(writer.frame(place, identified, emitPredicted: configuration.emitPredicted))
        tally.detections += identified.objects.count
        tally.suspectedSwitches += switches.take(identified)
        write(identified.events, writer, into: &values)
    }

    private mutating func write(_ events: [TrackEvent], _ writer: ResultWriter, into values: inout [[UInt8]]) {
        for event in events {
            values.append(writer.trackEvent(event))
            tally.events[event.kind, default: 0] += 1
        }
    }

    /// What has come to light since it was last asked.
    mutating func takeTally() -> ChunkTally {
        defer { tally = ChunkTally() }
        return tally
    }

    /// A frame that the detector was not shown.
    private mutating func skipped(_ place: FramePlace, _ writer: ResultWriter, into values: inout [[UInt8]]) {
        ledger.framesSkipped += 1
        ledger.framesDecoded += 1
        values.append(writer.skippedFrame(place, reason: "every"))
    }

    /// A frame that has no picture.
    private mutating func undecodable(_ place: FramePlace, _ writer: ResultWriter, into values: inout [[UInt8]]) {
        ledger.framesUndecodable += 1
        values.append(writer.skippedFrame(place, reason: "undecodable"))
        coast(frame: place.index, writer, into: &values)
    }

    /// Ends the chunk.
    mutating func end(_ header: ChunkHeader, _ writer: ResultWriter, into values: inout [[UInt8]]) -> Checkpoint {
        ledger.chunksProcessed += 1
        return advance(past: header, writer, into: &values)
    }

    /// What the detections look like that the tracker asks for; nil where it asks for none, or is not to be told.
    private mutating func describe(
        _ detections: [Detection], frame: Int, _ image: VideoFrame?, _ describer: ObjectDescriber?
    ) throws -> AppearanceVectors? {
        guard let describer, let image, let appearance = configuration.appearance,
            (frame / configuration.every).isMultiple(of: appearance.every)
        else { return nil }
        let wanted = tracker.detectionsToDescribe(detections)
        return wanted.isEmpty ? nil : try describer.describe(wanted, of: detections, in: image)
    }

    /// Lets the tracker predict through a frame that nobody saw.
    private mutating func coast(frame: Int, _ writer: ResultWriter, into values: inout [[UInt8]]) {
        guard frame % configuration.every == 0 else { return }
        let identified = identities.apply(tracker.update([]), detections: [], frame: frame)
        tally.suspectedSwitches += switches.take(identified)
        write(identified.events, writer, into: &values)
    }

    /// Goes on to the next chunk, or ends the video after its last.
    private mutating func advance(past header: ChunkHeader, _ writer: ResultWriter, into values: inout [[UInt8]])
        -> Checkpoint
    {
        nextChunk = header.index + 1
        nextFrame += header.frameCount
        guard header.isLast else { return checkpoint(.running) }
        ledger.framesExpected = header.totalFrames
        ledger.chunksExpected = header.totalChunks
        guard ledger.isBalanced else {
            let failed = fail(
                reason: "its chunks' frame numbers contradict each other", frames: header.totalFrames,
                chunks: header.totalChunks)
            values += failed.values
            return failed.checkpoint
        }
        write(identities.finish(frame: nextFrame > 0 ? nextFrame - 1 : nil), writer, into: &values)
        let counts = identities.objectCounts.sorted { $0.key < $1.key }
            .map { (label: identities.label($0.key), count: $0.value) }
        values.append(writer.ended(ledger, objectCounts: counts, sourceDigest: header.sourceDigest))
        return checkpoint(.ended)
    }

    // MARK: Chunks that cannot be used, videos that do not go on

    /// Leaves a chunk out: the video goes on after a gap, or fails, as the configuration says.
    mutating func skip(_ header: ChunkHeader, reason: String) -> Step {
        let writer = ResultWriter(videoID: id, chunkIndex: header.index)
        var values: [[UInt8]] = []
        if header.index == 0 { values.append(writer.started(header, configuration: configuration)) }
        ledger.chunksBad += 1
        ledger.framesUndecodable += header.frameCount
        if configuration.onBadChunk == .fail {
            let failed = fail(
                reason: "chunk \(header.index) cannot be used: \(reason)", frames: header.totalFrames,
                chunks: header.totalChunks)
            return (values + failed.values, failed.checkpoint)
        }
        // A chunk in whose place there is a gap may lie about where that is.
        values.append(writer.gap(firstFrame: nextFrame, frameCount: header.frameCount, reason: reason))
        for frame in nextFrame..<nextFrame + header.frameCount {
            coast(frame: frame, writer, into: &values)
        }
        let checkpoint = advance(past: header, writer, into: &values)
        return (values, checkpoint)
    }

    /// Ends the video as failed; what is known to be expected and did not come is missing.
    mutating func fail(reason: String, frames: Int?, chunks: Int?) -> Step {
        let writer = ResultWriter(videoID: id, chunkIndex: nextChunk)
        ledger.framesExpected = frames
        ledger.chunksExpected = chunks
        if let frames { ledger.framesMissing = max(0, frames - ledger.framesAccounted) }
        if let chunks { ledger.chunksMissing = max(0, chunks - ledger.chunksProcessed - ledger.chunksBad) }
        var values: [[UInt8]] = []
        write(identities.finish(frame: nextFrame > 0 ? nextFrame - 1 : nil), writer, into: &values)
        values.append(writer.failed(ledger, reason: reason))
        return (values, checkpoint(.failed))
    }
}
