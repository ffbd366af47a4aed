import EventLog
import Foundation
import Tracking
import Vision

@testable import Aggregation
@testable import Pipeline

/// Result records of a video that was never filmed, written by those who write real ones.
struct Footage {
    struct Sighting {
        var track: Int
        var classID = 0
        var box: BoundingBox
        var confidence = 0.9
        var state = TrackedObject.State.confirmed
    }

    static let classNames = ["person", "bicycle", "car"]

    let id: VideoID
    let width: Int
    let height: Int
    let frameRate: Double
    private(set) var records: [[UInt8]] = []
    private(set) var frameCount = 0
    private var identities: IdentityMap
    private let writer: ResultWriter

    init(_ id: String, startTime: String? = nil, width: Int = 640, height: Int = 360, frameRate: Double = 10) throws {
        self.id = try VideoID(id)
        self.width = width
        self.height = height
        self.frameRate = frameRate
        identities = IdentityMap(videoID: id, classNames: Self.classNames)
        writer = ResultWriter(videoID: self.id, chunkIndex: 0)
        let start = startTime.map { #","start_time":"\#($0)""# } ?? ""
        let source =
            #"{"name":"x.mp4","codec":"h264","width":\#(width),"height":\#(height),"frame_rate":null\#(start)}"#
        records.append(
            Array(
                #"{"schema":1,"type":"video_event","event":"started","video_id":"\#(id)","chunk_index":0,"source":\#(source)}"#
                    .utf8))
    }

    private func place(_ time: Double?) -> FramePlace {
        let time = time ?? Double(frameCount) * 1000 / frameRate
        return FramePlace(
            index: frameCount, pts: Int64(frameCount), timeMilliseconds: time, width: width, height: height)
    }

    /// One frame: what is seen in it, what is found and not tracked, and whose lives are over.
    mutating func frame(
        _ sightings: [Sighting], untracked: [Detection] = [], predicted: [Sighting] = [], ended: [Int] = [],
        time: Double? = nil
    ) {
        let detections =
            sightings.map { Detection(box: $0.box, confidence: $0.confidence, classID: $0.classID) } + untracked
        let tracks =
            sightings.enumerated().map { index, sighting in
                TrackedObject(
                    trackID: sighting.track, classID: sighting.classID, box: sighting.box, detectionIndex: index,
                    state: sighting.state, isReported: true, age: 1, hits: 1)
            }
            + predicted.map {
                TrackedObject(
                    trackID: $0.track, classID: $0.classID, box: $0.box, detectionIndex: nil, state: $0.state,
                    isReported: false, age: 1, hits: 1)
            }
        let identified = identities.apply(
            TrackerUpdate(tracks: tracks, ended: ended), detections: detections, frame: frameCount)
        records.append(writer.frame(place(time), identified, emitPredicted: true))
        for event in identified.events { records.append(writer.trackEvent(event)) }
        frameCount += 1
    }

    mutating func skippedFrame() {
        records.append(writer.skippedFrame(place(nil), reason: "every"))
        frameCount += 1
    }

    mutating func end() {
        for event in identities.finish(frame: nil) { records.append(writer.trackEvent(event)) }
        let counts = identities.objectCounts.map { (label: identities.label($0.key), count: $0.value) }
        records.append(writer.ended(Ledger(), objectCounts: counts, sourceDigest: nil))
    }

    mutating func fail(_ reason: String) {
        for event in identities.finish(frame: nil) { records.append(writer.trackEvent(event)) }
        records.append(writer.failed(Ledger(), reason: reason))
    }

    /// A box of 20 × 20 pixels whose lower edge has its middle there.
    static func box(_ x: Double, _ y: Double) -> BoundingBox {
        BoundingBox(x1: x - 10, y1: y - 20, x2: x + 10, y2: y)
    }

    /// What the records add up to.
    func summary(_ settings: AggregationSettings = .init(), camera: String? = nil) throws -> VideoSummary {
        try Self.summary(of: records, id, settings, camera: camera)
    }

    static func summary(
        of records: [[UInt8]], _ id: VideoID, _ settings: AggregationSettings = .init(), camera: String? = nil
    ) throws -> VideoSummary {
        var video = VideoAggregation(id, settings: settings, camera: camera)
        for record in records { video.add(try ResultRecord.decode(record, what: "a result")) }
        return video.summary
    }

    /// As records of topic `results`.
    func outgoing(_ topics: Topics, camera: String? = nil) -> [OutgoingRecord] {
        records.map {
            OutgoingRecord(
                topic: topics.results,
                record: Record(
                    key: id.rawValue, value: $0,
                    headers: camera.map { [Record.Header("lapwing-camera", $0)] } ?? []))
        }
    }
}
