import Foundation
import Testing

@Suite("how the program is called")
struct UsageTests {
    @Test(
        "every command explains itself by example",
        arguments: [
            "run", "submit", "worker", "collect", "results", "status", "annotate", "report", "evaluate", "track",
            "tune", "synthesize", "plan", "doctor", "topics", "topics create", "topics describe", "deadletter",
            "deadletter list", "deadletter show", "deadletter replay",
        ])
    func help(command: String) async throws {
        let words = command.split(separator: " ").map(String.init)
        for arguments in [words + ["--help"], ["help"] + words] {
            let outcome = try await Program.run(arguments)
            #expect(outcome.exitCode == 0, "\(outcome)")
            #expect(outcome.errors.isEmpty)
            #expect(outcome.output.contains("Example"), "\(outcome)")
            // Once in the usage, and at least once in an example.
            #expect(outcome.output.components(separatedBy: "lapwing \(command)").count > 2, "\(outcome)")
            #expect(outcome.output.contains("USAGE: lapwing \(command)"))
        }
    }

    @Test("the program itself, too, and tells its version")
    func root() async throws {
        let help = try await Program.run(["--help"])
        #expect(help.exitCode == 0)
        for words in ["lapwing run street.mp4", "--config", "LAPWING_", "Exit codes"] {
            #expect(help.output.contains(words), "\(help)")
        }
        let version = try await Program.run(["--version"])
        #expect(version.exitCode == 0)
        #expect(version.outputLines.count == 1)
    }

    struct Mistake: CustomTestStringConvertible {
        var arguments: [String]
        var says: [String]
        var testDescription: String { arguments.joined(separator: " ") }
    }

