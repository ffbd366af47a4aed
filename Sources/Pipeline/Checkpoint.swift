internal import EventLog
public import Foundation

/// Where a video stands after a chunk: written with the chunk's results in one transaction, keyed by video.
///
/// The next worker to own the partition restores it and goes on. When the video has ended, the state is dropped and the
/// record stays as the mark that its work is done.
public struct Checkpoint: Sendable, Hashable, Codable {
    /// The version that this code writes and understands.
    public static let currentSchema = 1

    /// How far a video has come.
    public enum State: String, Sendable, Codable {
        case running
        case ended
        case failed
    }

    public var schema = Self.currentSchema
    public var videoID: VideoID
    public var state: State
    /// The chunk to be processed next.
    public var nextChunk: Int
    /// The frame index that it begins with.
    public var nextFrame: Int
    /// Hash of the settings; a worker with other settings must not go on.
    public var configurationHash: String
    public var ledger: Ledger
    /// ``Tracking/Tracker/snapshot()``, Base64 in JSON; nil when the video has ended.
    public var tracker: Data?
    /// ``Tracking/IdentityMap/snapshot()``, Base64 in JSON; nil when the video has ended.
    public var identities: Data?
    /// The last picture that the camera's motion was measured with, Base64 in JSON; nil when it is not measured.
    public var camera: Data?
    /// Whether the video's chunks were spread, and it is tracked from topic `detections`; nil: no.
    public var parallel: Bool?
    /// The video that goes on with this one's objects, where this one has ended; the state is then its, and is kept until
    /// it has begun.
    public var continuedBy: VideoID?
    /// In how many records the whole checkpoint lies, this one without its state not counted; nil: in this one.
    public var parts: Int?

    enum CodingKeys: String, CodingKey {
        case schema
        case videoID = "video_id"
        case state
        case nextChunk = "next_chunk"
        case nextFrame = "next_frame"
        case configurationHash = "configuration_hash"
        case ledger, tracker, identities, camera, parallel, parts
        case continuedBy = "continued_by"
    }

    /// Whether there is state in it, or beside it, for the video that goes on with this one's objects.
    var isLegacy: Bool { state == .ended && continuedBy != nil && (tracker != nil || parts != nil) }

    /// Without its state.
    var spent: Checkpoint {
        var spent = self
        spent.tracker = nil
        spent.identities = nil
        spent.camera = nil
        spent.parts = nil
        return spent
    }

    /// Reads a record of topic `checkpoints`; nil for a tombstone and for what is only a part.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidRecord` for bytes that this version does not understand.
    static func decode(_ logged: LoggedRecord) throws(PipelineError) -> Checkpoint? {
        guard let bytes = logged.record.value, logged.record.header(CheckpointParts.headerName) == nil else {
            return nil
        }
        let what = "checkpoint \(logged.offset) of \(logged.topicPartition)"
        try SchemaVersion.check(bytes, is: currentSchema, what: what)
        return try decode(bytes, what: what)
    }

    /// - Throws: ``PipelineError`` with code `.invalidRecord`, also for numbers that no video reaches.
    static func decode(_ bytes: [UInt8], what: String) throws(PipelineError) -> Checkpoint {
        let checkpoint = try JSONCoding.decode(Checkpoint.self, from: bytes, what: what)
        let counters = 0...1 << 50
        let ledger = checkpoint.ledger
        let isPlausible =
            [
                checkpoint.nextChunk, checkpoint.nextFrame, ledger.framesDecoded, ledger.framesProcessed,
                ledger.framesSkipped, ledger.framesUndecodable, ledger.framesMissing, ledger.chunksProcessed,
                ledger.chunksBad, ledger.chunksMissing, ledger.framesExpected ?? 0, ledger.chunksExpected ?? 0,
            ].allSatisfy(counters.contains) && (0...1 << 20).contains(checkpoint.parts ?? 0)
        guard isPlausible else {
            throw PipelineError(.invalidRecord, "\(what): its numbers are out of range")
        }
        return checkpoint
    }
}
