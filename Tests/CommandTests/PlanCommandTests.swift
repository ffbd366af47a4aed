import Foundation
import Testing

@Suite("lapwing plan", .enabled(if: Assets.arePresent, "needs the models in LAPWING_ASSETS"))
struct PlanCommandTests {
    private static let quick = [
        "plan", "--fps", "25", "--size", "320x180", "--model", Assets.fastModel, "--seconds", "0.5",
    ]

    @Test("measures each part, and says what is needed, as a table with advice")
    func table() async throws {
        let outcome = try await Program.succeed(Self.quick + ["--videos", "40", "--every", "2"])
        for line in ["MEASURED HERE", "decoding 320x180", "scaling to 320x320", "tracking", "embedded log, out"] {
            #expect(outcome.outputLines.contains { $0.hasPrefix(line) }, "\(line): \(outcome)")
        }
        for line in ["NEEDED FOR 40 VIDEOS, LIVE", "workers ", "processors", "partitions", "bottleneck "] {
            #expect(outcome.outputLines.contains { $0.hasPrefix(line) }, "\(line): \(outcome)")
        }
        #expect(outcome.outputLines.count { $0.hasPrefix("- ") } == 4, "\(outcome)")
        #expect(outcome.outputLines.allSatisfy { $0.count <= 102 }, "\(outcome)")
    }

    @Test("says the same as one JSON object, also for videos that are there already")
    func json() async throws {
        let outcome = try await Program.succeed(
            Self.quick + ["--videos", "7", "--target", "2h", "--duration", "30m", "--bitrate", "4", "--json"])
        #expect(outcome.outputLines.count == 1)
        let plan = try #require(try JSONLines(outcome.output).objects.first)
        let measured = try #require(plan["measured"] as? [String: Any])
        for name in [
            "cores", "decode_fps_per_core", "scale_fps_per_core", "inference_fps", "tracking_fps_per_core",
            "log_append_bytes_per_second", "log_read_bytes_per_second",
        ] {
            #expect(measured[name] as? Double ?? 0 > 0, "\(name): \(outcome)")
        }
        let needed = try #require(plan["needed"] as? [String: Any])
        #expect(needed["frames_per_second"] as? Double == 43.75, "7 videos, 25 frames a second, a quarter of the time")
        #expect(needed["video_bytes_per_second"] as? Double == 875_000)
        for name in ["workers", "workers_if_even", "processors", "partitions", "videos_on_fullest_worker"] {
            #expect(needed[name] as? Int ?? 0 >= 1, "\(name): \(outcome)")
        }
        #expect(plan["device"] as? String == "CPU")
        #expect(plan["keeps_up"] is Bool && plan["bottleneck"] is String)
        #expect((plan["one_more_worker"] as? [String: Any])?["useful_workers"] as? Int == 7)
        #expect((plan["advice"] as? [String])?.count == 4)
    }

    @Test("leaves no files behind")
    func leavesNothing() async throws {
        let folder = try TemporaryFolder()
        try await Program.succeed(Self.quick + ["--videos", "1"], environment: ["TMPDIR": folder.path])
        try #expect(FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
}
