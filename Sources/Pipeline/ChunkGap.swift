/// What is missing between two chunks of a live video, as its producer knows.
public struct ChunkGap: Sendable, Hashable, Codable {
    /// Why: `source lost`, `log full` and the like, several with commas between.
    public var reason: String
    /// Frames that the producer had and could not keep; those that never reached it are not counted.
    public var frameCount: Int
    /// How long it lasted; nil: not known.
    public var milliseconds: Int?

    enum CodingKeys: String, CodingKey {
        case reason
        case frameCount = "frame_count"
        case milliseconds = "duration_ms"
    }
}
