import Foundation
import Testing

@Suite("lapwing aggregate and lapwing summary")
struct AggregateCommandTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private static let zones = """
        zones:
          - name: left half
            polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
        lines:
          - name: middle
            from: [0.5, 0]
            to: [0.5, 1]
        """

    @Test("add up what workers found, also after kill -9, and print tables that line up")
    func wholeWay() async throws {
        let bench = try LogBench()
        let video = bench.folder.path + "/gate-street.mp4"
        let zones = try bench.folder.file("zones.yaml", Array(Self.zones.utf8))
        try await Program.succeed([
            "synthesize", "--output", video, "--size", "320x192", "--frames", "100", "--rate", "10", "--seed", "81",
        ])
        let id = try await bench.submit(video)
        let model = Self.root + "/Models/lapwing-street"
        try await Program.succeed([
            "worker", "--log", bench.log, "--model", model + ".onnx", "--config", model + ".yaml", "--exit-when-idle",
            "--log-level", "warning",
        ])
        let early = try await Program.run(["summary", "--log", bench.log])
        #expect(early.exitCode == 1)
        #expect(early.errors.contains("there are no summaries yet; 'lapwing aggregate --log \(bench.log)' makes"))

        let aggregate = [
            "aggregate", "--log", bench.log, "--zones", zones, "--camera-from", "video-id:^([a-z]+)-", "--log-level",
            "warning", "--publish-interval", "0", "--session-timeout", "0.5",
        ]
        let killed = try Program.start(aggregate)
        // Once it has written something, or before: it makes no difference.
        var isThere = false
        for _ in 0..<200 where !isThere {
            isThere = try await Program.run(["summary", "--log", bench.log]).exitCode == 0
        }
        killed.send(SIGKILL)
        _ = await killed.outcome()
        let outcome = try await Program.succeed(aggregate + ["--exit-when-idle"])
        #expect(outcome.errors.isEmpty, "\(outcome)")

        let json = try await Program.succeed(["summary", id, "--log", bench.log, "--json"])
        let summary = try #require(try JSONLines(json.output).objects.first)
        let results = try await bench.results(id)
        let ended = try #require(try JSONLines(results).objects.last)
        let classes = try #require(summary["classes"] as? [String: [String: Any]])
        let counts = classes.compactMapValues { $0["objects"] as? Int }.filter { $0.value > 0 }
        #expect(counts == ended["object_counts"] as? [String: Int])
        #expect(summary["frames"] as? Int == 100)
        #expect(summary["camera"] as? String == "gate")

        for arguments in [[id], [], ["--camera", "gate"]] {
            let text = try await Program.succeed(["summary"] + arguments + ["--log", bench.log])
            let lines = text.outputLines
            let header = try #require(lines.first { $0.hasPrefix("CLASS ") })
            let row = try #require(lines.first { $0.hasPrefix("person ") })
            #expect(header.count == row.count, "\(text)")
            #expect(lines.contains { $0.hasPrefix("LINE ") } && lines.contains { $0.hasPrefix("middle ") })
            #expect(lines.contains { $0.hasPrefix("left half  all ") }, "\(text)")
        }
        let unknown = try await Program.run(["summary", "--log", bench.log, "--camera", "yard"])
        #expect(unknown.exitCode == 1)
        #expect(unknown.errors.contains("there is no such camera; known are gate"))
        let nobody = try await Program.run(["summary", "nobody", "--log", bench.log])
        #expect(nobody.exitCode == 1)
        #expect(nobody.errors.contains("nobody: there is no summary of it"))

        let other = try await Program.run(["aggregate", "--log", bench.log, "--exit-when-idle"])
        #expect(other.exitCode == 1)
        #expect(other.errors.contains("were made with other zones or settings"), "\(other)")
        try await Program.succeed(["aggregate", "--log", bench.log, "--exit-when-idle", "--group", "again"])
        try await Program.succeed(["summary", "--log", bench.log, "--group", "again"])
    }

    @Test("refuse what cannot be meant, with exit code 2")
    func usage() async throws {
        let bench = try LogBench()
        let zones = try bench.folder.file("zones.yaml", Array("zones: [{name: a, polygon: [[0, 0], [1, 1]]}]".utf8))
        for (arguments, message) in [
            (
                ["aggregate", "--zones", zones],
                "--zones \(zones): zone 1 'a': polygon: 2 points: it needs three corners"
            ),
            (["aggregate", "--zones", "none.yaml"], "--zones none.yaml: it cannot be read"),
            (["aggregate", "--camera-from", "cam"], "--camera-from 'cam' is none of video-id:REGEX, header"),
            (["aggregate", "--group", "a/b"], "--group must be 1 to 64 of"),
            (["aggregate", "--publish-interval=-1"], "--publish-interval must be between 0 and 3600 seconds"),
            (["summary", "v", "--camera", "c"], "give either a video or --camera, not both"),
            (["summary", "a/b"], "video ID 'a/b': use 1 to 128"),
        ] {
            let outcome = try await Program.run(arguments + ["--log", bench.log])
            #expect(outcome.exitCode == 2, "\(outcome)")
            #expect(outcome.errors.contains(message), "\(outcome)")
        }
    }
}
