import Foundation
import Testing

/// What a call's settings are can be seen in what the tracker puts out, without a model: a score above `--min-score`.
@Suite("settings: file, environment, command line")
struct ConfigurationTests {
    private let folder: TemporaryFolder
    private let call: [String]

    init() throws {
        folder = try TemporaryFolder()
        // One object in three frames; its score tells how high --min-score may be for it to appear.
        let rows = (1...3).flatMap { frame in
            [0.2, 0.4, 0.6, 0.8].enumerated().map { "\(frame),-1,\(100 * $0.offset),10,50,50,\($0.element)\n" }
        }
        _ = try folder.file("det.txt", Array(rows.joined().utf8))
        // SORT puts out an object of whatever score in a sequence's first frames.
        call = ["track", "--detections", "det.txt", "--tracker", "sort"]
    }

    /// How many objects are tracked: 4 of them without a threshold, one less for each 0.2 that it is higher.
    private func objects(_ more: [String] = [], _ environment: [String: String] = [:]) async throws -> Int {
        let outcome = try await Program.succeed(call + more, environment: environment, in: folder.path)
        return Set(outcome.outputLines.map { $0.split(separator: ",")[1] }).count
    }

    private func write(_ yaml: String) throws -> [String] {
        _ = try folder.file("lapwing.yaml", Array(yaml.utf8))
        return ["--config", "lapwing.yaml"]
    }

    @Test("the command line wins over the environment, that over the file, that over the default")
    func precedence() async throws {
        let file = try write("min-score: 0.3\n")
        let variable = ["LAPWING_MIN_SCORE": "0.5"]
        try #expect(await objects() == 4)
        try #expect(await objects(file) == 3)
        try #expect(await objects([], variable) == 2)
        try #expect(await objects(file, variable) == 2)
        try #expect(await objects(file + ["--min-score", "0.7"], variable) == 1)
        try #expect(await objects(file + ["--min-score=0.7"], variable) == 1)
        try #expect(await objects([], ["LAPWING_CONFIG": "lapwing.yaml"]) == 3)
        // An empty variable is none.
        try #expect(await objects(file, ["LAPWING_MIN_SCORE": ""]) == 3)
    }

    @Test("options that are required can come from a file, too; settings of other commands do not disturb")
    func required() async throws {
        let file = try write(
            """
            # for all commands
            detections: det.txt
            min_score: 0.5        # with an underscore, as YAML likes it
            tracker: sort
            model: yolov8n.onnx
            chunk-seconds: 2
            output: ~
            """)
        let outcome = try await Program.succeed(["track"] + file, in: folder.path)
        #expect(Set(outcome.outputLines.map { $0.split(separator: ",")[1] }).count == 2)
    }

    @Test(
        "options that repeat are a list, a mapping, or one value",
        arguments: [
            "tracker-option: [max_age=7, min_hits=9]", "tracker-option: {max_age: 7, min_hits: 9}",
            "tracker-option:\n  - max_age=7\n  - min_hits=9", "tracker-option: min_hits=9",
        ])
    func repeated(yaml: String) async throws {
        let file = try write(yaml + "\n")
        // All are reported in the first min_hits frames of a sequence, so it shows in a refusal only.
        try #expect(await objects(file) == 4)
        let refused = try await Program.run(
            call + (try write(yaml.replacingOccurrences(of: "9", with: "often"))), in: folder.path)
        #expect(refused.exitCode == 2)
        #expect(refused.errors.contains("min_hits") && refused.errors.contains("often"), "\(refused)")
        let overruled = try await Program.run(
            call + ["--config", "lapwing.yaml", "--tracker-option", "min_hits=1"], in: folder.path)
        #expect(overruled.exitCode == 0, "\(overruled)")
        let variable = try await Program.run(
            call, environment: ["LAPWING_TRACKER_OPTION": "min_hits=often"], in: folder.path)
        #expect(variable.exitCode == 2)
    }

    @Test("flags are true or false; the command line can take back what the others say")
    func flags() async throws {
        func isJSON(_ more: [String], _ environment: [String: String] = [:]) async throws -> Bool {
            let outcome = try await Program.succeed(["doctor"] + more, environment: environment, in: folder.path)
            return outcome.output.hasPrefix("{")
        }
        let on = try write("json: true\n")
        try #expect(await isJSON(on))
        try #expect(await !isJSON(on, ["LAPWING_JSON": "false"]))
        try #expect(await !isJSON(on + ["--json=false"]))
        try #expect(await isJSON(["--json=true"]))
        try #expect(await isJSON([], ["LAPWING_JSON": "1"]))
        try #expect(await isJSON(["--json"], ["LAPWING_JSON": "no"]))
        let off = try write("json: no\n")
        try #expect(await !isJSON(off))
        try #expect(await isJSON(off + ["--json"]))
        for (more, environment, says) in [
            (try write("json: perhaps\n"), [:], "configuration file lapwing.yaml: json: 'perhaps'"),
            ([], ["LAPWING_JSON": "perhaps"], "LAPWING_JSON: 'perhaps'"),
            (["--json=perhaps"], [:], "--json: 'perhaps'"),
        ] {
            let outcome = try await Program.run(["doctor"] + more, environment: environment, in: folder.path)
            #expect(outcome.exitCode == 2)
            #expect(outcome.errors == "lapwing: error: \(says) is neither true nor false\n")
        }
    }

    @Test("text in the file stays as it is written, also where it looks like a number")
    func text() async throws {
        let clip = try Clips.moving(frames: 10)
        let file = try write("video-id: 000123\nlog: sqlite:a.db\njson: true\n")
        let outcome = try await Program.succeed(["submit", clip] + file, in: folder.path)
        #expect(try JSONLines(outcome.output).objects.first?["video_id"] as? String == "000123")
    }

    @Test(
        "a file that cannot be used exits with 2 and says why",
        arguments: [
            ("chunk-secs: 4\n", "there is no option 'chunk-secs'"),
            ("min-score: 0.3\nnonsense: 1\n", "there is no option 'nonsense'"),
            ("- just\n- a list\n", "it must be a mapping"),
            ("min-score: [0.3\n", "it is not YAML"),
            ("tracker-option: [[a]]\n", "cannot be nested"),
        ])
    func unusable(yaml: String, says: String) async throws {
        let outcome = try await Program.run(call + (try write(yaml)), in: folder.path)
        #expect(outcome.exitCode == 2, "\(outcome)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("lapwing: error: configuration file lapwing.yaml: "), "\(outcome)")
        #expect(outcome.errors.contains(says), "\(outcome)")
    }

    @Test("so does one that is not there")
    func missing() async throws {
        let outcome = try await Program.run(call + ["--config=none.yaml"], in: folder.path)
        #expect(outcome.exitCode == 2)
        #expect(
            outcome.errors
                == "lapwing: error: configuration file none.yaml: it cannot be read (No such file or directory)\n")
    }
}
