import Foundation
import PipelineTesting
import Testing

@Suite("inputs that cannot be used", .enabled(if: Assets.arePresent, "needs the models and videos in LAPWING_ASSETS"))
struct BadInputTests {
    /// Inputs with nothing in them to work on, and what the message must say.
    private func unusable() throws -> [(path: String, says: [String])] {
        let good = try Clips.moving(frames: 100)
        let folder = URL(fileURLWithPath: good).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder + "/nothing", withIntermediateDirectories: true)
        _ = try Clips.file("nothing/readme.txt", "no video")
        let beginningOnly = try Clips.cutOff(good)  // its index was at the end
        return [
            (try Clips.file("empty.mp4", ""), ["is empty", "again"]),
            (try Clips.file("text.mp4", "This is not a video.\n"), ["is not a video that FFmpeg knows", "ffprobe"]),
            (beginningOnly, ["moov", "copy it again"]),
            (try Clips.generated("audio.mp4", ["sine", "-t", "1"]), ["holds no video stream", "audio"]),
            (folder + "/missing.mp4", ["No such file or directory", "check the path"]),
            ("/dev/zero", ["is a pipe or a device", "record it"]),
            (folder + "/nothing", ["no video in this folder", "name a file"]),
        ]
    }

    /// Videos that break off, about how many frames are there, and what the message must say.
    private func cutOff() throws -> [(path: String, frames: ClosedRange<Int>, says: String)] {
        let good = try Clips.moving(frames: 100)
        return [
            (try Clips.cutOff(Assets.cars), 220...220, "377"),
            (
                try Clips.cutOff(try Clips.converted(good, to: "fast.mp4", ["-c", "copy", "-movflags", "+faststart"])),
                55...65, "middle of a frame"
            ),
            (
                try Clips.cutOff(try Clips.converted(good, to: "transport.ts", ["-c", "copy"])), 55...65,
                "transport packet"
            ),
            (try Clips.cutOff(try Clips.converted(good, to: "matroska.mkv", ["-c", "copy"])), 55...65, "segment"),
        ]
    }

    private func check(_ outcome: Outcome, says: [(path: String, words: [String])]) {
        #expect(outcome.errorLines.count == says.count, "\(outcome)")
        for (path, words) in says {
            let lines = outcome.errorLines.filter { $0.hasPrefix("lapwing: error: \(path): ") }
            #expect(lines.count == 1, "\(path): \(outcome.errors)")
            for word in words { #expect(lines.first?.contains(word) == true, "'\(word)': \(lines)") }
            // The path once, and no names of types, functions or error domains.
            let line = lines.first ?? ""
            #expect(line.components(separatedBy: path).count == 2, "\(line)")
            for noise in ["Error Domain", "NSCocoa", "Error(", "(stat)", "avformat", "av_", "Optional"] {
                #expect(!line.contains(noise), "\(line)")
            }
            #expect(line.count < 400, "\(line)")
        }
    }

    @Test("get one clear line each; 'run' does the others and exits with 3")
    func run() async throws {
        let folder = try TemporaryFolder()
        let good = try Clips.moving(frames: 100)
        let unusable = try unusable()
        let cutOff = try cutOff()
        let outcome = try await Program.run(
            ["run"] + unusable.map(\.path) + [good] + cutOff.map(\.path)
                + ["--model", Assets.fastModel, "--output", folder.path, "--json"])
        #expect(outcome.exitCode == 3, "\(outcome)")
        check(
            outcome,
            says: unusable.map { ($0.path, $0.says) }
                + cutOff.map { ($0.path, [$0.says, " frames were there", "whole file"]) })
        let summary = try JSONLines(outcome.output).objects
        #expect(summary.map { $0["input"] as? String } == unusable.map(\.path) + [good] + cutOff.map(\.path))
        for (line, input) in zip(summary, unusable) {
            #expect(line["state"] as? String == "failed")
            #expect((line["problem"] as? String)?.contains(input.says[0]) == true)
        }
        let done = summary.dropFirst(unusable.count)
        #expect(done.allSatisfy { $0["state"] as? String == "ended" })
        for (line, range) in zip(done, [100...100] + cutOff.map(\.frames)) {
            let frames = try #require(line["frames_processed"] as? Int)
            #expect(range.contains(frames), "\(line)")
            let problem = line["problem"] as? String
            #expect(problem?.contains("; \(frames) frames were there") ?? (frames == 100))
            let results = try JSONLines(file: try #require(line["results"] as? String))
            #expect(results.frames.map { $0["frame"] as? Int } == Array(0..<results.frames.count))
            #expect(results.frames.count == line["frames_processed"] as? Int)
        }
    }

    @Test("get one clear line each; 'submit' sends the others and exits with 3")
    func submit() async throws {
        let bench = try LogBench()
        let good = try Clips.moving(frames: 100)
        let unusable = try unusable()
        let cutOff = try cutOff()
        let outcome = try await Program.run(
            ["submit"] + unusable.map(\.path) + [good] + cutOff.map(\.path) + ["--log", bench.log])
        #expect(outcome.exitCode == 3, "\(outcome)")
        check(
            outcome,
            says: unusable.map { ($0.path, $0.says) } + cutOff.map { ($0.path, [$0.says, "whole file"]) })
        #expect(outcome.outputLines.count == 5, "\(outcome)")
    }

    @Test("exit with 1 when there are no others", arguments: ["run", "submit"])
    func allBad(command: String) async throws {
        let bench = try LogBench()
        let unusable = try unusable()
        let settings =
            command == "run"
            ? ["--model", Assets.fastModel, "--output", bench.folder.path + "/out"] : ["--log", bench.log]
        let outcome = try await Program.run([command] + unusable.map(\.path) + settings)
        #expect(outcome.exitCode == 1, "\(outcome)")
        check(outcome, says: unusable.map { ($0.path, $0.says) })
        #expect(!outcome.output.contains("NOT every frame"), "\(outcome)")
    }

    @Test("are not these: pictures of 1×1 and of 8K, turned ones, uneven times, a name with spaces")
    func odd() async throws {
        let folder = try TemporaryFolder()
        let good = try Clips.moving(frames: 100)
        let inputs: [(id: String, path: String, width: Int, height: Int, frames: Int)] = [
            (
                "tiny",
                try Clips.generated(
                    "tiny.mkv",
                    [
                        "testsrc2=size=2x2:rate=10", "-frames:v", "5", "-vf", "scale=1:1", "-c:v", "ffv1", "-pix_fmt",
                        "yuv444p",
                    ]), 1, 1, 5
            ),
            (
                "huge",
                try Clips.generated(
                    "huge.mp4",
                    [
                        "testsrc2=size=7680x4320:rate=10", "-frames:v", "1", "-preset", "ultrafast", "-pix_fmt",
                        "yuv420p",
                    ]),
                7680, 4320, 1
            ),
            (
                "turned", try Clips.converted(good, to: "turned.mp4", ["-c", "copy", "-metadata:s:v", "rotate=90"]), 96,
                160, 100
            ),
            (
                "uneven",
                try Clips.converted(
                    good, to: "uneven times.mkv", ["-vf", "select='lt(n,10)+not(mod(n,7))'", "-vsync", "vfr"]), 160, 96,
                23
            ),
        ]
        for input in inputs {
            let outcome = try await Program.succeed([
                "run", input.path, "--model", Assets.fastModel, "--output", folder.path, "--video-id", input.id,
            ])
            #expect(outcome.errors.isEmpty, "\(outcome)")
            let frames = try JSONLines(file: "\(folder.path)/\(input.id)/results.jsonl").frames
            #expect(frames.count == input.frames, "\(input.id)")
            #expect(frames.allSatisfy { $0["width"] as? Int == input.width }, "\(input.id)")
            #expect(frames.allSatisfy { $0["height"] as? Int == input.height }, "\(input.id)")
        }
        let times = try JSONLines(file: "\(folder.path)/uneven/results.jsonl").frames.compactMap {
            $0["time_ms"] as? Double
        }
        let said = try await Program.tool(
            "ffprobe",
            [
                "-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0",
                inputs[3].path,
            ])
        let expected = said.split(whereSeparator: { $0 == "\n" || $0 == "," }).compactMap { Double($0) }
        try #require(expected.count == times.count)
        for (time, seconds) in zip(times, expected) { #expect(abs(time - 1000 * (seconds - expected[0])) < 1) }
        #expect(Set(zip(times.dropFirst(), times).map { ($0 - $1).rounded() }).count > 1, "the times are even")
    }

    @Test("a model that is none, or another kind, ends the call with 1 and a line that says so")
    func models() async throws {
        let folder = try TemporaryFolder()
        let good = try Clips.moving(frames: 10)
        let cases: [(model: String, says: [String])] = [
            (
                "\(Assets.root)/models/osnet_x0_25_msmt17.onnx",
                ["osnet_x0_25_msmt17.onnx", "expected a YOLOv8 detector", "[1, 512]"]
            ),
            (
                try Clips.file("text.onnx", "This is not a model.\n"),
                ["text.onnx", "is not an ONNX model", "export it"]
            ),
            (try Clips.file("text.txt", "This is not a model.\n"), ["text.txt", ".onnx", "OpenVINO"]),
            (folder.path + "/missing.onnx", ["there is no model at \(folder.path)/missing.onnx", "--model"]),
            (Assets.cars, ["neither an .onnx file nor an OpenVINO .xml"]),
        ]
        for (model, says) in cases {
            let run = try await Program.run(["run", good, "--model", model, "--output", folder.path + "/out"])
            let worker = try await Program.run(["worker", "--log", "sqlite:\(folder.path)/log.db", "--model", model])
            for outcome in [run, worker] {
                #expect(outcome.exitCode == 1, "\(outcome)")
                #expect(outcome.output.isEmpty)
                #expect(outcome.errorLines.count == 1, "\(outcome)")
                #expect(outcome.errors.hasPrefix("lapwing: error: "))
                for words in says { #expect(outcome.errors.contains(words), "'\(words)': \(outcome)") }
            }
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/log.db"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
    }

    @Test("an output folder that cannot be made ends the call with 1, before the work")
    func outputs() async throws {
        let bench = try LogBench()
        let good = try Clips.moving(frames: 10)
        let file = try bench.folder.file("file", [])
        let cases = [
            (file + "/below", "Not a directory"), ("/proc/x", "No such file or directory"),
            (file, "a file is in its place"),
        ]
        for (path, cause) in cases {
            let run = try await Program.run(["run", good, "--model", Assets.fastModel, "--output", path])
            let collect = try await Program.run(["collect", "--log", bench.log, "--output", path, "--exit-when-idle"])
            for outcome in [run, collect] {
                #expect(outcome.exitCode == 1, "\(outcome)")
                #expect(
                    outcome.errors
                        == "lapwing: error: output folder \(path): it cannot be made (\(cause)); choose another with --output\n"
                )
            }
            let worker = try await Program.run(bench.workerArguments + ["--spool-dir", path, "--exit-when-idle"])
            #expect(worker.exitCode == 1, "\(worker)")
            #expect(worker.errors.contains("spool folder \(path): it cannot be made (\(cause))"), "\(worker)")
        }
    }

    @Test("a log that is none, or in no folder, ends the call with 1")
    func logs() async throws {
        let folder = try TemporaryFolder()
        let good = try Clips.moving(frames: 10)
        let text = try folder.file("text.db", Array(String(repeating: "This is not a log.\n", count: 100).utf8))
        for (path, says) in [(text, "is not a database"), (folder.path + "/none/log.db", "No such file or directory")] {
            let outcome = try await Program.run(["submit", good, "--log", "sqlite:" + path])
            #expect(outcome.exitCode == 1, "\(outcome)")
            #expect(outcome.errorLines.count == 1, "\(outcome)")
            #expect(outcome.errors.hasPrefix("lapwing: error: \(path): "), "\(outcome)")
            #expect(outcome.errors.contains(says), "\(outcome)")
        }
        let nothing = try await Program.run(["status", "--log", "sqlite:\(folder.path)/none.db"])
        #expect(nothing.exitCode == 1)
        #expect(nothing.errors.contains("there is no such file; 'lapwing submit' makes it"), "\(nothing)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/none.db"))
    }
}
