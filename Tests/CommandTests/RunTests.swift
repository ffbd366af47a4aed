import Foundation
import Testing

@Suite("lapwing run", .enabled(if: Assets.arePresent, "needs the models and videos in LAPWING_ASSETS"))
struct RunTests {
    /// Runs the cars with the fast model under the ID `cars`.
    private func run(_ more: String...) async throws -> (outcome: Outcome, text: String) {
        let folder = try TemporaryFolder()
        let outcome = try await Program.succeed(
            ["run", Assets.cars, "--model", Assets.fastModel, "--output", folder.path, "--video-id", "cars"] + more)
        #expect(outcome.errors.isEmpty, "\(outcome)")
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        #expect(files == ["cars", "cars/results.jsonl"], "what is left is the results")
        return (outcome, try String(contentsOfFile: folder.path + "/cars/results.jsonl", encoding: .utf8))
    }

    @Test("gives the same bytes each time, whatever the memory and the start policy")
    func twice() async throws {
        let first = try await run()
        try #expect(await run().text == first.text)
        try #expect(await run("--memory", "768MiB", "--start", "streaming").text == first.text)
        #expect(first.outcome.outputLines.count == 3, "\(first.outcome)")
        #expect(first.outcome.outputLines[0].hasPrefix("VIDEO"))
        #expect(first.outcome.outputLines[1].hasPrefix("cars "))
        #expect(first.outcome.outputLines[2].hasPrefix("1 video, 377 frames processed in "))
    }

    @Test("calls a video by a slug of its name and twelve digits of its bytes, unless told")
    func names() async throws {
        let folder = try TemporaryFolder()
        let clip = try Clips.moving(frames: 10)
        let copy = folder.path + "/Straße am Tag (2).mp4"
        try FileManager.default.copyItem(atPath: clip, toPath: copy)
        let outcome = try await Program.succeed([
            "run", copy, "--model", Assets.fastModel, "--output", folder.path + "/out", "--json",
        ])
        let id = try #require(try JSONLines(outcome.output).objects.first?["video_id"] as? String)
        #expect(id.wholeMatch(of: /Stra-e-am-Tag-2-[0-9a-f]{12}/) != nil, "\(id)")
    }

    @Test("--every 3 looks at every third frame and lists the others as skipped")
    func every() async throws {
        let (outcome, text) = try await run("--every", "3")
        let results = try JSONLines(text)
        #expect(results.frames.count == 377)
        for frame in results.frames {
            let number = try #require(frame["frame"] as? Int)
            #expect(frame["skipped"] as? String == (number % 3 == 0 ? nil : "every"))
        }
        #expect(outcome.output.contains("251 skipped"), "\(outcome)")
        #expect(outcome.output.contains("126 frames processed"), "\(outcome)")
        #expect(outcome.output.contains("every frame accounted for"), "\(outcome)")
    }

    @Test("--classes keeps these and no others")
    func classes() async throws {
        let all = try JSONLines(await run().text).found
        let some = try JSONLines(await run("--classes", "car, bus").text).found
        #expect(Set(all.compactMap { $0["label"] as? String }).count > 2)
        #expect(Set(some.compactMap { $0["label"] as? String }).isSubset(of: ["car", "bus"]))
        #expect(!some.isEmpty)
    }

    @Test("--emit-predicted adds boxes that nobody saw, and changes nothing else")
    func predicted() async throws {
        let plain = try JSONLines(await run().text)
        let more = try JSONLines(await run("--emit-predicted").text)
        let predicted = more.found.filter { $0["predicted"] as? Bool == true }
        #expect(!plain.found.contains { $0["predicted"] as? Bool == true })
        #expect(!predicted.isEmpty)
        for box in predicted {
            #expect(box["detection_id"] is NSNull)
            #expect(box["object_id"] is String)
            #expect(box["track_bbox"] is [String: Any])
        }
        let seen = more.found.filter { $0["predicted"] as? Bool != true }
        #expect(seen.map { $0["detection_id"] as? String } == plain.found.map { $0["detection_id"] as? String })
    }

