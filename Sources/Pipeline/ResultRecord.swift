/// A record of topic `results`, as its readers see it.
///
/// The three kinds share one type, told apart by ``type``; fields of the other kinds are nil. Writing is done by
/// ``ResultWriter``, whose bytes do not depend on any JSON library.
public struct ResultRecord: Sendable, Hashable, Decodable {
    /// The version that this code writes.
    public static let currentSchema = 1

    public enum Kind: String, Sendable, Decodable {
        case frame
        case trackEvent = "track_event"
        case videoEvent = "video_event"
    }

    /// Corners in pixels of the displayed picture.
    public struct Box: Sendable, Hashable, Decodable {
        public var x1, y1, x2, y2: Double
    }

    /// One detection or one predicted box of a frame.
    public struct Object: Sendable, Hashable, Decodable {
        public var detectionID: String?
        public var objectID: String?
        public var trackID: Int?
        public var classID: Int
        public var label: String
        public var confidence: Double?
        public var bbox: Box?
        public var trackBox: Box?
        public var state: String?
        public var predicted: Bool
        public var age: Int?
        public var hits: Int?

        enum CodingKeys: String, CodingKey {
            case detectionID = "detection_id"
            case objectID = "object_id"
            case trackID = "track_id"
            case classID = "class_id"
            case label, confidence, bbox
            case trackBox = "track_bbox"
            case state, predicted, age, hits
        }
    }

    /// Of a `started` event: the file that was submitted.
    public struct Source: Sendable, Hashable, Decodable {
        public var name: String?
        public var codec: String?
        public var width: Int?
        public var height: Int?
        /// A fraction, such as `30000/1001`.
        public var frameRate: String?
        /// The time of day at which `time_ms` is 0, RFC 3339 in UTC; nil: not known.
        public var startTime: String?
        /// Whether its end was not known when it began; nil: no.
        public var live: Bool?
        /// The video whose objects this one goes on with.
        public var continues: VideoID?

        enum CodingKeys: String, CodingKey {
            case name, codec, width, height
            case frameRate = "frame_rate"
            case startTime = "start_time"
            case live, continues
        }
    }

    /// Of a `started` event: what detected.
    public struct Model: Sendable, Hashable, Decodable {
        public var name: String?
        public var sha256: String?
        public var precision: String?
        public var inputWidth: Int?
        public var inputHeight: Int?
        public var engine: String?
        public var device: String?

        enum CodingKeys: String, CodingKey {
            case name, sha256, precision
            case inputWidth = "input_width"
            case inputHeight = "input_height"
            case engine, device
        }
    }

    /// Of a `started` event: what followed.
    public struct Tracker: Sendable, Hashable, Decodable {
        public var name: String?
        public var parameters: [String: Parameter]?
    }

    /// A tracker's parameter: a number or a truth value, as text.
    public struct Parameter: Sendable, Hashable, Decodable, CustomStringConvertible {
        public var description: String

        public init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let truth = try? value.decode(Bool.self) {
                description = "\(truth)"
            } else if let whole = try? value.decode(Int.self) {
                description = "\(whole)"
            } else if let number = try? value.decode(Double.self) {
                description = "\(number)"
            } else {
                description = try value.decode(String.self)
            }
        }
    }

    public var schema: Int
    public var type: Kind
    public var videoID: VideoID
    /// Of events: `born`, `confirmed`, `lost`, `recovered`, `ended`; `started`, `gap`, `ended`, `failed`.
    public var event: String?
    public var chunkIndex: Int?
    public var frame: Int?
    public var pts: Int64?
    /// Milliseconds since the video's first frame.
    public var timeMilliseconds: Double?
    public var width: Int?
    public var height: Int?
    /// Why the frame was not looked at.
    public var skipped: String?
    public var objects: [Object]?
    public var objectID: String?
    public var trackID: Int?
    public var classID: Int?
    public var label: String?
    public var source: Source?
    public var model: Model?
    public var tracker: Tracker?
    /// Of `ended` and `failed` video events.
    public var ledger: Ledger?
    /// Of an `ended` video event: confirmed objects by class.
    public var objectCounts: [String: Int]?
    /// Of `gap` and `failed` events.
    public var reason: String?
    /// Of `gap` events: how many frames are left out.
    public var frameCount: Int?
    /// Of `gap` events of live sources: how long it lasted, where that is known.
    public var durationMilliseconds: Int?

    enum CodingKeys: String, CodingKey {
        case schema, type
        case videoID = "video_id"
        case event
        case chunkIndex = "chunk_index"
        case frame, pts
        case timeMilliseconds = "time_ms"
        case width, height, skipped, objects
        case objectID = "object_id"
        case trackID = "track_id"
        case classID = "class_id"
        case label, source, model, tracker, ledger
        case objectCounts = "object_counts"
        case reason
        case frameCount = "frame_count"
        case durationMilliseconds = "duration_ms"
    }

    /// Whether this record is the video's last.
    public var endsVideo: Bool { type == .videoEvent && (event == "ended" || event == "failed") }

    /// - Throws: ``PipelineError`` with code `.invalidRecord`, which names `what`.
    public static func decode(_ bytes: [UInt8], what: String) throws(PipelineError) -> ResultRecord {
        if let frame = FrameRecordParser.parse(bytes) { return frame }
        return try JSONCoding.decode(ResultRecord.self, from: bytes, what: what)
    }
}
