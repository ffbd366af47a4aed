import Foundation
import KafkaLogTesting
import Pipeline
import Testing

/// Processes on a real cluster, with the shipped model.
@Suite(
    "Workers on a Kafka cluster",
    .enabled(if: TestedKafka.address != nil, "set LAPWING_TEST_KAFKA=host:port to have workers killed on a cluster"))
struct KafkaWorkersTests {
    private let options = [
        "--log", "kafka://\(TestedKafka.address ?? "")", "--topic-prefix", "test-\(UInt32.random(in: 0...UInt32.max)).",
    ]
    private let processing = ["--model", StreetModelTests.model, "--config", StreetModelTests.settings]

    private func status() async throws -> LogBench.Status {
        let outcome = try await Program.start(["status", "--json"] + options).outcome()
        try #require(outcome.exitCode == 0, "\(outcome)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(LogBench.Status.self, from: Data(outcome.output.utf8))
    }

    /// Looks every so often until so many frames are committed.
    private func wait(frames: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while true {
            let status = try await status()
            if status.videos.reduce(0, { $0 + $1.framesDone }) >= frames { return }
            try #require(.now < deadline, "still \(status)")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test(
        "One of three is killed, one is stopped, one joins: the results of 24 videos are those of a single process",
        .timeLimit(.minutes(6)))
    func comingAndGoing() async throws {
        let folder = try TemporaryFolder()
        try await Program.succeed([
            "synthesize", "--output", folder.path + "/videos/street.mp4", "--videos", "24", "--frames", "100", "--size",
            "320x192",
        ])
        let cut = ["--chunk-seconds", "0.8"]
        try await Program.succeed(
            ["run", folder.path + "/videos", "--output", folder.path + "/alone"] + processing + cut)
        try await Program.succeed(["topics", "create", "--partitions", "12"] + options)
        try await Program.succeed(["submit", folder.path + "/videos"] + cut + options)

        func work() throws -> RunningProgram {
            try Program.start(["worker", "--session-timeout", "6", "--log-level", "warning"] + processing + options)
        }
        let killed = try work()
        let stopped = try work()
        let staying = try work()
        try await wait(frames: 200)
        killed.send(SIGKILL)
        try await wait(frames: 700)
        stopped.send(SIGTERM)
        let joining = try work()
        #expect(await stopped.outcome().exitCode == 0)
        try await wait(frames: 2400)
        let end = try await status()
        #expect(end.videos.count == 24)
        #expect(end.videos.allSatisfy { $0.state == "ended" && $0.framesDone == 100 })
        #expect(end.partitions.count == 12 && end.partitions.allSatisfy { $0.lag == 0 })
        #expect(end.members.count == 2)
        for worker in [staying, joining] {
            worker.send(SIGTERM)
            let outcome = await worker.outcome()
            #expect(outcome.exitCode == 0, "\(outcome)")
        }
        for video in end.videos.map(\.videoId) {
            let results = try await Program.succeed(["results", video] + options).output
            let alone = try String(contentsOfFile: "\(folder.path)/alone/\(video)/results.jsonl", encoding: .utf8)
            #expect(results == alone, "\(video)")
        }
    }

    private static let kcat = ["/usr/bin/kcat", "/usr/bin/kafkacat"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(
        "kcat reads keys, headers and JSON", .timeLimit(.minutes(2)),
        .enabled(if: kcat != nil, "needs kcat: apt-get install kcat"))
    func otherPrograms() async throws {
        try await Program.succeed(["topics", "create", "--partitions", "3"] + options)
        let submit = ["submit", try Clips.moving(frames: 30), "--video-id", "clip"] + options
        try await Program.succeed(submit)
        try await Program.succeed(["worker", "--exit-when-idle"] + processing + options)
        func read(_ topic: String, _ format: String) async throws -> [String] {
            let outcome = try await Program.start(
                [
                    "-b", TestedKafka.address ?? "", "-C", "-e", "-q", "-t", options[3] + topic, "-X",
                    "isolation.level=read_committed", "-f", format,
                ], seconds: 30, executable: Self.kcat ?? ""
            ).outcome()
            try #require(outcome.exitCode == 0, "\(outcome)")
            return outcome.outputLines
        }
        let results = try await read("results", "%k\t%h\t%s\n").map { $0.split(separator: "\t").map(String.init) }
        let own = try await Program.succeed(["results", "clip"] + options).outputLines
        #expect(results.map(\.last) == own)
        #expect(results.allSatisfy { $0[0] == "clip" && $0[1].hasPrefix("lapwing-worker=") }, "\(results.prefix(1))")
        // Java's clients would send the key to the same partition.
        let partitions = Set(try await read("results", "%p\n") + read("chunks", "%p\n") + read("checkpoints", "%p\n"))
        #expect(partitions.count == 1)
        let headers = try await read("chunks", "%h\n")
        for header in headers.filter({ $0.hasPrefix("lapwing-chunk=") }) {
            let json = try #require(header.split(separator: "=", maxSplits: 1).last)
            let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            #expect(object?["video_id"] as? String == "clip")
        }
        #expect(headers.contains { $0.hasPrefix("lapwing-chunk=") }, "\(headers.prefix(1))")
        #expect(try await read("videos", "%k\n").allSatisfy { $0 == "clip" })
    }
}
