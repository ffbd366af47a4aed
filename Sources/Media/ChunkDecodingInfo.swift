/// What must be known about a chunk, besides its bytes, to decode it or to put it back into a file.
public struct ChunkDecodingInfo: Sendable, Hashable, Codable {
    /// What messages call the chunk.
    public var name: String
    public var container: ChunkContainer
    /// Index of the chunk's first own frame in the video.
    public var firstFrame: Int
    /// How many displayed frames are the chunk's own.
    public var frameCount: Int
    /// How many displayed frames at the start belong to the chunk before.
    public var prerollFrames: Int
    /// How many packets at the start belong to the chunk before.
    public var prerollPackets: Int
    /// Positions of packets in the file that are decoded but not displayed.
    public var hiddenPackets: [Int]
    /// What to add to timestamps of the file, after rescaling them to ``timeBase``, to get the source's.
    public var timestampShift: Int64
    /// The source's time base.
    public var timeBase: Rational
    /// Clockwise degrees by which pictures must be turned to be displayed: 0, 90, 180 or 270.
    public var rotation: Int
    /// Presentation times of the packets, where the file's own are not exact; see ``Chunk/exactPTS``.
    public var exactPTS: [Int64]?

    public init(
        name: String, container: ChunkContainer, firstFrame: Int, frameCount: Int, prerollFrames: Int = 0,
        prerollPackets: Int = 0, hiddenPackets: [Int] = [], timestampShift: Int64, timeBase: Rational,
        rotation: Int = 0, exactPTS: [Int64]? = nil
    ) {
        self.name = name
        self.container = container
        self.firstFrame = firstFrame
        self.frameCount = frameCount
        self.prerollFrames = prerollFrames
        self.prerollPackets = prerollPackets
        self.hiddenPackets = hiddenPackets
        self.timestampShift = timestampShift
        self.timeBase = timeBase
        self.rotation = rotation
        self.exactPTS = exactPTS
    }
}
