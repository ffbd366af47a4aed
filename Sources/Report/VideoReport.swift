public import Pipeline

/// What a page shows of a video, collected from its records.
///
/// Memory grows with the number of objects, not with the video's length.
public struct VideoReport: Sendable {
    public private(set) var videoID: VideoID?
    /// The `started` and the `ended` or `failed` event.
    public private(set) var started: ResultRecord?
    public private(set) var ended: ResultRecord?
    /// Frames that have a record, and the last one's index.
    public private(set) var frames = 0
    public private(set) var lastFrame = 0
    /// The time of the last frame, in milliseconds since the first one.
    public private(set) var lastTime = 0.0
    /// Size of the pictures as displayed.
    public private(set) var width = 0
    public private(set) var height = 0
    /// Boxes that the detector gave, tracked or not.
    public private(set) var detections = 0
    /// The most objects at once, and in which frame.
    public private(set) var busiestFrame = 0
    public private(set) var mostObjects = 0
    /// The first of the frames with the fewest detections.
    public private(set) var quietestFrame = 0
    public private(set) var counts = CountSeries()

    private var histories: [String: ObjectHistory] = [:]
    private var fewestDetections = Int.max

    public init() {}

    /// Adds a record; give them in the video's order.
    public mutating func add(_ record: ResultRecord) {
        videoID = record.videoID
        switch record.type {
        case .frame: addFrame(record)
        case .videoEvent where record.event == "started": started = record
        case .videoEvent where record.endsVideo: ended = record
        default: break
        }
    }

    private mutating func addFrame(_ record: ResultRecord) {
        frames += 1
        let frame = record.frame ?? lastFrame
        lastFrame = frame
        lastTime = record.timeMilliseconds ?? lastTime
        width = record.width ?? width
        height = record.height ?? height
        guard record.skipped == nil else { return }
        var seen: [String: Int] = [:]
        for object in record.objects ?? [] {
            guard let box = object.bbox, !object.predicted else { continue }
            detections += 1
            guard let id = object.objectID, object.state == "confirmed" else { continue }
            seen[object.label, default: 0] += 1
            let place = ObjectHistory.Box(x1: box.x1, y1: box.y1, x2: box.x2, y2: box.y2)
            histories[
                id,
                default: ObjectHistory(
                    objectID: id, trackID: object.trackID ?? 0, label: object.label, time: lastTime, frame: frame,
                    box: place)
            ].add(
                frame: frame, time: lastTime, box: place, confidence: object.confidence ?? 0,
                pictureWidth: Double(width))
        }
        counts.add(frame: frame, milliseconds: lastTime, counts: seen)
        if record.objects?.count ?? 0 < fewestDetections {
            (fewestDetections, quietestFrame) = (record.objects?.count ?? 0, frame)
        }
        let total = seen.values.reduce(0, +)
        if total > mostObjects { (mostObjects, busiestFrame) = (total, frame) }
    }

    /// All confirmed objects, in the order of their first sighting.
    public var objects: [ObjectHistory] {
        histories.values.sorted { ($0.runs[0].first, $0.trackID) < ($1.runs[0].first, $1.trackID) }
    }

    /// How many confirmed objects there are of each class, the most frequent first.
    public var objectsByClass: [(label: String, count: Int)] {
        Dictionary(grouping: histories.values, by: \.label).map { ($0.key, $0.value.count) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    /// At most as many frames, spread over the video, each the busiest of its part; in ascending order.
    public func sheetFrames(_ count: Int) -> [Int] { counts.busiestFrames(count) }
}
