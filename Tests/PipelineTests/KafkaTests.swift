import EventLog
import Foundation
import KafkaLog
import KafkaLogTesting
import Pipeline
import Testing

/// The pipeline on librdkafka's mock cluster.
@Suite(
    "On Kafka",
    .enabled(
        if: ProcessInfo.processInfo.environment["LAPWING_TEST_KAFKA"] != nil,
        "takes minutes on a cluster in the process: make test-kafka"))
struct KafkaTests {
    private func open(_ cluster: MockCluster, _ rig: Rig) async throws -> MockClusterLog {
        let log = try MockClusterLog(cluster, configuration: KafkaLogConfiguration(logger: Rig.quiet))
        try await log.createTopics(rig.topics.specifications(partitions: 4))
        return log
    }

    @Test("the results are SQLite's, byte for byte", .timeLimit(.minutes(2)))
    func sameBytes() async throws {
        let clips = try (0..<3).map { try Rig.clip("kafka", frames: 25 + $0, seed: $0) }
        let expected = try await Rig.undisturbed(clips)
        let rig = try await Rig()
        let cluster = MockCluster()
        let log = try await open(cluster, rig)
        let ids = try await rig.submit(clips, to: log)
        try await rig.worker(log).run()
        for id in ids {
            let found = try await rig.results(id, from: log)
            #expect(firstDifference(found, expected[id] ?? []) == nil)
        }
        await log.close()
    }

    @Test("brokers that fail and two workers change nothing of the bytes", .timeLimit(.minutes(2)))
    func faults() async throws {
        let clips = try (0..<4).map { try Rig.clip("kafka", frames: 25 + $0, seed: $0) }
        let expected = try await Rig.undisturbed(clips)
        let rig = try await Rig()
        let cluster = MockCluster()
        let log = try await open(cluster, rig)
        let second = try await open(cluster, rig)
        cluster.inject(.requestTimedOut, into: .produce, times: 3)
        let ids = try await rig.submit(clips, to: log)
        cluster.inject(.notCoordinator, into: .endTransaction, times: 2)
        cluster.inject(.concurrentTransactions, into: .addPartitionsToTransaction, times: 2)
        cluster.inject(.coordinatorNotAvailable, into: .findCoordinator, times: 2)
        cluster.inject(.connectionLoss, into: .fetch, times: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for log in [log, second] {
                group.addTask { try await rig.worker(log).run() }
            }
            try await group.waitForAll()
        }
        for id in ids {
            let found = try await rig.results(id, from: log)
            #expect(firstDifference(found, expected[id] ?? []) == nil)
        }
        await log.close()
        await second.close()
    }

    @Test("topics that are missing are said, all at once, and the cluster makes none", .timeLimit(.minutes(1)))
    func missingTopics() async throws {
        let topics = Topics()
        let cluster = MockCluster()
        let log = try MockClusterLog(cluster, configuration: KafkaLogConfiguration(logger: Rig.quiet))
        try await log.createTopics(topics.specifications(partitions: 3).filter { $0.name != topics.results })
        for _ in 0..<2 {
            let error = await #expect(throws: EventLogError.self) { try await topics.check(in: log) }
            #expect(error?.code == .unknownTopic)
            #expect(error?.detail.hasPrefix("\(cluster.url) has no topic 'lapwing.results': make the topics") == true)
        }
        try await log.createTopics(topics.specifications(partitions: 3))
        #expect(try await topics.check(in: log) == 3)
        // Settings that it did not show are not asked for again.
        let time = try await ContinuousClock().measure { _ = try await log.describe(topics.chunks) }
        #expect(time < .seconds(1))
        await log.close()
    }
}
