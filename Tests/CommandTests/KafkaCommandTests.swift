import EventLog
import Foundation
import KafkaLogTesting
import Logging
import Pipeline
import PipelineTesting
import Testing
import Tracking

@Suite(
    "--log kafka://",
    .enabled(
        if: ProcessInfo.processInfo.environment["LAPWING_TEST_KAFKA"] != nil,
        "takes minutes on a cluster in the process: make test-kafka"))
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
