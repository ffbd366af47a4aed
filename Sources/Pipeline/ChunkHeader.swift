public import EventLog
internal import Media

/// What a part of a chunk says of itself: the JSON in the record header `lapwing-chunk`.
public struct ChunkHeader: Sendable, Hashable, Codable {
    /// The record header's name.
    public static let headerName = "lapwing-chunk"
    /// The version that this code writes and understands.
    public static let currentSchema = 1

    public var schema = Self.currentSchema
    public var videoID: VideoID
    /// The chunk's number in its video, from 0.
    public var index: Int
    /// The part's number in its chunk, from 0.
    public var part: Int
    /// How many parts the chunk has.
    public var parts: Int
    /// Bytes of this part.
    public var byteCount: Int
    /// Bytes of the whole chunk.
    public var chunkByteCount: Int
    /// CRC-32C of this part, eight hex digits.
    public var crc32c: String
    /// SHA-256 of the chunk in hex; on its last part.
    public var sha256: String?

    /// Index of the chunk's first own frame in the video.
    public var firstFrame: Int
    /// Frames of its own.
    public var frameCount: Int
    /// Frames that a decoder may put out before or among its own, and that belong to an earlier chunk or are hidden.
    public var prerollFrames: Int
    /// Packets at the start, in decoding order, that belong to an earlier chunk.
    public var prerollPackets: Int
    /// Packets, in decoding order, that an edit list of the source hides; left out when there are none.
    public var hiddenPackets: [Int]?
    /// The own packets' times in ticks, where the container cannot hold them exactly.
    public var exactPTS: [Int64]?
    /// Time of the first own frame, in ticks of `time_base`.
    public var pts: Int64
    /// Time that the own frames cover, in ticks.
    public var duration: Int64
    /// Time of the video's first frame, in ticks.
    public var startPTS: Int64
    /// What to add to the chunk file's times to get the source's, in ticks.
    public var timestampShift: Int64
    /// Seconds per tick, `1/25000`.
    public var timeBase: String

    /// FFmpeg's name of the codec.
    public var codec: String
    /// `mp4` or `matroska`.
    public var container: String
    /// Displayed size in pixels, rotation applied.
    public var width: Int
    public var height: Int
    /// Clockwise degrees from the stored picture to the displayed one.
    public var rotation: Int
    /// Average frames per second, `25/2`.
    public var frameRate: String?
    /// The name of the source, for people.
    public var source: String

    public var isLast: Bool
    /// On the last chunk only, as are the next two.
    public var totalChunks: Int?
    public var totalFrames: Int?
    /// SHA-256 over all packets of the video, in hex.
    public var sourceDigest: String?

    /// Whether the video's chunks are spread over all partitions, each to be looked at alone; nil: no.
    public var parallel: Bool?
    /// The time of day at which `time_ms` is 0, RFC 3339 in UTC with milliseconds; nil: not known.
    public var startTime: String?
    /// Whether the video's end was not known when it began; nil: no.
    public var live: Bool?
    /// What is missing before this chunk.
    public var gap: ChunkGap?
    /// The video whose objects this one goes on with.
    public var continues: VideoID?
    /// On the last chunk: the video that goes on with this one's objects.
    public var continuedBy: VideoID?
    /// In topic `detections`, hash of the settings that they were made with; nil in topic `chunks`.
    public var configurationHash: String?

    enum CodingKeys: String, CodingKey {
        case schema
        case videoID = "video_id"
        case index, part, parts
        case byteCount = "byte_count"
        case chunkByteCount = "chunk_byte_count"
        case crc32c, sha256
        case firstFrame = "first_frame"
        case frameCount = "frame_count"
        case prerollFrames = "preroll_frames"
        case prerollPackets = "preroll_packets"
        case hiddenPackets = "hidden_packets"
        case exactPTS = "exact_pts"
        case pts, duration
        case startPTS = "start_pts"
        case timestampShift = "timestamp_shift"
        case timeBase = "time_base"
        case codec, container, width, height, rotation
        case frameRate = "frame_rate"
        case source
        case isLast = "is_last"
        case totalChunks = "total_chunks"
        case totalFrames = "total_frames"
        case sourceDigest = "source_digest"
        case parallel
        case startTime = "start_time"
        case live, gap, continues
        case continuedBy = "continued_by"
        case configurationHash = "configuration_hash"
    }

    /// Whether it is to be worked on as it comes, without regard to the other chunks of its video.
    var standsAlone: Bool { parallel == true && configurationHash == nil }

    /// Whether there is nothing in it: it only says something, that there is a gap, or that the video has ended.
    var isEmpty: Bool { frameCount == 0 && chunkByteCount == 0 }
}

extension ChunkHeader {
    /// Reads the header of a record of topic `chunks`, and checks that its numbers can be true.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidRecord` that names topic, partition and offset.
    public init(of logged: LoggedRecord) throws(PipelineError) {
        let place = "record \(logged.offset) of \(logged.topicPartition)"
        guard let bytes = logged.record.header(Self.headerName) else {
            throw PipelineError(.invalidRecord, "\(place): no header '\(Self.headerName)'")
        }
        try SchemaVersion.check(bytes, is: Self.currentSchema, what: place)
        self = try JSONCoding.decode(Self.self, from: bytes, what: place)
        guard logged.record.key == videoID.rawValue else {
            throw PipelineError(
                .invalidRecord,
                "\(place): key '\((logged.record.key ?? "none").prefix(140))' is not video ID '\(videoID)'")
        }
        guard isPlausible else {
            throw PipelineError(.invalidRecord, "\(place): the chunk header's numbers contradict each other")
        }
    }

    /// Frames, and packets, that a chunk may have at most.
    static let maxFrames = MediaLimits.default.maxPacketsPerChunk

    /// Whether the numbers can be true: within bounds that no video reaches and that calculations with them cannot leave.
    private var isPlausible: Bool {
        guard (1...1 << 20).contains(parts), (0..<parts).contains(part), (0...1 << 31).contains(chunkByteCount),
            (0...chunkByteCount).contains(byteCount)
        else { return false }
        let frames = 0...Self.maxFrames
        guard (0..<1 << 32).contains(index), (0..<1 << 48).contains(firstFrame), frames.contains(frameCount),
            frames.contains(prerollFrames), frames.contains(prerollPackets)
        else { return false }
        let sides = 0...1 << 20
        guard sides.contains(width), sides.contains(height) else { return false }
        let times = -(Int64(1) << 61)...(1 << 61)
        guard [pts, duration, startPTS, timestampShift].allSatisfy(times.contains) else { return false }
        guard continues != videoID, continuedBy != videoID else { return false }
        if let gap {
            guard (0..<1 << 40).contains(gap.frameCount), (0..<1 << 48).contains(gap.milliseconds ?? 0),
                gap.reason.utf8.count <= 1024
            else { return false }
        }
        let words = [
            startTime ?? "", codec, container, timeBase, crc32c, sha256 ?? "", frameRate ?? "", sourceDigest ?? "",
            configurationHash ?? "",
        ]
        guard words.allSatisfy({ $0.utf8.count <= 128 }), source.utf8.count <= 4096 else { return false }
        // What the producer counted until its last chunk is what came until then.
        return isLast
            ? totalChunks == index + 1 && totalFrames == firstFrame + frameCount
            : totalChunks == nil && totalFrames == nil
    }
}
