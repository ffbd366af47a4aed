public import EventLog

/// All that follows from one chunk, committed together or not at all.
public struct ChunkOutcome: Sendable {
    public var videoID: VideoID
    /// Frame results, track events, video events, the checkpoint, dead letters.
    public var records: [OutgoingRecord]
    /// Whether nothing more of the video is wanted.
    public var videoIsDone: Bool
    /// The video that goes on with this one's objects, when this one is done.
    public var continuedBy: VideoID?
    /// Whether the chunk's records are needed until the video is done, since no checkpoint stands for them.
    public var keepsRecords = false
}
