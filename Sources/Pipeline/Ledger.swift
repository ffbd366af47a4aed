/// Accounts for every frame and chunk of a video.
///
/// When a video has ended, `expected = processed + skipped + undecodable + missing`, and
/// `decoded = processed + skipped`: every frame is in exactly one of the four. The expected number is what the producer
/// counted, never what a container's header claims.
public struct Ledger: Sendable, Hashable, Codable {
    /// Frames that the producer counted; nil while it has not said (a stream that runs on).
    public var framesExpected: Int?
    /// Frames that came out of the decoder.
    public var framesDecoded = 0
    /// Frames that the detector and the tracker saw.
    public var framesProcessed = 0
    /// Frames left out on purpose (`--every`).
    public var framesSkipped = 0
    /// Frames that arrived but could not be decoded.
    public var framesUndecodable = 0
    /// Frames that never arrived.
    public var framesMissing = 0

    public var chunksExpected: Int?
    public var chunksProcessed = 0
    /// Chunks that arrived but could not be used; each is in the dead letters.
    public var chunksBad = 0
    public var chunksMissing = 0

    public init() {}

    enum CodingKeys: String, CodingKey {
        case framesExpected = "frames_expected"
        case framesDecoded = "frames_decoded"
        case framesProcessed = "frames_processed"
        case framesSkipped = "frames_skipped"
        case framesUndecodable = "frames_undecodable"
        case framesMissing = "frames_missing"
        case chunksExpected = "chunks_expected"
        case chunksProcessed = "chunks_processed"
        case chunksBad = "chunks_bad"
        case chunksMissing = "chunks_missing"
    }

    /// Frames that have been accounted for so far.
    public var framesAccounted: Int { framesProcessed + framesSkipped + framesUndecodable + framesMissing }

    /// Whether everything expected has been accounted for.
    public var isBalanced: Bool {
        framesExpected == framesAccounted && framesDecoded == framesProcessed + framesSkipped
            && chunksExpected == chunksProcessed + chunksBad + chunksMissing
    }
}
