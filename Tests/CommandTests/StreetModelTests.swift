import Foundation
import Testing

/// The model that Lapwing ships, on streets that Lapwing draws: needs nothing that is not in the repository.
@Suite("The shipped model")
struct StreetModelTests {
    static let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Models/lapwing-street.onnx").path

    static let settings = model.replacing(".onnx", with: ".yaml")

    /// A street, its ground truth, and what the model and the tracker make of it.
    private struct Run {
        let folder: TemporaryFolder
        var video: String { folder.path + "/street.mp4" }
        var truth: String { folder.path + "/street/gt/gt.txt" }
        let results: String

        init(seed: Int, seconds: Int) async throws {
            folder = try TemporaryFolder()
            try await Program.succeed([
                "synthesize", "--output", folder.path + "/street.mp4", "--seed", "\(seed)", "--size", "960x540",
                "--rate",
                "25", "--density", "0.4", "--seconds", "\(seconds)",
            ])
            try await Program.succeed([
                "run", folder.path + "/street.mp4", "--model", StreetModelTests.model, "--config",
                StreetModelTests.settings, "--output", folder.path, "--video-id", "street", "--chunk-seconds", "1",
            ])
            results = folder.path + "/street/results.jsonl"
        }
    }

    @Test("is small, and tells like any YOLOv8 what it finds and in which pictures")
    func description() async throws {
        let size = try FileManager.default.attributesOfItem(atPath: Self.model)[.size] as? Int
        #expect(try #require(size) <= 4_000_000)
        let report = try await Program.succeed(["doctor", "--model", Self.model]).output
        for fact in ["640×384", "3 classes (person, bicycle, car)"] { #expect(report.contains(fact), "\(report)") }
    }

    @Test("finds and follows nearly everything in a street it has never seen")
    func accuracy() async throws {
        let run = try await Run(seed: 32, seconds: 8)
        let outcome = try await Program.succeed([
            "evaluate", "--ground-truth", run.truth, "--results", run.results, "--json",
        ])
        let all = try #require(try JSONLines(outcome.output).objects.first { $0["class"] as? String == "all" })
        #expect(try #require(all["MOTA"] as? Double) > 0.85, "\(all)")
        #expect(try #require(all["IDF1"] as? Double) > 0.8, "\(all)")
        let results = try JSONLines(String(contentsOfFile: run.results, encoding: .utf8))
        #expect(Set(results.found.compactMap { $0["label"] as? String }).isSubset(of: ["person", "bicycle", "car"]))
    }

    #if os(Linux)
        @Test("gives the same results, to the byte, when pictures are decoded in a process of its own")
        func isolated() async throws {
            let run = try await Run(seed: 34, seconds: 3)
            let outcome = try await Program.succeed([
                "run", run.video, "--model", Self.model, "--config", Self.settings, "--output",
                run.folder.path + "/isolated", "--video-id", "street", "--chunk-seconds", "1", "--isolate-decoder",
            ])
            #expect(outcome.errors.isEmpty, "\(outcome)")
            let results = try Data(contentsOf: URL(fileURLWithPath: run.folder.path + "/isolated/street/results.jsonl"))
            #expect(try results == Data(contentsOf: URL(fileURLWithPath: run.results)))
        }
    #endif

    @Test("gives the same results, to the byte, when its worker is killed in mid-video and another goes on")
    func resumed() async throws {
        let run = try await Run(seed: 33, seconds: 6)
        let log = "sqlite:" + run.folder.path + "/log.db"
        try await Program.succeed(["submit", run.video, "--video-id", "street", "--log", log, "--chunk-seconds", "1"])
        let worker = try Program.start([
            "worker", "--log", log, "--model", Self.model, "--config", Self.settings, "--session-timeout", "1",
        ])
        var committed = false
        while !committed {
            try #require(worker.isRunning, "\(worker.errors)")
            committed = try await Program.run(["results", "street", "--log", log]).output.contains("\"type\":\"frame\"")
        }
        worker.send(SIGKILL)
        _ = await worker.outcome()
        try await Program.succeed([
            "worker", "--log", log, "--model", Self.model, "--config", Self.settings, "--exit-when-idle",
            "--session-timeout", "1",
        ])
        let resumed = try await Program.succeed(["results", "street", "--log", log]).output
        try #expect(resumed == String(contentsOfFile: run.results, encoding: .utf8))
    }

    @Test("and a report make a page with the pictures, the objects and the figures")
    func report() async throws {
        let run = try await Run(seed: 34, seconds: 4)
        let page = run.folder.path + "/pages/street.html"
        let outcome = try await Program.succeed([
            "report", run.video, "--results", run.results, "--ground-truth", run.truth, "--annotated",
            run.folder.path + "/annotated.mp4", "--pictures", "6", "--output", page,
        ])
        #expect(outcome.output.hasPrefix("\(page)  6 pictures, "), "\(outcome)")
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.matches(of: #/<figure /#).count == 6)
        #expect(html.contains("href=\"../annotated.mp4\""))
        #expect(html.contains("MOTA") && html.contains("IDF1"))
        #expect(html.contains("100 expected = 100 processed"))
        // Each object has its portrait.
        let rows = html.matches(of: #/<tr><td class="portrait">/#).count
        #expect(rows > 3 && html.matches(of: #/<td class="portrait"><img/#).count == rows)
        let again = run.folder.path + "/again.html"
        try await Program.succeed([
            "report", run.video, "--results", run.results, "--ground-truth", run.truth, "--annotated",
            run.folder.path + "/annotated.mp4", "--pictures", "6", "--output", again,
        ])
        try #expect(
            String(contentsOfFile: again, encoding: .utf8)
                == html.replacing("href=\"../annotated.mp4\"", with: "href=\"annotated.mp4\""))
    }
}

@Suite("lapwing report")
struct ReportCommandTests {
    @Test("refuses results of another video, results that are none, and its own inputs as output")
    func refusals() async throws {
        let folder = try TemporaryFolder()
        let clip = try Clips.moving(frames: 10)
        let other = """
            {"schema":1,"type":"frame","video_id":"other-0123456789ab","chunk_index":0,"frame":0,"pts":0,"time_ms":0,\
            "width":160,"height":96,"objects":[]}

            """
        let results = try folder.file("other.jsonl", Array(other.utf8))
        let page = folder.path + "/page.html"
        for (arguments, exitCode, message) in [
            ([clip, "--results", results, "--output", page], 1, "these are results of other-0123456789ab"),
            ([clip, "--results", clip, "--output", page], 1, "line 1"),
            ([clip, "--results", folder.path + "/none", "--output", page], 1, "No such file"),
            ([clip, "--results", results, "--output", results], 2, "is an input of this call"),
            ([folder.path + "/none.mp4", "--results", results, "--output", page], 1, "none.mp4"),
            ([clip, "--results", results, "--output", page, "--pictures", "-1"], 2, "--pictures"),
        ] as [([String], Int32, String)] {
            let outcome = try await Program.run(["report"] + arguments)
            #expect(outcome.exitCode == exitCode && outcome.errors.contains(message), "\(outcome)")
        }
        #expect(!FileManager.default.fileExists(atPath: page))
        try await Program.succeed(["report", clip, "--results", results, "--output", page, "--force"])
        #expect(FileManager.default.fileExists(atPath: page))
    }
}
