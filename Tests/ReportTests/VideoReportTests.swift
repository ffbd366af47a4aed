import Foundation
import Pipeline
import Testing

@testable import Report

/// Records as they stand in a results.jsonl.
enum Records {
    static func frame(_ frame: Int, _ objects: [String], milliseconds: Double? = nil) throws -> ResultRecord {
        try decode(
            """
            {"schema":1,"type":"frame","video_id":"street","chunk_index":0,"frame":\(frame),"pts":\(frame * 40),\
            "time_ms":\(milliseconds ?? Double(frame) * 40),"width":640,"height":360,\
            "objects":[\(objects.joined(separator: ","))]}
            """)
    }

    static func object(
        _ id: Int, label: String = "car", x: Double = 100, size: Double = 50, confidence: Double = 0.8,
        state: String = "confirmed"
    ) -> String {
        """
        {"detection_id":"street:000000:00:\(label)","object_id":"street:\(id)","track_id":\(id),"class_id":2,\
        "label":"\(label)","confidence":\(confidence),\
        "bbox":{"x1":\(x),"y1":100,"x2":\(x + size),"y2":\(100 + size)},"track_bbox":null,"state":"\(state)",\
        "predicted":false,"age":1,"hits":1}
        """
    }

    static func decode(_ json: String) throws -> ResultRecord { try .decode(Array(json.utf8), what: "test") }
}

@Suite struct VideoReportTests {
    private func report(_ records: [ResultRecord]) -> VideoReport {
        var report = VideoReport()
        for record in records { report.add(record) }
        return report
    }

    @Test("An object's history has a run for each stretch of frames in which it was seen")
    func runs() throws {
        let seen = [3, 4, 5, 9, 10, 20]
        let report = report(
            try (0..<30).map { try Records.frame($0, seen.contains($0) ? [Records.object(1)] : []) })
        let object = try #require(report.objects.first)
        #expect(object.runs.map { [$0.first, $0.last] } == [[3, 5], [9, 10], [20, 20]])
        #expect(object.frames == 6)
        #expect(object.firstTime == 120 && object.lastTime == 800)
        #expect(report.frames == 30 && report.lastFrame == 29 && report.lastTime == 1160)
    }

    @Test("Tentative objects and detections that are not tracked are counted as detections only")
    func tentative() throws {
        let untracked = Records.object(2).replacing("\"street:2\"", with: "null")
        let report = report([
            try Records.frame(0, [Records.object(1, state: "tentative"), untracked, Records.object(3)])
        ])
        #expect(report.detections == 3)
        #expect(report.objects.map(\.trackID) == [3])
        #expect(report.mostObjects == 1)
    }

    @Test("The portrait is taken where the object is large, certain and whole")
    func portrait() throws {
        let report = report([
            try Records.frame(0, [Records.object(1, x: 0, size: 90)]),
            try Records.frame(1, [Records.object(1, x: 200, size: 60)]),
            try Records.frame(2, [Records.object(1, x: 300, size: 70, confidence: 0.3)]),
        ])
        let object = try #require(report.objects.first)
        #expect(object.bestFrame == 1)
        #expect(object.bestBox.x1 == 200)
    }

    @Test("Memory for an object is bounded: its runs and its way become coarser, and keep their ends")
    func bounded() throws {
        var report = VideoReport()
        for frame in 0..<4000 where frame % 3 != 0 || frame % 7 != 0 {
            report.add(try Records.frame(frame, frame % 2 == 0 ? [Records.object(1, x: Double(frame))] : []))
        }
        let object = try #require(report.objects.first)
        #expect(object.runs.count <= ObjectHistory.maximumRuns)
        #expect(object.way.count < ObjectHistory.maximumSteps && object.way.count > 60)
        #expect(object.runs.first?.first == 2 && object.runs.last?.last == 3998)
        for (run, next) in zip(object.runs, object.runs.dropFirst()) { #expect(run.last < next.first) }
    }

    @Test("Counts over time are means, in steps that grow with the video")
    func counts() throws {
        let short = report([
            try Records.frame(0, [Records.object(1), Records.object(2)]), try Records.frame(1, []),
            try Records.frame(20, [Records.object(1)]),
        ])
        #expect(short.counts.points.map { $0.counts["car"] } == [1, 1])
        let long = report(
            try (0..<2000).map { try Records.frame($0, [Records.object(1)], milliseconds: Double($0) * 1000) })
        #expect(long.counts.stepMilliseconds == 8000)
        #expect(long.counts.points.count == 250)
        #expect(long.counts.points.allSatisfy { $0.counts["car"] == 1 })
    }

    @Test("The contact sheet has the busiest frame of each part of the video")
    func sheet() throws {
        let busy = [7, 38, 44, 99]
        let records = try (0..<100).map { frame in
            try Records.frame(
                frame, (0..<(busy.contains(frame) ? 3 : 1)).map { Records.object($0) },
                milliseconds: Double(frame) * 250)
        }
        #expect(report(records).sheetFrames(4) == [7, 38, 50, 99])
        #expect(report(records).sheetFrames(0).isEmpty)
        #expect(report(Array(records.prefix(2))).sheetFrames(12) == [0, 1])
        #expect(report([]).sheetFrames(12).isEmpty)
    }
}