    @Test("--confidence, --iou and the tracker's settings reach the results")
    func settings() async throws {
        let results = try JSONLines(
            await run(
                "--confidence", "0.6", "--iou", "0.5", "--tracker", "sort", "--tracker-option", "max_age=5",
                "--tracker-option=min_hits=2"
            ).text)
        #expect(!results.found.isEmpty)
        #expect(results.found.allSatisfy { $0["confidence"] as? Double ?? 0 > 0.6 })
        let started = try results.event("started")
        let tracker = try #require(started["tracker"] as? [String: Any])
        let parameters = try #require(tracker["parameters"] as? [String: Any])
        #expect(parameters["max_age"] as? Int == 5)
        #expect(parameters["min_hits"] as? Int == 2)
    }

    @Test("a two-stage tracker sees faint detections, too; those that it took are listed, and no ID is another for it")
    func lowConfidence() async throws {
        func id(_ object: [String: Any]) -> String { object["detection_id"] as? String ?? "" }
        let oneStage = try JSONLines(await run("--tracker", "sort").text)
        let oneStageDetection = try #require(try oneStage.event("started")["detection"] as? [String: Any])
        #expect(oneStageDetection["low_confidence"] == nil)
        let results = try JSONLines(await run("--tracker", "bytetrack").text)
        let byDefault = try JSONLines(await run().text).event("started")["tracker"] as? [String: Any]
        #expect(byDefault?["name"] as? String == "lapwing")
        let parameters = byDefault?["parameters"] as? [String: Any]
        #expect(parameters?["track_thresh"] as? Double == 0.4 && parameters?["new_thresh"] as? Double == 0.5)
        let detection = try #require(try results.event("started")["detection"] as? [String: Any])
        #expect(detection["confidence"] as? Double == 0.25)
        #expect(detection["low_confidence"] as? Double == 0.1)
        let faint = results.found.filter { $0["confidence"] as? Double ?? 0 <= 0.25 }
        #expect(!faint.isEmpty)
        #expect(faint.allSatisfy { $0["object_id"] is String && $0["confidence"] as? Double ?? 0 > 0.1 })
        let others = results.found.filter { $0["confidence"] as? Double ?? 0 > 0.25 }
        #expect(others.map(id) == oneStage.found.map(id))
        #expect(Set(results.found.map(id)).count == results.found.count)

        let lower = try JSONLines(
            await run("--tracker", "bytetrack", "--confidence", "0.05", "--every", "100").text)
        #expect(
            (try lower.event("started")["detection"] as? [String: Any])?["low_confidence"] as? Double == 0.05,
            "where it is not given, it leaves room for --confidence")
    }

    @Test("--json sums up each video on a line of its own")
    func json() async throws {
        let folder = try TemporaryFolder()
        let clips = try (0..<2).map { try Clips.moving(frames: 20, seed: $0) }
        let outcome = try await Program.succeed(
            ["run"] + clips + ["--model", Assets.fastModel, "--output", folder.path, "--json"])
        let lines = try JSONLines(outcome.output).objects
        #expect(lines.map { $0["input"] as? String } == clips)
        for line in lines {
            #expect(line["state"] as? String == "ended")
            #expect(line["problem"] is NSNull)
            #expect(line["frames_expected"] as? Int == 20)
            #expect(line["frames_processed"] as? Int == 20)
            #expect(line["objects"] is [String: Any])
            #expect(FileManager.default.fileExists(atPath: try #require(line["results"] as? String)))
        }
    }

    @Test("takes the videos of a folder, and does one that is named twice once")
    func folder() async throws {
        let folder = try TemporaryFolder()
        let videos = folder.path + "/videos"
        try FileManager.default.createDirectory(atPath: videos + "/deeper", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: try Clips.moving(frames: 10), toPath: videos + "/a.mp4")
        try FileManager.default.copyItem(atPath: try Clips.moving(frames: 20), toPath: videos + "/deeper/b.MP4")
        _ = try folder.file("videos/notes.txt", [])
        let outcome = try await Program.succeed(
            ["run", "videos", "videos/a.mp4", "--model", Assets.fastModel, "--json"], in: folder.path)
        #expect(
            try JSONLines(outcome.output).objects.map { $0["input"] as? String } == [
                "videos/a.mp4", "videos/deeper/b.MP4",
            ])
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.hasPrefix("lapwing: warning: videos/a.mp4: "), "\(outcome)")
        #expect(FileManager.default.fileExists(atPath: folder.path + "/lapwing-out"))
    }
}
