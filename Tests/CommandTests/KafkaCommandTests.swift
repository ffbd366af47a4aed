import EventLog
import Foundation
import KafkaLog
import KafkaLogTesting
import Logging
import Pipeline
import PipelineTesting
import Testing
import Tracking

@Suite(
    "--log kafka://",
    .enabled(if: TestedKafka.isWanted, "takes minutes on a cluster in the process: make test-kafka"))
struct KafkaCommandTests {
    /// Topics are there already: librdkafka's mock cluster makes none for a client.
    private func cluster(_ topics: Topics) throws -> MockCluster {
        let cluster = MockCluster()
        for topic in topics.specifications(partitions: 3) { try cluster.createTopic(topic) }
        return cluster
    }

    @Test("submit sends through a cluster, and results prints what a worker made of it", .timeLimit(.minutes(2)))
    func submitAndResults() async throws {
        let topics = Topics()
        let cluster = try cluster(topics)
        let clip = try Clips.moving(frames: 30)
        let submit = ["submit", clip, "--log", cluster.url, "--partitions", "3"]
        let first = try await Program.succeed(submit)
        #expect(first.errors.isEmpty, "\(first)")
        let video = try #require(first.output.split(separator: " ").first.map(String.init))
        let second = try await Program.succeed(submit)
        #expect(second.output == first.output.dropLast() + "  (was there already)\n")

        let log = try MockClusterLog(cluster)
        let detector = ScriptedDetector()
        let configuration = ProcessingConfiguration(model: detector.model, tracker: try TrackerConfiguration(.sort))
        let worker = try Worker(
            log: log, topics: topics,
            handler: Processor(detector: detector, configuration: configuration, topics: topics),
            configuration: WorkerConfiguration(
                group: topics.workerGroup, spoolRoot: NSTemporaryDirectory(), exitWhenIdle: true),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await worker.run()
        await log.close()

        let results = try await Program.succeed(["results", video, "--log", cluster.url])
        let lines = try JSONLines(results.output).objects
        #expect(lines.count { $0["type"] as? String == "frame" } == 30)
        #expect(lines.last?["event"] as? String == "ended")
    }

    @Test("properties come from a file and from variables, and their values are not shown")
    func properties() async throws {
        let file = try Clips.file("kafka.properties", "# secrets\nsasl.password=hunter2\nsasl.pasword=hunter2\n")
        let unknown = try await Program.run([
            "status", "--log", "kafka://127.0.0.1:1", "--kafka-config", file,
        ])
        #expect(unknown.exitCode != 0)
        #expect(unknown.errors.contains("sasl.pasword"), "\(unknown)")
        #expect(!unknown.errors.contains("hunter2"))
        let reserved = try await Program.run(
            ["status", "--log", "kafka://127.0.0.1:1"], environment: ["LAPWING_KAFKA_GROUP_ID": "mine"])
        #expect(reserved.exitCode != 0)
        #expect(reserved.errors.contains("LAPWING_KAFKA_GROUP_ID"), "\(reserved)")
    }

    @Test("a file of properties is for Kafka only, and an address has a port")
    func usage() async throws {
        let sqlite = try await Program.run(["status", "--log", "sqlite:a.db", "--kafka-config", "x"])
        #expect(sqlite.exitCode == 2, "\(sqlite)")
        let address = try await Program.run(["status", "--log", "kafka://broker"])
        #expect(address.exitCode != 0)
        #expect(address.errors.contains("kafka://host:port"), "\(address)")
    }
}

@Suite(
    "A TLS server that is not trusted",
    .enabled(
        if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"),
        "openssl is needed to play a TLS server"))
struct UntrustedServerTests {
    @Test("ends the program with an error each time, and never with a signal", .timeLimit(.minutes(2)))
    func exitCode() async throws {
        let folder = try TemporaryFolder()
        func openssl(_ arguments: [String]) throws -> Process {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
            process.arguments = arguments
            process.standardInput = Pipe()
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            return process
        }
        let key = folder.url("key.pem").path
        let certificate = folder.url("certificate.pem").path
        let making = try openssl([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1",
            "-subj", "/CN=localhost",
        ])
        while making.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        let port = Int.random(in: 20000...60000)
        let server = try openssl(["s_server", "-accept", "\(port)", "-key", key, "-cert", certificate, "-quiet"])
        defer { server.terminate() }
        try await Task.sleep(for: .milliseconds(500))
        for _ in 1...10 {
            let outcome = try await Program.run(
                ["status", "--log", "kafka://localhost:\(port)"],
                environment: ["LAPWING_KAFKA_SECURITY_PROTOCOL": "SSL"])
            #expect(outcome.exitCode == 1, "\(outcome)")
            #expect(outcome.errors.contains("certificate verify failed"), "\(outcome)")
        }
    }
}

@Suite(
    "topics create, topics describe on Kafka",
    .enabled(if: TestedKafka.address != nil, "set LAPWING_TEST_KAFKA=host:port to make topics on a cluster"))
struct KafkaTopicsTests {
    private let url = "kafka://\(TestedKafka.address ?? "")"
    private let topics = Topics(prefix: "test-\(UInt32.random(in: 0...UInt32.max)).")

