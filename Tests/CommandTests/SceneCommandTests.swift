import EventLog
import Foundation
import Media
import Pipeline
import SQLiteLog
import Testing

@testable import lapwing

@Suite("annotate and report: zones, lines, heat maps, results out of a log")
struct SceneCommandTests {
    private let folder: TemporaryFolder

    /// 20 frames of 160 × 96: one object goes from the left to the right at half height, over the line in the middle between
    /// frames 9 and 10.
    private static let records: [String] = {
        var lines = [
            #"{"schema":1,"type":"video_event","event":"started","video_id":"clip","chunk_index":0,"source":{"name":"cam.mp4"}}"#
        ]
        for frame in 0..<20 {
            let x = 4 + frame * 7
            let box = #"{"x1":\#(x).00,"y1":24.00,"x2":\#(x + 16).00,"y2":48.00}"#
            lines.append(
                #"{"schema":1,"type":"frame","video_id":"clip","chunk_index":0,"frame":\#(frame),"pts":\#(frame),"#
                    + #""time_ms":\#(frame * 100).000,"width":160,"height":96,"objects":[{"detection_id":"clip:\#(frame)","#
                    + #""object_id":"clip:0","track_id":1,"class_id":0,"label":"person","confidence":0.9000,"bbox":\#(box),"#
                    + #""track_bbox":\#(box),"state":"confirmed","predicted":false,"age":1,"hits":1}]}"#)
            if frame == 0 {
                lines += ["born", "confirmed"].map {
                    #"{"schema":1,"type":"track_event","event":"\#($0)","video_id":"clip","chunk_index":0,"frame":0,"#
                        + #""object_id":"clip:0","track_id":1,"class_id":0,"label":"person"}"#
                }
            }
        }
        return lines + [#"{"schema":1,"type":"video_event","event":"ended","video_id":"clip","chunk_index":0}"#]
    }()

    private static let zones = """
        zones:
          - name: right
            polygon: [[0.625, 0.25], [0.9375, 0.25], [0.9375, 0.75], [0.625, 0.75]]
        lines:
          - name: middle
            from: [0.5, 0.9]
            to: [0.5, 0.1]
          - name: elsewhere
            from: [0.1, 0.1]
            to: [0.2, 0.1]
            cameras: [other]
        """

    private let results: String
    private let zones: String

    init() throws {
        folder = try TemporaryFolder()
        results = try folder.file("results.jsonl", Array((Self.records.joined(separator: "\n") + "\n").utf8))
        zones = try folder.file("zones.yaml", Array(Self.zones.utf8))
    }

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    private func clip() throws -> String {
        try Clips.generated("gray-20.mp4", ["color=gray:s=160x96:r=10:d=2", "-pix_fmt", "yuv420p"])
    }

    private func annotate(_ name: String, _ more: [String]) async throws -> DecodedVideo {
        try await Program.succeed(
            ["annotate", try clip(), "--results", results, "--output", path(name), "--quality", "high", "--no-labels"]
                + more)
        return try await DecodedVideo(path(name))
    }

    @Test("annotate draws zones and lines where the file has them, and nothing else changes")
    func zonesAreDrawn() async throws {
        let plain = try await annotate("plain.mkv", [])
        let drawn = try await annotate("zones.mkv", ["--zones", zones])
        #expect(plain.frames.count == 20 && drawn.frames.count == 20)
        for (frame, (a, b)) in zip(plain.frames, drawn.frames).enumerated() {
            // The zone's border: x 100 to 150, y 24 to 72. The object's box covers some of it.
            let border = DecodedVideo.difference(a, b, width: 160) { x, y in y == 72 && (102..<148).contains(x) }
            #expect(border.mean > 15, "frame \(frame): \(border)")
            let line = DecodedVideo.difference(a, b, width: 160) { x, y in x == 80 && (60..<84).contains(y) }
            #expect(line.mean > 15, "frame \(frame): \(line)")
            // Away from all of it; the other camera's line would be there, too. Losses of the encoder are small.
            let rest = DecodedVideo.difference(a, b, width: 160) { x, y in x < 20 && y < 20 || x < 60 && y > 56 }
            #expect(rest.mean < 1.5 && rest.largest < 24, "frame \(frame): \(rest)")
        }
    }

    @Test("What zones and lines have counted goes by the frames so far")
    func counts() throws {
        var options = SceneOptions()
        options.zones = zones
        options.camera = nil
        let scene = try SceneResults(path: results, zones: try options.read(), heatMap: nil)
        func texts(after frame: Int) throws -> [String] {
            let scene = try scene.scene(after: frame, width: 160, height: 96)
            return scene.zones.map(\.text) + scene.lines.map(\.text)
        }
        #expect(try texts(after: 0) == ["right  0 now, 0 in all", "middle  in 0, out 0"])
        #expect(try texts(after: 9) == ["right  0 now, 0 in all", "middle  in 0, out 0"])
        // The object's foot is at 82 in frame 10, and past the hysteresis of 1 % of 96.
        #expect(try texts(after: 10) == ["right  0 now, 0 in all", "middle  in 1, out 0"])
        // At 103 in frame 13, and at 145, still inside, in the last.
        #expect(try texts(after: 13) == ["right  1 now, 1 in all", "middle  in 1, out 0"])
        #expect(try texts(after: 19) == ["right  1 now, 1 in all", "middle  in 1, out 0"])
    }

    @Test("Pixels in the zone file are those of the results, also where the video was scaled")
    func scaled() throws {
        let file = try folder.file(
            "pixels.yaml", Array("units: pixels\nlines: [{name: l, from: [80, 0], to: [80, 96]}]".utf8))
        var options = SceneOptions()
        (options.zones, options.camera) = (file, nil)
        let scene = try SceneResults(path: results, zones: try options.read(), heatMap: nil)
        let line = try #require(try scene.scene(after: 0, width: 320, height: 96).lines.first)
        #expect(line.from == .init(x: 160, y: 0) && line.to == .init(x: 160, y: 96))
    }

    @Test("A heat map grows to the final one, which is there from the first frame on")
    func heatMap() async throws {
        let plain = try await annotate("plain.mkv", [])
        let growing = try await annotate("growing.mkv", ["--heat-map", "growing"])
        let final = try await annotate("final.mkv", ["--heat-map", "final"])
        // Where the object will be: its foot goes along y = 48.
        func change(_ video: DecodedVideo, _ frame: Int) -> Double {
            DecodedVideo.difference(plain.frames[frame], video.frames[frame], width: 160) { x, y in
                (110..<150).contains(x) && (49..<52).contains(y)
            }.mean
        }
        #expect(change(final, 0) > 10 && change(growing, 0) < 2)
        #expect(change(growing, 19) > 10)
        #expect(abs(change(growing, 19) - change(final, 19)) < 2)
        let away = DecodedVideo.difference(plain.frames[19], final.frames[19], width: 160) { _, y in y > 80 }
        #expect(away.mean < 1.5, "\(away)")
    }

    @Test("A zone file that cannot be used, and one without a zone for the video, are said")
    func mistakes() async throws {
        let call = ["annotate", try clip(), "--results", results, "--output", path("x.mp4"), "--zones"]
        let missing = try await Program.run(call + [path("none.yaml")])
        #expect(missing.exitCode == 2 && missing.errors.contains("--zones \(path("none.yaml")): "), "\(missing)")
        #expect(!FileManager.default.fileExists(atPath: path("x.mp4")))
        let other = try folder.file(
            "other.yaml", Array("lines: [{name: l, from: [0, 0], to: [1, 1], cameras: [a]}]".utf8))
        let nothing = try await Program.succeed(call + [other])
        #expect(nothing.errors.contains("other.yaml: none of its zones and lines is for a video without"), "\(nothing)")
        let own = try await Program.succeed(call + [other, "--camera", "a"])
        #expect(own.errors.isEmpty, "\(own)")
    }

    @Test("report makes the page of a video in a log, with its pictures and without")
    func report() async throws {
        let log = try SQLiteLog(path: path("log.db"))
        let topics = Topics()
        try await log.createTopics(topics.specifications(partitions: 2))
        try await log.append(
            Self.records.map {
                OutgoingRecord(
                    topic: topics.results, partition: Partitioner.partition(forKey: "clip", partitions: 2),
                    record: Record(key: "clip", value: Array($0.utf8)))
            })
        await log.close()
        let call = ["report", "clip", "--log", "sqlite:\(path("log.db"))", "--zones", zones, "--output"]
        let bare = try await Program.succeed(call + [path("bare.html")])
        #expect(bare.output.hasPrefix("\(path("bare.html"))  0 pictures, 1 objects  "), "\(bare)")
        let page = try String(contentsOfFile: path("bare.html"), encoding: .utf8)
        for text in ["<h1>cam.mp4</h1>", "<h2>Heat map</h2>", "in: 1 person", "ways bare", "How many at once"] {
            #expect(page.contains(text), "\(text)")
        }
        #expect(!page.contains("<img"))
        let full = try await Program.succeed(call + [path("full.html"), "--input", try clip(), "--pictures", "3"])
        #expect(full.output.hasPrefix("\(path("full.html"))  3 pictures, 1 objects  "), "\(full)")
        #expect(try String(contentsOfFile: path("full.html"), encoding: .utf8).contains("<h1>gray-20.mp4</h1>"))
        // The same out of a file, whatever stands in the environment.
        let file = try await Program.succeed(
            ["report", "--results", results, "--zones", zones, "--output", path("file.html")])
        #expect(file.errors.isEmpty)
        #expect(try String(contentsOfFile: path("file.html"), encoding: .utf8) == page)

        let unknown = try await Program.run(
            ["report", "nobody", "--log", "sqlite:\(path("log.db"))", "--output", path("no.html")])
        #expect(unknown.exitCode == 1 && unknown.errors.contains("nobody: there are no results yet"), "\(unknown)")
        for (arguments, message) in [
            (["clip"], "give --results FILE, or a video's ID and --log LOG"),
            (["--log", "sqlite:x"], "give the ID of a video"),
            (["a.mp4", "--results", "r", "--input", "a.mp4"], "the video is given once"),
        ] {
            let outcome = try await Program.run(["report"] + arguments + ["--output", path("no.html")])
            #expect(outcome.exitCode == 2 && outcome.errors.contains(message), "\(outcome)")
        }
        #expect(!FileManager.default.fileExists(atPath: path("no.html")))
    }
}
