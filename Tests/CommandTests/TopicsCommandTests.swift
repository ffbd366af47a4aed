import EventLog
import Foundation
import Pipeline
import SQLiteLog
import Testing

@Suite("topics create, topics describe")
struct TopicsCommandTests {
    private static let names = ["chunks", "detections", "results", "checkpoints", "deadletter", "videos", "summaries"]

    /// A log in which there are only these topics.
    private func log(_ topics: [TopicSpecification]) async throws -> LogBench {
        let bench = try LogBench()
        let log = try SQLiteLog(path: bench.path)
        try await log.createTopics(topics)
        await log.close()
        return bench
    }

    @Test("create makes the topics, says so line by line, and can be run again")
    func create() async throws {
        let bench = try LogBench()
        let call = ["topics", "create", "--log", bench.log, "--partitions", "3"]
        for note in ["made", "there already"] {
            let outcome = try await Program.succeed(call)
            #expect(outcome.errors.isEmpty)
            let lines = outcome.outputLines
            #expect(lines.first == "TOPIC                PARTITIONS", "\(outcome)")
            #expect(
                lines.dropFirst()
                    == Self.names.map {
                        "lapwing.\($0)".padding(toLength: 30, withPad: " ", startingAt: 0) + "3  \(note)"
                    }[...], "\(outcome)")
        }
        // As many as there are, if nobody asks for a number.
        try await Program.succeed(["topics", "create", "--log", bench.log])
        let json = try await Program.succeed(call + ["--json", "--topic-prefix", "other."])
        let object = try #require(try JSONLines(json.output).objects.first)
        #expect(object["log"] as? String == bench.log)
        let topics = try #require(object["topics"] as? [[String: Any]])
        #expect(topics.map { $0["topic"] as? String } == Self.names.map { "other.\($0)" })
        #expect(topics.allSatisfy { $0["made"] as? Bool == true && $0["partitions"] as? Int == 3 })
    }

    @Test("create makes what an older version did not know, and leaves the rest")
    func older() async throws {
        let topics = Topics()
        let bench = try await log(topics.specifications(partitions: 5).filter { $0.name != topics.summaries })
        let outcome = try await Program.succeed(["topics", "create", "--log", bench.log])
        #expect(outcome.outputLines.count { $0.hasSuffix("5  there already") } == 6, "\(outcome)")
        #expect(outcome.outputLines.last?.hasSuffix("5  made") == true, "\(outcome)")
    }

    @Test("submit makes what is missing of an SQLite log, too")
    func made() async throws {
        let topics = Topics()
        let bench = try await log(topics.specifications(partitions: 5).filter { $0.name != topics.summaries })
        try await Program.succeed(["submit", Clips.moving(frames: 10), "--log", bench.log])
        let outcome = try await Program.succeed(["topics", "describe", "--log", bench.log])
        #expect(outcome.outputLines.count == 8, "\(outcome)")
    }

    @Test("a topic that is there with another number of partitions, or another clean-up, is an error")
    func mismatch() async throws {
        let bench = try LogBench()
        try await Program.succeed(["topics", "create", "--log", bench.log, "--partitions", "3"])
        let more = try await Program.run(["topics", "create", "--log", bench.log, "--partitions", "4"])
        #expect(more.exitCode == 1)
        #expect(more.errorLines.count == 1)
        for words in ["'lapwing.chunks'", "3 partitions", "not 4"] { #expect(more.errors.contains(words), "\(more)") }

        let other = try await log([.init(name: "lapwing.checkpoints", partitions: 3, cleanup: .keep)])
        let cleanup = try await Program.run(["topics", "create", "--log", other.log])
        #expect(cleanup.exitCode == 1)
        for words in ["'lapwing.checkpoints'", "'keep'", "'compact'"] {
            #expect(cleanup.errors.contains(words), "\(cleanup)")
        }
        // Nothing was made before that was found.
        let none = try await Program.run(["topics", "describe", "--log", other.log])
        #expect(none.outputLines.count == 2, "\(none)")
        #expect(none.errors.contains("warning: \(other.log): topic 'lapwing.checkpoints' is not compacted"), "\(none)")
    }

    @Test("what an embedded log does not have is refused, with the reason")
    func kafkaOnly() async throws {
        let folder = try TemporaryFolder()
        for (option, value) in [
            ("--replication", "3"), ("--chunk-retention", "2d"), ("--chunk-retention-bytes", "1GB"),
        ] {
            let outcome = try await Program.run(
                ["topics", "create", "--log", "sqlite:a.db", option, value], in: folder.path)
            #expect(outcome.exitCode == 2, "\(outcome)")
            #expect(outcome.errors.contains("\(option) is for a Kafka log, not for --log sqlite:a.db: "), "\(outcome)")
        }
        for (option, value) in [("--replication", "0"), ("--chunk-retention", "0"), ("--chunk-retention-bytes", "0")] {
            let outcome = try await Program.run(
                ["topics", "create", "--log", "kafka://h:1", option, value], in: folder.path)
            #expect(outcome.exitCode == 2, "\(outcome)")
            #expect(outcome.errors.contains("\(option) must be "), "\(outcome)")
        }
        try #expect(FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("describe shows how topics are set up and how much is in them")
    func describe() async throws {
        let bench = try LogBench()
        _ = try await bench.submit(Clips.moving(frames: 100), "--partitions", "3", "--log-limit", "2GB")
        let outcome = try await Program.succeed(["topics", "describe", "--log", bench.log])
        #expect(outcome.errors.isEmpty)
        #expect(
            outcome.output == """
                TOPIC                PARTITIONS  COPIES  CLEAN-UP  KEPT                             RECORDS
                lapwing.chunks                3       -  delete    until processed, 2.0 GB at most        3
                lapwing.detections            3       -  delete    until processed                        0
                lapwing.results               3       -  keep      for ever                               0
                lapwing.checkpoints           3       -  compact   newest of each key                     0
                lapwing.deadletter            3       -  keep      for ever                               0
                lapwing.videos                3       -  compact   newest of each key                     1
                lapwing.summaries             3       -  compact   newest of each key                     0

                """)
        let json = try await Program.succeed(["topics", "describe", "--log", bench.log, "--json"])
        let object = try #require(try JSONLines(json.output).objects.first)
        #expect((object["missing"] as? [String])?.isEmpty == true)
        #expect((object["problems"] as? [String])?.isEmpty == true)
        let chunks = try #require((object["topics"] as? [[String: Any]])?.first)
        #expect(chunks["topic"] as? String == "lapwing.chunks")
        #expect(chunks["partitions"] as? Int == 3)
        #expect(chunks["copies"] is NSNull)
        #expect(chunks["cleanup"] as? String == "delete")
        #expect(chunks["capacity"] as? Int == 2_000_000_000)
        #expect(chunks["records"] as? Int == 3)
        #expect(chunks["settings"] as? [String: String] == ["cleanup": "deleteConsumed", "capacity": "2000000000"])
    }

    @Test("--log-limit holds until another one is given, whoever else opens the log")
    func limit() async throws {
        let bench = try LogBench()
        func capacity() async throws -> Int? {
            let json = try await Program.succeed(["topics", "describe", "--log", bench.log, "--json"]).output
            let topics = try #require(try JSONLines(json).objects.first?["topics"] as? [[String: Any]])
            return topics.first?["capacity"] as? Int
        }
        let folder = try TemporaryFolder()
        let collect = ["collect", "--log", bench.log, "--output", folder.path, "--exit-when-idle"]
        try await Program.succeed(collect)
        #expect(try await capacity() == 16 << 30)
        try await Program.succeed(["topics", "create", "--log", bench.log, "--log-limit", "8MiB"])
        #expect(try await capacity() == 8 << 20)
        try await Program.succeed(collect)
        try await Program.succeed(["topics", "create", "--log", bench.log])
        #expect(try await capacity() == 8 << 20)
        try await Program.succeed(collect + ["--log-limit", "9MiB"])
        #expect(try await capacity() == 9 << 20)
    }

    @Test("describe fails over topics that are not there, and names the call that makes them")
    func missing() async throws {
        let topics = Topics(prefix: "a.")
        let missing = [topics.videos, topics.summaries]
        let bench = try await log(topics.specifications(partitions: 6).filter { !missing.contains($0.name) })
        let call = ["topics", "describe", "--log", bench.log, "--topic-prefix", "a."]
        let outcome = try await Program.run(call)
        #expect(outcome.exitCode == 1)
        #expect(outcome.outputLines.count == 6, "\(outcome)")
        #expect(
            outcome.errors == """
                lapwing: error: \(bench.log) has no topics 'a.videos', 'a.summaries': make the topics with 'lapwing topics \
                create --log \(bench.log) --topic-prefix a. --partitions 6'

                """)
        let json = try await Program.run(call + ["--json"])
        #expect(json.exitCode == 1)
        #expect(try JSONLines(json.output).objects.first?["missing"] as? [String] == missing)
        let none = try await Program.run(["topics", "describe", "--log", bench.log])
        #expect(none.exitCode == 1)
        #expect(none.output.isEmpty)
        #expect(none.errors.contains("topics create --log \(bench.log) --partitions N'"), "\(none)")
        let noFile = try await Program.run(["topics", "describe", "--log", "sqlite:\(bench.folder.path)/none.db"])
        #expect(noFile.exitCode == 1)
        #expect(noFile.errors.contains("there is no such file"), "\(noFile)")
    }

    @Test("topics that differ in their partitions are a warning for describe, and an error for whoever works with them")
    func differing() async throws {
        let topics = Topics()
        var specifications = topics.specifications(partitions: 4)
        specifications[1].partitions = 6
        let bench = try await log(specifications)
        let says = [
            "must have the same number of partitions",
            "lapwing.chunks has 4, lapwing.detections has 6, lapwing.results",
            "--topic-prefix",
        ]
        let described = try await Program.run(["topics", "describe", "--log", bench.log])
        #expect(described.exitCode == 0)
        #expect(described.errors.hasPrefix("lapwing: warning: \(bench.log): the topics must"), "\(described)")
        for command in [["topics", "create"], ["submit", try Clips.moving(frames: 10)]] {
            let outcome = try await Program.run(command + ["--log", bench.log])
            #expect(outcome.exitCode == 1)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errorLines.count == 1)
            for words in says {
                #expect(outcome.errors.contains(words), "\(outcome)")
                #expect(described.errors.contains(words), "\(described)")
            }
        }
        let collect = try await Program.run(["collect", "--log", bench.log, "--output", bench.folder.path + "/out"])
        #expect(collect.exitCode == 1)
        #expect(collect.errors.contains(says[0]), "\(collect)")
    }

    @Test("options of subcommands come from the file and the environment, too")
    func layers() async throws {
        let bench = try LogBench()
        let file = try bench.folder.file("lapwing.yaml", Array("log: \(bench.log)\npartitions: 2\njson: true\n".utf8))
        let outcome = try await Program.succeed(
            ["topics", "create", "--config", file], environment: ["LAPWING_PARTITIONS": "7"])
        let topics = try #require(try JSONLines(outcome.output).objects.first?["topics"] as? [[String: Any]])
        #expect(topics.allSatisfy { $0["partitions"] as? Int == 7 })
        let wrong = try bench.folder.file("wrong.yaml", Array("chunk-retention: soon\nlog: kafka://h:1\n".utf8))
        let refused = try await Program.run(["topics", "create", "--config", wrong])
        #expect(refused.exitCode == 2)
        #expect(refused.errors.contains("'soon'"), "\(refused)")
    }
}