    private var options: [String] { ["--log", url, "--topic-prefix", topics.prefix] }

    private func describe() async throws -> [String: [String: Any]] {
        let json = try await Program.succeed(["topics", "describe", "--json"] + options)
        let object = try #require(try JSONLines(json.output).objects.first)
        let found = try #require(object["topics"] as? [[String: Any]])
        return Dictionary(uniqueKeysWithValues: found.map { ($0["topic"] as? String ?? "", $0) })
    }

    @Test("topics are made once, with the settings that they need, and shown", .timeLimit(.minutes(1)))
    func create() async throws {
        let call =
            ["topics", "create", "--partitions", "3", "--chunk-retention", "2d", "--chunk-retention-bytes", "1GiB"]
            + options
        for note in ["made", "there already"] {
            let outcome = try await Program.succeed(call)
            #expect(outcome.errors.isEmpty, "\(outcome)")
            #expect(outcome.outputLines.dropFirst().count { $0.hasSuffix("3  \(note)") } == 6, "\(outcome)")
        }
        let table = try await Program.succeed(["topics", "describe"] + options)
        #expect(table.errors.isEmpty, "\(table)")
        let chunks = try #require(table.outputLines.dropFirst().first)
        #expect(chunks.wholeMatch(of: /.*chunks +3 +\d+  delete +2d, 1\.1 GB a partition +0/) != nil, "\(table)")

        let found = try await describe()
        func settings(_ topic: String, _ names: String...) -> [String?] {
            let settings = found[topic]?["settings"] as? [String: String]
            return names.map { settings?[$0] }
        }
        #expect(
            settings(topics.chunks, "cleanup.policy", "retention.ms", "retention.bytes")
                == ["delete", "172800000", "1073741824"])
        for topic in [topics.results, topics.deadLetters] {
            #expect(settings(topic, "cleanup.policy", "retention.ms", "retention.bytes") == ["delete", "-1", "-1"])
        }
        for topic in [topics.checkpoints, topics.videos, topics.summaries] {
            #expect(
                settings(topic, "cleanup.policy", "segment.bytes", "segment.ms", "min.cleanable.dirty.ratio")
                    == ["compact", "67108864", "3600000", "0.1"])
        }
        let more = try await Program.run(["topics", "create", "--partitions", "4"] + options)
        #expect(more.exitCode == 1)
        #expect(more.errors.contains("exists with 3 partitions, not 4"), "\(more)")
        let name = try await Program.run(["topics", "create", "--log", url, "--topic-prefix", "a b"])
        #expect(name.exitCode == 1)
        #expect(name.errors.contains("topic 'a bchunks': "), "\(name)")
        #expect(name.errors.contains("a topic's name is 1 to 249 letters"), "\(name)")
        let other = try await Program.run(["submit", Clips.moving(frames: 10), "--partitions", "4"] + options)
        #expect(other.exitCode == 2)
        #expect(other.errors.contains("--partitions 4: the topics of \(url) have 3"), "\(other)")
    }

    @Test("without topics nothing begins, and the message names the call that makes them", .timeLimit(.minutes(1)))
    func missing() async throws {
        let folder = try TemporaryFolder()
        for command in [
            ["submit", try Clips.moving(frames: 10)], ["collect", "--output", folder.path], ["topics", "describe"],
        ] {
            let outcome = try await Program.run(command + options)
            #expect(outcome.exitCode == 1)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errorLines.count { $0.contains("lapwing: error: ") } == 1, "\(outcome)")
            #expect(
                outcome.errors.contains(
                    "'lapwing topics create --log \(url) --topic-prefix \(topics.prefix) --partitions N'"), "\(outcome)"
            )
        }
        let log = try KafkaLog(url: url)
        #expect(try await log.partitionCount(of: topics.chunks) == nil)
        await log.close()
    }

    @Test("checkpoints that are not compacted, and topics that differ, stop whoever begins", .timeLimit(.minutes(1)))
    func wrong() async throws {
        let log = try KafkaLog(url: url)
        var specifications = topics.specifications(partitions: 2)
        for index in specifications.indices where specifications[index].name == topics.checkpoints {
            specifications[index].cleanup = .keep
        }
        let other = Topics(prefix: topics.prefix + "b.")
        var differing = other.specifications(partitions: 2)
        differing[0].partitions = 3
        try await log.createTopics(specifications + differing)
        await log.close()
        for (prefix, says) in [
            (topics.prefix, "topic '\(topics.checkpoints)' is not compacted"),
            (other.prefix, "\(other.chunks) has 3, \(other.results) has 2"),
        ] {
            let options = ["--log", url, "--topic-prefix", prefix]
            let submit = try await Program.run(["submit", Clips.moving(frames: 10)] + options)
            #expect(submit.exitCode == 1)
            #expect(submit.errors.hasPrefix("lapwing: error: \(url): ") && submit.errors.contains(says), "\(submit)")
            let described = try await Program.run(["topics", "describe"] + options)
            #expect(described.exitCode == 0)
            #expect(described.errors.hasPrefix("lapwing: warning: \(url): "), "\(described)")
            #expect(described.errors.contains(says), "\(described)")
        }
    }
}
