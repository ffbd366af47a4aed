import EventLog
import Foundation
import KafkaLog
import KafkaLogTesting
import SQLiteLog
import Testing

@testable import Aggregation
@testable import Pipeline

/// On librdkafka's mock cluster, or on the real one that `LAPWING_TEST_KAFKA=host:port` names.
@Suite(
    "Aggregators on Kafka",
    .enabled(if: TestedKafka.isWanted, "takes half a minute on a cluster in the process: make test-kafka"),
    .timeLimit(.minutes(5)))
struct KafkaAggregatorTests {
    @Test("write the bytes that they write on SQLite, also with other zones from the beginning")
    func sameBytes() async throws {
        let topics = Topics(prefix: "test-\(UInt32.random(in: 0...UInt32.max)).")
        let mock = TestedKafka.address == nil ? MockCluster() : nil
        @Sendable func open() throws -> any EventLog {
            let configuration = KafkaLogConfiguration(logger: AggregationRig.quiet)
            if let mock { return try MockClusterLog(mock, configuration: configuration) }
            return try KafkaLog(url: "kafka://\(TestedKafka.address ?? "")", configuration: configuration)
        }
        let rig = try await AggregationRig(partitions: 3)
        let videos = try (0..<4).map { try AggregationRig.footage($0) }
        try await rig.append(videos, camera: "gate")
        let log = try open()
        try await log.createTopics(topics.specifications(partitions: 3))
        for video in videos { try await log.append(video.outgoing(topics, camera: "gate")) }

        var settings = AggregationRig.settings
        func aggregator(
            _ log: any EventLog, _ settings: AggregationSettings, fromBeginning: Bool = false
        ) throws -> Aggregator {
            try Aggregator(
                log: log, topics: topics, settings: settings,
                configuration: AggregatorConfiguration(
                    fromBeginning: fromBeginning, publishInterval: .zero, sessionTimeout: .seconds(6),
                    exitWhenIdle: true), logger: AggregationRig.quiet)
        }
        let second = try open()
        var members = [try aggregator(log, settings)]
        // The mock cluster shows what aborted transactions wrote: whoever took over in the middle of one would find that.
        if mock == nil { members.append(try aggregator(second, settings)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for member in members { group.addTask { try await member.run() } }
            try await group.waitForAll()
        }
        func compare() async throws {
            let reader = SummariesReader(log: log, topics: topics)
            let here = try rig.open()
            let expected = SummariesReader(log: here, topics: rig.topics)
            for video in videos {
                let found = try await reader.video(video.id)
                #expect(found != nil)
                #expect(found?.revision == 1)
                #expect(found?.json == (try await expected.video(video.id)?.json))
            }
            let (found, wanted) = (try await reader.overview(), try await expected.overview())
            #expect(found.total == wanted.total)
            #expect(found.cameras == wanted.cameras)
            await here.close()
        }
        try await rig.aggregate(settings)
        try await compare()

        settings.zones?.lines[0].name = "moved"
        try await aggregator(log, settings, fromBeginning: true).run()
        try await rig.aggregate(settings, fromBeginning: true)
        try await compare()
        await second.close()
        await log.close()
    }
}