    @Test(
        "mistakes exit with 2 and say what is wrong, where, and what is right",
        arguments: [
            Mistake(arguments: ["frobnicate"], says: ["frobnicate"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--bogus"], says: ["--bogus", "lapwing run --help"]),
            Mistake(arguments: ["run", "a.mp4"], says: ["--model"]),
            Mistake(arguments: ["run", "--model", "m.onnx"], says: ["<inputs>"]),
            Mistake(arguments: ["submit", "a.mp4"], says: ["--log"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--tracker", "botsort", "--parallel-detect"],
                says: ["--parallel-detect", "--camera-motion off"]),
            Mistake(
                arguments: [
                    "run", "a.mp4", "--model", "m.onnx", "--appearance-model", "a.onnx", "--parallel-detect",
                ], says: ["--parallel-detect", "--appearance-model", "leave one"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--tracker-option", "max_ag=3"],
                says: ["--tracker-option", "max_ag", "max_age"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--tracker-option", "max_age"],
                says: ["--tracker-option max_age", "name=value"]),
            Mistake(
                arguments: ["track", "--detections", "d.txt", "--tracker-option", "max_age=often"],
                says: ["max_age", "often", "whole number"]),
            Mistake(
                arguments: ["run", "x.mp4", "--model", "m.onnx", "--tracker", "sort", "--appearance-model", "a.onnx"],
                says: ["--appearance-model: SORT does not look at appearance", "deepsort"]),
            Mistake(
                arguments: ["worker", "--log", "sqlite:x", "--model", "m.onnx", "--embed-every", "2"],
                says: ["--embed-every needs --appearance-model"]),
            Mistake(
                arguments: ["run", "x.mp4", "--model", "m.onnx", "--tracker", "ocsort", "--camera-motion", "frames"],
                says: ["--camera-motion: OC-SORT does not use it", "botsort or lapwing"]),
            Mistake(arguments: ["track", "--detections", "d.txt", "--tracker", "magic"], says: ["magic", "sort"]),
            Mistake(arguments: ["submit", "a.mp4", "--log", "nonsense"], says: ["--log nonsense", "sqlite:PATH"]),
            Mistake(arguments: ["submit", "a.mp4", "--log", "sqlite:"], says: ["--log sqlite:", "sqlite:PATH"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--video-id", ".."],
                says: ["--video-id '..'", "A-Z a-z 0-9"]),
            Mistake(
                arguments: ["run", "a.mp4", "b.mp4", "--model", "m.onnx", "--video-id", "one"],
                says: ["--video-id", "2"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--precision", "f16"], says: ["f16", "auto", "f32"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--confidence", "2"],
                says: ["--confidence", "0 and 1"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--confidence", "1"],
                says: ["--confidence", "below 1"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--low-confidence", "0.5"],
                says: ["--low-confidence 0.5", "above --confidence", "0.25"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--low-confidence=-0.1"],
                says: ["--low-confidence", "0 and 1"]),
            Mistake(
                arguments: [
                    "worker", "--log", "sqlite:x.db", "--model", "m.onnx", "--tracker", "bytetrack", "--confidence",
                    "0.3", "--low-confidence", "0.31",
                ], says: ["--low-confidence 0.31", "0.3"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--chunk-seconds", "1e300"],
                says: ["--chunk-seconds", "at most 86400"]),
            Mistake(
                arguments: ["worker", "--log", "sqlite:x.db", "--model", "m.onnx", "--video-timeout", "1e10"],
                says: ["--video-timeout", "1000000000"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--every", "0"], says: ["--every", "at least 1"]),
            Mistake(
                arguments: ["run", "a.mp4", "--model", "m.onnx", "--memory", "1KiB"], says: ["--memory", "16MiB"]),
            Mistake(
                arguments: ["submit", "a.mp4", "--log", "sqlite:x.db", "--max-chunk-bytes", "many"],
                says: ["--max-chunk-bytes", "many"]),
            Mistake(
                arguments: ["submit", "a.mp4", "--log", "sqlite:x.db", "--chunk-seconds", "0"],
                says: ["--chunk-seconds", "above 0"]),
            Mistake(arguments: ["results", "a/b", "--log", "sqlite:x.db"], says: ["'a/b'", "A-Z a-z 0-9"]),
            Mistake(
                arguments: ["results", "a", "--log", "sqlite:x.db", "--format", "xml"],
                says: ["xml", "jsonl", "csv", "mot"]),
            Mistake(arguments: ["run", "a.mp4", "--config"], says: ["--config needs a file"]),
            Mistake(arguments: plan(["--videos", "0"]), says: ["--videos", "1 to 100000"]),
            Mistake(arguments: plan(["--fps", "fast"]), says: ["--fps", "fast"]),
            Mistake(arguments: plan(["--size", "8x8"]), says: ["8x8", "32 to 8192"]),
            Mistake(arguments: plan(["--target", "soon"]), says: ["--target", "soon", "realtime"]),
            Mistake(arguments: plan(["--target", "8h"]), says: ["--target 8h", "--duration"]),
            Mistake(arguments: plan(["--target", "0", "--duration", "1h"]), says: ["--target", "1 second"]),
            Mistake(arguments: plan(["--duration", "1h"]), says: ["--duration", "--target"]),
            Mistake(arguments: plan(["--bitrate", "0"]), says: ["--bitrate", "0.001"]),
            Mistake(arguments: plan(["--seconds", "0"]), says: ["--seconds", "0.5"]),
            Mistake(arguments: ["plan", "--videos", "2", "--fps", "25", "--size", "640x360"], says: ["--model"]),
        ])
    func mistakes(_ mistake: Mistake) async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Program.run(mistake.arguments, in: folder.path)
        #expect(outcome.exitCode == 2, "\(outcome)")
        #expect(outcome.output.isEmpty)
        for words in mistake.says { #expect(outcome.errors.contains(words), "'\(words)': \(outcome)") }
        try #expect(FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty, "something was made")
    }

    @Test(
        "a class that the model does not know is a mistake, too, with the one that was meant",
        .enabled(if: Assets.arePresent, "needs the models in LAPWING_ASSETS"))
    func classes() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Program.run([
            "run", Clips.moving(frames: 10), "--model", Assets.fastModel, "--classes", "car,persn", "--output",
            folder.path + "/out",
        ])
        #expect(outcome.exitCode == 2, "\(outcome)")
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains("knows no class \"persn\"; did you mean \"person\"?"), "\(outcome)")
    }

    /// `lapwing plan` with one thing changed.
    private static func plan(_ changed: [String]) -> [String] {
        let usual = [("--videos", "2"), ("--fps", "25"), ("--size", "640x360"), ("--model", "m.onnx")]
        return ["plan"] + usual.filter { !changed.contains($0.0) }.flatMap { [$0.0, $0.1] } + changed
    }

    @Test("doctor says what is there, as a table and as JSON")
    func doctor() async throws {
        let table = try await Program.run(["doctor"])
        #expect(table.exitCode == 0, "\(table)")
        for check in ["FFmpeg", "OpenVINO", "ONNX Runtime", "processors", "embedded log"] {
            #expect(table.outputLines.contains { $0.hasPrefix(check) && $0.contains(" ok ") }, "\(table)")
        }
        let json = try await Program.run(["doctor", "--json"])
        #expect(json.exitCode == 0)
        let checks = try #require(try JSONLines(json.output).objects.first)
        for check in ["FFmpeg", "OpenVINO", "ONNX Runtime", "embedded log", "devices", "processors"] {
            #expect((checks[check] as? [String: Any])?["ok"] as? Bool == true, "\(json)")
        }
    }

    @Test(
        "doctor describes a model, and fails over one that cannot be used",
        .enabled(if: Assets.arePresent, "needs the models in LAPWING_ASSETS"))
    func doctorModel() async throws {
        let good = try await Program.run(["doctor", "--model", Assets.fastModel])
        #expect(good.exitCode == 0, "\(good)")
        #expect(good.output.contains("320×320, 80 classes (person, bicycle, car, motorcycle, …)"), "\(good)")
        let bad = try await Program.run(["doctor", "--model", "/none/yolov8n.onnx", "--json"])
        #expect(bad.exitCode == 1, "\(bad)")
        let model = try #require(try JSONLines(bad.output).objects.first?["model"] as? [String: Any])
        #expect(model["ok"] as? Bool == false)
        #expect((model["finding"] as? String)?.hasPrefix("there is no model at /none/yolov8n.onnx") == true, "\(model)")
    }
}
