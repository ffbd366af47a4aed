public import Pipeline

/// What was seen in one video: the value of its record in topic `summaries`.
public struct VideoSummary: Sendable, Hashable {
    /// The version that this code writes and understands.
    public static let currentSchema = 1

    /// How far the video is.
    public enum State: String, Sendable, Decodable {
        /// More may come: all numbers are provisional.
        case running
        case ended
        case failed
    }

    public var videoID: VideoID
    /// How often the video was begun: 2 when it was processed again, and so on.
    public var revision: Int
    public var state: State
    /// Why it failed.
    public var reason: String?
    /// Hash of the settings that it was counted with.
    public var configuration: String
    /// The camera that took it; nil where that is not known.
    public var camera: String?
    /// When the first frame was taken, in RFC 3339; nil where that is not known.
    public var startTime: String?
    /// Size of the pictures as displayed.
    public var width = 0
    public var height = 0
    /// The index of the last frame so far; nil before the first.
    public var lastFrame: Int?
    public var tally = Tally()
    /// By minutes since the first frame.
    public var videoTime = TimeSeries()

    public init(videoID: VideoID, revision: Int = 1, configuration: String = "", camera: String? = nil) {
        self.videoID = videoID
        self.revision = revision
        self.configuration = configuration
        self.camera = camera
        state = .running
    }

    /// Whether nothing more will come, unless the video is processed again.
    public var isFinal: Bool { state != .running }
}

extension VideoSummary: Decodable {
    private enum CodingKeys: String, CodingKey {
        case videoID = "video_id"
        case revision, state, reason, configuration, camera
        case startTime = "start_time"
        case width, height
        case lastFrame = "last_frame"
        case videoTime = "video_time"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        videoID = try values.decode(VideoID.self, forKey: .videoID)
        revision = try values.decode(Int.self, forKey: .revision)
        state = try values.decode(State.self, forKey: .state)
        reason = try values.decodeIfPresent(String.self, forKey: .reason)
        configuration = try values.decode(String.self, forKey: .configuration)
        camera = try values.decodeIfPresent(String.self, forKey: .camera)
        startTime = try values.decodeIfPresent(String.self, forKey: .startTime)
        width = try values.decode(Int.self, forKey: .width)
        height = try values.decode(Int.self, forKey: .height)
        lastFrame = try values.decodeIfPresent(Int.self, forKey: .lastFrame)
        videoTime = try values.decode(TimeSeries.self, forKey: .videoTime)
        tally = try Tally(from: decoder)
    }

    /// - Throws: `PipelineError` with code `.invalidRecord`, which names `what`.
    public static func decode(_ bytes: [UInt8], what: String) throws(PipelineError) -> VideoSummary {
        try SchemaVersion.check(bytes, is: currentSchema, what: what)
        return try JSONCoding.decode(VideoSummary.self, from: bytes, what: what)
    }

    /// JSON; equal summaries give equal bytes.
    public var json: [UInt8] {
        var json = JSONWriter(capacity: 8192)
        json.object { json in
            json.key("schema")
            json.integer(Self.currentSchema)
            json.key("type")
            json.string("video")
            json.key("video_id")
            json.string(videoID.rawValue)
            json.key("revision")
            json.integer(revision)
            json.key("state")
            json.string(state.rawValue)
            for (name, text) in [
                ("reason", reason), ("configuration", configuration), ("camera", camera), ("start_time", startTime),
            ] {
                json.key(named: name)
                if let text { json.string(text) } else { json.null() }
            }
            json.key("width")
            json.integer(width)
            json.key("height")
            json.integer(height)
            json.key("last_frame")
            if let lastFrame { json.integer(lastFrame) } else { json.null() }
            json.key("video_time")
            videoTime.write(into: &json, isWallTime: false)
            tally.write(into: &json)
        }
        return json.bytes
    }
}
