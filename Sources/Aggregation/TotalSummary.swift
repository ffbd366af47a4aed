public import Pipeline

/// What was seen in many videos: in all, or in those of one camera.
///
/// In topic `summaries` there is one for each partition, over its videos that have ended or failed; readers add them up
/// (see ``SummariesReader``).
public struct TotalSummary: Sendable, Hashable {
    /// The version that this code writes and understands.
    public static let currentSchema = 1

    /// The camera; nil: all videos, with a camera or without.
    public var camera: String?
    /// Hash of the settings that it was counted with.
    public var configuration: String
    /// How many videos are in it, by what has become of them.
    public var videosEnded = 0
    public var videosFailed = 0
    /// Videos that are not over yet; in the records of the topic always 0.
    public var videosRunning = 0
    public var tally = Tally()

    public init(camera: String? = nil, configuration: String = "") {
        self.camera = camera
        self.configuration = configuration
    }

    /// Adds a video.
    public mutating func add(_ video: VideoSummary) {
        switch video.state {
        case .running: videosRunning &+= 1
        case .ended: videosEnded &+= 1
        case .failed: videosFailed &+= 1
        }
        tally.merge(video.tally)
    }

    /// Adds another partition's videos.
    public mutating func merge(_ other: TotalSummary) {
        videosEnded &+= other.videosEnded
        videosFailed &+= other.videosFailed
        videosRunning &+= other.videosRunning
        tally.merge(other.tally)
    }

    public var videos: Int { videosEnded &+ videosFailed &+ videosRunning }
}

extension TotalSummary: Decodable {
    private enum CodingKeys: String, CodingKey {
        case camera, configuration, videos
    }

    private struct Videos: Decodable {
        var ended: Int
        var failed: Int
        var running: Int
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        camera = try values.decodeIfPresent(String.self, forKey: .camera)
        configuration = try values.decode(String.self, forKey: .configuration)
        let videos = try values.decode(Videos.self, forKey: .videos)
        (videosEnded, videosFailed, videosRunning) = (videos.ended, videos.failed, videos.running)
        tally = try Tally(from: decoder)
    }

    /// - Throws: `PipelineError` with code `.invalidRecord`, which names `what`.
    public static func decode(_ bytes: [UInt8], what: String) throws(PipelineError) -> TotalSummary {
        try SchemaVersion.check(bytes, is: currentSchema, what: what)
        return try JSONCoding.decode(TotalSummary.self, from: bytes, what: what)
    }

    /// JSON; equal summaries give equal bytes.
    public var json: [UInt8] {
        var json = JSONWriter(capacity: 8192)
        json.object { json in
            json.key("schema")
            json.integer(Self.currentSchema)
            json.key("type")
            json.string(camera == nil ? "total" : "camera")
            if let camera {
                json.key("camera")
                json.string(camera)
            }
            json.key("configuration")
            json.string(configuration)
            json.key("videos")
            json.object { json in
                json.key("ended")
                json.integer(videosEnded)
                json.key("failed")
                json.integer(videosFailed)
                json.key("running")
                json.integer(videosRunning)
            }
            tally.write(into: &json)
        }
        return json.bytes
    }
}
