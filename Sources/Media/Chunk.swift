/// A run of whole groups of pictures of a video: a small video file in memory that can be decoded alone.
public struct Chunk: Sendable {
    /// Counts the chunks of the video from 0.
    public var index: Int
    /// The chunk as a file of kind ``container``.
    public var bytes: [UInt8]
    public var container: ChunkContainer
    /// What the source says about its video stream.
    public var stream: VideoStreamInfo
    /// Index of the chunk's first own frame in the video.
    public var firstFrame: Int
    /// How many displayed frames are the chunk's own.
    public var frameCount: Int
    /// How many displayed frames at the start of the file belong to the chunk before: pre-roll for an open group of
    /// pictures. Not all of them can be decoded.
    public var prerollFrames: Int
    /// How many packets at the start of the file are pre-roll.
    public var prerollPackets: Int
    /// Positions of packets in the file, counted from 0 with the pre-roll, that are decoded but not displayed.
    public var hiddenPackets: [Int]
    /// Presentation time of the first own frame, in the source's time base.
    public var pts: Int64
    /// Presentation time of frame 0 of the video, in the source's time base.
    public var startPTS: Int64
    /// From the first own frame to the first one of the next chunk, or to the end of the last frame of the video, in the
    /// source's time base.
    public var duration: Int64
    /// What to add to timestamps of the file, after rescaling them to the source's time base, to get the source's.
    public var timestampShift: Int64
    /// Presentation times of the file's packets in the source's time base, in file order; nil, as nearly always, where
    /// the file's own timestamps give them exactly.
    public var exactPTS: [Int64]?
    /// Whether the video ends with this chunk.
    public var isLast: Bool
    /// On the last chunk: how many frames the video has.
    public var totalFrames: Int?
    /// On the last chunk: SHA-256, in hexadecimal digits, over the bytes of all own packets of all chunks, in file order.
    public var sourceDigest: String?
    /// On the last chunk: why the source ended before its end; nil where nothing is missing.
    public var truncation: String?

    /// What ``ChunkDecoder`` and ``VideoAssembler`` must know about the chunk.
    public func decodingInfo(name: String) -> ChunkDecodingInfo {
        ChunkDecodingInfo(
            name: name, container: container, firstFrame: firstFrame, frameCount: frameCount,
            prerollFrames: prerollFrames, prerollPackets: prerollPackets, hiddenPackets: hiddenPackets,
            timestampShift: timestampShift, timeBase: stream.timeBase, rotation: stream.rotation, exactPTS: exactPTS)
    }
}
