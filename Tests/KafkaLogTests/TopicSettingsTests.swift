import EventLog
import Testing

@testable import KafkaLog

@Suite("What topics are made with")
struct TopicSettingsTests {
    private func settings(
        _ cleanup: TopicSpecification.Cleanup, _ change: (inout KafkaLogConfiguration) -> Void = { _ in }
    ) async throws -> [String: String] {
        var configuration = quiet
        change(&configuration)
        // Nobody listens there, and nothing is asked.
        let log = try KafkaLog(url: "kafka://127.0.0.1:1", configuration: configuration)
        let settings = log.settings(cleanup)
        await log.close()
        return Dictionary(uniqueKeysWithValues: settings)
    }

    @Test("what is kept has no limit, in time or in size")
    func keep() async throws {
        #expect(
            try await settings(.keep) == ["cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"])
    }

    @Test("what is compacted is compacted soon")
    func compact() async throws {
        #expect(
            try await settings(.compact) == [
                "cleanup.policy": "compact", "segment.bytes": "67108864", "segment.ms": "3600000",
                "min.cleanable.dirty.ratio": "0.1",
            ])
    }

    @Test("chunks are kept for a week, or for as long and as large as is asked for")
    func chunks() async throws {
        #expect(try await settings(.deleteConsumed) == ["cleanup.policy": "delete", "retention.ms": "604800000"])
        let bounded = try await settings(.deleteConsumed) {
            $0.retention = .seconds(60)
            $0.retentionBytes = 5000
        }
        #expect(bounded == ["cleanup.policy": "delete", "retention.ms": "60000", "retention.bytes": "5000"])
    }

    @Test(
        "with three copies or more, two brokers must have a record",
        arguments: [(nil, nil), (2, nil), (3, "2"), (5, "2")])
    func copies(_ copies: Int?, _ inSync: String?) async throws {
        for cleanup in [TopicSpecification.Cleanup.keep, .compact, .deleteConsumed] {
            #expect(try await settings(cleanup) { $0.replicationFactor = copies }["min.insync.replicas"] == inSync)
        }
    }
}
