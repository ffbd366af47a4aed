import EventLog
import Foundation
import Pipeline
import SQLiteLog
import Testing

@Suite("lapwing results: formats, files and archives")
struct ResultsCommandTests {
    private let folder: TemporaryFolder
    private var log: String { "sqlite:\(folder.path)/log.db" }

    private static func records(_ video: String, frames: Int, end: String? = "ended") -> [String] {
        let box = #"{"x1":10.00,"y1":20.00,"x2":40.00,"y2":60.00}"#
        return
            [#"{"schema":1,"type":"video_event","event":"started","video_id":"\#(video)","chunk_index":0,"source":{}}"#]
            + (0..<frames).map {
                #"{"schema":1,"type":"frame","video_id":"\#(video)","chunk_index":0,"frame":\#($0),"pts":\#($0),"#
                    + #""time_ms":\#($0 * 40).000,"width":160,"height":96,"objects":[{"detection_id":"\#(video):\#($0)","#
                    + #""object_id":"\#(video):0","track_id":1,"class_id":2,"label":"car","confidence":0.5000,"#
                    + #""bbox":\#(box),"track_bbox":\#(box),"state":"confirmed","predicted":false,"age":1,"hits":1}]}"#
            }
            + (end.map {
                [#"{"schema":1,"type":"video_event","event":"\#($0)","video_id":"\#(video)","chunk_index":0}"#]
            } ?? [])
    }

    private static let videos = [
        "a": records("a", frames: 3), "b": records("b", frames: 5, end: "failed"),
        "c": records("c", frames: 4, end: nil),
    ]

    /// A log with three videos' records, mixed in one partition: `a` ended, `b` failed, `c` goes on.
    init() async throws {
        folder = try TemporaryFolder()
        let log = try SQLiteLog(path: folder.path + "/log.db")
        let topics = Topics()
        try await log.createTopics(topics.specifications(partitions: 1))
        var outgoing: [OutgoingRecord] = []
        for place in 0..<8 {
            for (video, records) in Self.videos.sorted(by: { $0.key < $1.key }) where place < records.count {
                outgoing.append(
                    OutgoingRecord(
                        topic: topics.results, partition: 0,
                        record: Record(key: video, value: Array(records[place].utf8))))
            }
        }
        // What comes after a video's end does not count.
        outgoing.append(
            OutgoingRecord(
                topic: topics.results, partition: 0, record: Record(key: "a", value: Array(Self.videos["a"]![1].utf8))))
        try await log.append(outgoing)
        await log.close()
    }

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    private func bytes(_ name: String) throws -> Data { try Data(contentsOf: folder.url(name)) }

    @Test(
        "--output writes the file that standard output would get, and says what is in it",
        arguments: [
            ("jsonl", "3 frames  "), ("csv", "3 frames  3 boxes  "), ("mot", "3 frames  3 boxes  "),
            ("coco", "3 frames  3 boxes  "), ("coco-results", "3 frames  3 boxes  "),
            ("parquet", "3 frames  3 boxes  "),
        ])
    func output(format: String, summary: String) async throws {
        let call = ["results", "a", "--log", log, "--format", format]
        let file = try await Program.succeed(call + ["--output", path("new/folder/a")])
        #expect(file.errors.isEmpty, "\(file)")
        #expect(file.output.hasPrefix("\(path("new/folder/a"))  \(summary)"), "\(file)")
        try await Program.succeed(["results", "--all", "--log", log, "--format", format, "--output", path("all")])
        // The pipe is a file here, so that bytes are not taken for text.
        let script = #""$0" results a --log "$1" --format "$2" > "$3""#
        let piped = try await Program.start(
            ["bash", "-c", script, Program.path, log, format, path("piped")], executable: "/usr/bin/env"
        ).outcome()
        #expect(piped.exitCode == 0 && piped.errors.isEmpty, "\(piped)")
        #expect(try bytes("piped") == bytes("new/folder/a"))
        #expect(try !bytes("piped").isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path("new/folder")) == ["a"])
    }

    @Test("--all writes each video as 'results VIDEO' does, in one pass; what has not ended is said")
    func all() async throws {
        let outcome = try await Program.succeed([
            "results", "--all", "--log", log, "--format", "parquet", "--output", path("all"),
        ])
        #expect(outcome.output.hasPrefix("\(path("all"))  3 videos  12 frames  12 boxes  "), "\(outcome)")
        #expect(
            outcome.errors
                == "lapwing: warning: 1 of the videos have not ended; their files hold what there is so far\n")
        let names = try FileManager.default.contentsOfDirectory(atPath: path("all")).sorted()
        #expect(names == ["a.parquet", "b.parquet", "c.parquet"])
        for video in ["a", "b", "c"] {
            try await Program.succeed([
                "results", video, "--log", log, "--format", "parquet", "--output", path("one.parquet"),
            ])
            #expect(try bytes("one.parquet") == bytes("all/\(video).parquet"))
        }
    }

    @Test("--all leaves out a video that cannot be read, says so, and goes on: exit code 3")
    func broken() async throws {
        let log = try SQLiteLog(path: folder.path + "/log.db")
        try await log.append([
            OutgoingRecord(
                topic: Topics().results, partition: 0, record: Record(key: "broken", value: Array("{".utf8)))
        ])
        await log.close()
        let outcome = try await Program.run([
            "results", "--all", "--log", self.log, "--format", "csv", "--output", path("all"),
        ])
        #expect(outcome.exitCode == 3, "\(outcome)")
        #expect(outcome.errors.contains("broken: left out, since record "), "\(outcome)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: path("all")).sorted() == ["a.csv", "b.csv", "c.csv"])
    }

    @Test("--results reads a file instead of a log")
    func file() async throws {
        let text = Self.videos["b"]!.joined(separator: "\n") + "\n"
        let source = try folder.file("results.jsonl", Array(text.utf8))
        for format in ["jsonl", "csv", "mot", "coco-results"] {
            let fromFile = try await Program.succeed(["results", "--results", source, "--format", format])
            let fromLog = try await Program.succeed(["results", "b", "--log", log, "--format", format])
            #expect(fromFile.output == fromLog.output)
        }
        let same = try await Program.run(["results", "--results", source, "--output", source])
        #expect(same.exitCode == 2, "\(same)")
        #expect(try String(contentsOfFile: source, encoding: .utf8) == text)
        let empty = try folder.file("empty.jsonl", [])
        let nothing = try await Program.run(["results", "--results", empty, "--output", path("none.csv")])
        #expect(nothing.exitCode == 1 && nothing.errors.contains("there is no record in it"), "\(nothing)")
        #expect(!FileManager.default.fileExists(atPath: path("none.csv")))
    }

    @Test("A video that is not there leaves no file; one that goes on is written so far, with a warning")
    func unfinished() async throws {
        let missing = try await Program.run(["results", "d", "--log", log, "--output", path("d.jsonl")])
        #expect(missing.exitCode == 1)
        #expect(!FileManager.default.fileExists(atPath: path("d.jsonl")))
        let running = try await Program.succeed([
            "results", "c", "--log", log, "--format", "csv", "--output", path("c.csv"),
        ])
        #expect(running.errors.contains("c.csv: the video has not ended"), "\(running)")
        #expect(try bytes("c.csv").split(separator: UInt8(ascii: "\n")).count == 5)
    }

    @Test(
        "What does not go together is said",
        arguments: [
            (["a"], "give --log LOG, or --results FILE"),
            (["--log", "sqlite:x"], "give a video's ID, --all, or --results FILE"),
            (["--all", "--log", "sqlite:x"], "--all needs --output"),
            (["a", "--all", "--log", "sqlite:x", "--output", "x"], "--all is every video"),
            (["a", "--results", "x"], "--results FILE is one video"),
        ])
    func usage(arguments: [String], message: String) async throws {
        let outcome = try await Program.run(["results"] + arguments)
        #expect(outcome.exitCode == 2)
        #expect(outcome.errors.contains(message), "\(outcome)")
    }
}
