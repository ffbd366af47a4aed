internal import EventLog

/// What the producer says of a video in topic `videos`: first that it is being submitted, then that it all is.
public struct VideoRegistration: Sendable, Hashable, Codable {
    public static let currentSchema = 1

    public enum State: String, Sendable, Codable {
        /// Chunks are on their way; a producer that finds this goes on where the chunks in the log stop.
        case submitting
        /// Every chunk is in the log.
        case submitted
    }

    public var schema = Self.currentSchema
    public var videoID: VideoID
    /// The source's name, for people.
    public var source: String
    public var state: State
    /// How the video is cut; a resumed submission must cut it the same way.
    public var chunkSeconds: Double
    public var maxChunkBytes: Int
    /// Whether its chunks are spread over all partitions, each to be looked at alone; nil: no.
    public var parallel: Bool?
    /// The offset in its partition of topic `chunks` that none of its chunks lies before; nil in records of earlier times.
    public var chunksFrom: Int64?
    /// Known once the video is submitted, as are the next four.
    public var chunks: Int?
    public var frames: Int?
    public var bytes: Int?
    public var sourceDigest: String?
    /// Why the source ended before its end, when it did.
    public var truncation: String?
    /// What goes with the video, in the headers of its records; not in the record's value.
    public var context = RecordContext()

    enum CodingKeys: String, CodingKey {
        case schema
        case videoID = "video_id"
        case source, state
        case chunkSeconds = "chunk_seconds"
        case maxChunkBytes = "max_chunk_bytes"
        case parallel
        case chunksFrom = "chunks_from"
        case chunks, frames, bytes
        case sourceDigest = "source_digest"
        case truncation
    }

    /// Reads a record of topic `videos`; nil for a tombstone.
    static func decode(_ logged: LoggedRecord) throws(PipelineError) -> VideoRegistration? {
        guard let bytes = logged.record.value else { return nil }
        let what = "registration \(logged.offset) of \(logged.topicPartition)"
        try SchemaVersion.check(bytes, is: currentSchema, what: what)
        var registration = try JSONCoding.decode(VideoRegistration.self, from: bytes, what: what)
        registration.context = RecordContext(of: logged.record)
        return registration
    }
}
