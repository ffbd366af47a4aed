import Foundation
import Testing

/// The shipped model on both engines: no assets needed.
@Suite("engines", .serialized)
struct EngineTests {
    private static let model = StreetModelTests.model

    /// The records of one video.
    private func run(_ video: String, to folder: String, _ arguments: [String]) async throws -> String {
        try await Program.succeed(
            ["run", video, "--model", Self.model, "--output", folder, "--video-id", "street", "--precision", "f32"]
                + arguments)
        return try String(contentsOfFile: "\(folder)/street/results.jsonl", encoding: .utf8)
    }

    @Test("both find the same objects, and the results say which it was; each gives its own bytes again")
    func both() async throws {
        let folder = try TemporaryFolder()
        let video = folder.path + "/street.mp4"
        try await Program.succeed(["synthesize", "--output", video, "--seed", "3", "--frames", "40"])
        var found: [[[String: Any]]] = []
        for (engine, name) in [("openvino", "OpenVINO "), ("onnxruntime", "ONNX Runtime ")] {
            let text = try await run(video, to: "\(folder.path)/\(engine)", ["--engine", engine])
            let records = try JSONLines(text).objects
            let model = try #require(records.first { $0["event"] as? String == "started" }?["model"] as? [String: Any])
            #expect((model["engine"] as? String)?.hasPrefix(name) == true, "\(model)")
            #expect(model["device"] as? String == "CPU")
            #expect(model["precision"] as? String == "f32")
            found.append(records.filter { $0["type"] as? String == "frame" })
            let again = try await run(video, to: "\(folder.path)/\(engine)-again", ["--engine", engine])
            #expect(again == text)
        }
        let labels = found.map { frames in
            frames.map { ($0["objects"] as? [[String: Any]] ?? []).map { $0["label"] as? String ?? "" } }
        }
        #expect(labels[0].count == 40 && labels[0].joined().count > 40)
        #expect(labels[0] == labels[1])
    }

    @Test("batches, and what --device auto chooses, change no byte; what was measured is said")
    func batches() async throws {
        let folder = try TemporaryFolder()
        let clip = try Clips.moving(frames: 30)
        let alone = try await run(clip, to: folder.path + "/alone", [])
        for (number, arguments) in [
            ["--batch", "4"], ["--batch", "3", "--batch-delay", "0", "--device", "auto", "--processors", "2"],
        ].enumerated() {
            let text = try await run(clip, to: "\(folder.path)/\(number)", arguments)
            #expect(text == alone, "\(arguments)")
        }
        let call = ["run", clip, "--model", Self.model, "--video-id", "street", "--precision", "f32", "--output"]
        let searched = try await Program.succeed(call + [folder.path + "/auto", "--batch", "auto"])
        #expect(searched.errors.hasPrefix("batch: "), "\(searched)")
        #expect(searched.errors.contains("at a time (measured, in pictures/s: 1: "), "\(searched)")
        #expect(try String(contentsOfFile: "\(folder.path)/auto/street/results.jsonl", encoding: .utf8) == alone)
        for wrong in [["--batch", "0"], ["--batch", "many"], ["--batch-delay", "-1"], ["--processors", "0"]] {
            #expect(try await Program.run(call + [folder.path] + wrong).exitCode == 2, "\(wrong)")
        }
    }

    @Test(
        "a device that is not there is refused in one line, with what there is",
        arguments: [
            (["--device", "cuda"], "ONNX Runtime "), (["--engine", "onnxruntime", "--device", "NPU"], "only CPU"),
            (["--engine", "openvino", "--device", "tensorrt"], "only CPU"),
        ])
    func refuses(arguments: [String], words: String) async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Program.run(
            ["run", try Clips.moving(frames: 10), "--model", Self.model, "--output", folder.path + "/out"] + arguments)
        #expect(outcome.exitCode != 0)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains(words), "\(outcome)")
    }

    @Test("doctor divides the machine into as many processors as are asked for")
    func processors() async throws {
        let checks = try #require(
            try JSONLines(try await Program.succeed(["doctor", "--json", "--processors", "1"]).output).objects.first)
        let finding = (checks["processors"] as? [String: Any])?["finding"] as? String
        #expect(finding?.hasPrefix("1: ") == true, "\(checks)")
        #expect(try await Program.run(["doctor", "--processors", "0"]).exitCode == 2)
    }
}
