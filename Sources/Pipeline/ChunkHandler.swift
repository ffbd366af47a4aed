public import EventLog

/// What a ``Worker`` does with the chunks that it collects: process them, or rebuild the video.
///
/// A worker gives it up to ``chunksInHand`` chunks at a time, the chunks of a video in order; those that stand alone as they
/// come.
public protocol ChunkHandler: Actor {
    /// Which videos of a partition are under way, and which are done; called when the partition is assigned.
    ///
    /// - Parameter onProgress: told how many offsets have been read, of how many.
    func restore(
        partition: Int, from log: any EventLog, onProgress: @escaping @Sendable (_ read: Int64, _ total: Int64) -> Void
    ) async throws -> RestoredVideos

    /// Takes a chunk in hand and returns at once; the result will say what is to be committed for it.
    ///
    /// The next chunk of the video may come before the outcome of one is decided or committed; it is worked on after that.
    /// What cannot be committed ends with ``drop(partition:)``. The outcome is nil when its partition was let
    /// go of before, or its video done. It is an error when the handler itself cannot go on; what is wrong with the chunk
    /// becomes part of the outcome.
    nonisolated func begin(_ chunk: ChunkAssembly) -> PendingOutcome

    /// Ends a video whose chunks stopped coming.
    ///
    /// - Parameters:
    ///   - frames: how many the producer counted, if it has said so; `chunks` likewise.
    func giveUp(_ video: VideoID, partition: Int, reason: String, frames: Int?, chunks: Int?) async throws
        -> ChunkOutcome

    /// Lets go of all videos of a partition: they are another worker's now.
    func drop(partition: Int) async

    /// About how many bytes it needs while it has a chunk in hand, besides the chunk itself.
    nonisolated func workingBytes(for header: ChunkHeader) -> Int

    /// How many chunks it has use for at a time, 1 or more.
    nonisolated var chunksInHand: Int { get }
    /// Of those, how many may be of one video.
    nonisolated var chunksInHandPerVideo: Int { get }

    /// Whether it takes what was found in chunks, from topic `detections`, and not the chunks themselves.
    nonisolated var takesDetections: Bool { get }

    /// Whether chunks of different videos may come by turns; if not, a video's chunks come one after the other.
    nonisolated var takesVideosByTurns: Bool { get }

    /// What its threads have spent their time on so far; nil where nobody keeps account.
    nonisolated var workTimes: WorkTimes? { get }
}

extension ChunkHandler {
    /// A copy of the chunk.
    public nonisolated func workingBytes(for header: ChunkHeader) -> Int { header.chunkByteCount }

    public nonisolated var chunksInHand: Int { 1 }
    public nonisolated var chunksInHandPerVideo: Int { chunksInHand }

    public nonisolated var takesDetections: Bool { false }

    public nonisolated var takesVideosByTurns: Bool { true }

    public nonisolated var workTimes: WorkTimes? { nil }
}

/// What a handler knows of a partition's videos when the partition is assigned.
public struct RestoredVideos: Sendable {
    /// The next chunk of each video under way.
    public var running: [VideoID: Int]
    /// Videos that need nothing more.
    public var done: Set<VideoID>
    /// What went with the last chunk of each video under way.
    var contexts: [VideoID: RecordContext] = [:]

    public init(running: [VideoID: Int] = [:], done: Set<VideoID> = []) {
        self.running = running
        self.done = done
    }
}
