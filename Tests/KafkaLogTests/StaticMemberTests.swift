import EventLog
import Foundation
import KafkaLog
import KafkaLogTesting
import Testing

/// librdkafka's mock cluster fences no static members.
@Suite(
    "Static members",
    .enabled(if: TestedKafka.address != nil, "set LAPWING_TEST_KAFKA=host:port to run these checks on a cluster"))
struct StaticMemberTests {
    private let url = "kafka://\(TestedKafka.address ?? "")"
    private let topic = "test-\(UInt32.random(in: 0...UInt32.max))"

    @Test("of two with one name the older one ends with an error", .timeLimit(.minutes(1)))
    func sameName() async throws {
        let log = try KafkaLog(url: url, configuration: quiet)
        try await log.createTopics([.init(name: topic, partitions: 1, cleanup: .keep)])
        var configuration = ConsumerConfiguration(group: topic, topics: [topic])
        configuration.instanceID = "a"
        configuration.sessionTimeout = .seconds(6)
        let older = try await log.join(configuration)
        func isAssigned(_ consumer: any LogConsumer) async throws -> Bool {
            if case .assigned = try await consumer.poll(timeout: .milliseconds(200)) { true } else { false }
        }
        while try await !isAssigned(older) {}
        let newer = try await log.join(configuration)
        while try await !isAssigned(newer) {}
        let error = await #expect(throws: EventLogError.self) {
            let deadline = ContinuousClock.now + .seconds(20)
            while ContinuousClock.now < deadline { _ = try await older.poll(timeout: .milliseconds(200)) }
        }
        #expect(error?.code == .fenced)
        #expect(error?.recovery == .giveUp)
        #expect(error?.detail.contains("give each consumer its own name") == true, "\(String(describing: error))")
        try await newer.leave()
        await log.close()
    }
}
