public import Pipeline

/// One box of a frame, as a row of a table: what the tables of all formats are made of.
public struct DetectionRow: Sendable, Hashable {
    public var videoID: String
    /// The frame's index in the video, from 0.
    public var frame: Int
    /// Since the video's first frame.
    public var timeMilliseconds: Double?
    /// Wall-clock time of the frame in microseconds since 1970, UTC; nil where the video's start is not known.
    public var timestamp: Int64?
    /// Corners in pixels of the displayed picture: the detector's box, or the tracker's where nothing was detected.
    public var x1, y1, x2, y2: Double
    public var classID: Int
    public var className: String
    /// 0…1; nil for boxes that nobody detected.
    public var confidence: Double?
    /// nil, as the next, for detections that are not tracked.
    public var trackID: Int?
    public var objectID: String?
    /// nil for boxes that nobody detected.
    public var detectionID: String?
    /// `tentative`, `confirmed` or `lost`; nil for detections that are not tracked.
    public var state: String?
    /// Whether the box is the tracker's guess, and nothing was detected there.
    public var isPredicted: Bool

    /// The rows of a frame's record, in its order; none for other records.
    ///
    /// - Parameter start: the wall-clock time of the video's first frame, in microseconds since 1970.
    public static func rows(of record: ResultRecord, start: Int64? = nil) -> [DetectionRow] {
        guard record.type == .frame, let frame = record.frame else { return [] }
        let timestamp = start.flatMap { start -> Int64? in
            guard let time = record.timeMilliseconds, abs(time) < 1e15 else { return nil }
            let (sum, isTooLarge) = start.addingReportingOverflow(Int64((time * 1000).rounded()))
            return isTooLarge ? nil : sum
        }
        return (record.objects ?? []).compactMap { object in
            guard let box = object.bbox ?? object.trackBox else { return nil }
            return DetectionRow(
                videoID: record.videoID.rawValue, frame: frame, timeMilliseconds: record.timeMilliseconds,
                timestamp: timestamp, x1: box.x1, y1: box.y1, x2: box.x2, y2: box.y2, classID: object.classID,
                className: object.label, confidence: object.confidence, trackID: object.trackID,
                objectID: object.objectID, detectionID: object.detectionID, state: object.state,
                isPredicted: object.predicted || object.bbox == nil)
        }
    }
}
