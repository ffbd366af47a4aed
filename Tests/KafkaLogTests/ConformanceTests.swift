import EventLog
import EventLogTesting
import Foundation
import KafkaLog
import KafkaLogTesting
import Logging
import Testing

/// Says nothing: what a test provokes is not to be read.
let quiet = KafkaLogConfiguration(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

@Suite(
    "KafkaLog conforms to the contract of EventLog",
    .enabled(if: TestedKafka.isWanted, "takes minutes on a cluster in the process: make test-kafka"))
struct ConformanceTests {
    /// Checks that librdkafka's mock cluster has no answers for, and which.
    static let beyondTheMock = [
        "a group is described with its members and offsets": "it describes no groups",
        "without failures, each record is delivered once while members come and go":
            "while members join, it refuses commits that a broker takes",
        "what a revocation names can still be committed before the next poll":
            "it removes a member that finishes its work while others join; it passes on most runs",
    ]
    /// Partitions get their turns once something of them has come; a single broker sends all at once.
    static let fairness = "a poll is bounded by bytes, and partitions get their turns"

    @Test(
        "on librdkafka's mock cluster", .timeLimit(.minutes(3)),
        arguments: LogConformance.checks(for: [.secondHandle]).filter { beyondTheMock[$0.name] == nil })
    func mock(_ check: LogConformance.Check) async throws {
        let cluster = MockCluster(brokers: check.name == Self.fairness ? 1 : 3)
        let fixture = LogFixture(
            capabilities: [], sessionTimeout: .seconds(4), patience: .seconds(60),
            makeLog: { try MockClusterLog(cluster, configuration: quiet) },
            reopen: { _ in try MockClusterLog(cluster, configuration: quiet) })
        try await check.run(fixture)
        withExtendedLifetime(cluster) {}
    }

    @Test(
        "on the mock cluster, but for what it cannot do", .disabled("the mock cluster has no answers; see the reasons"),
        arguments: beyondTheMock.sorted { $0.key < $1.key })
    func beyond(_ check: String, _ reason: String) {}

    /// Suspending heartbeats and prompt clean-up are no client's to ask for.
    @Test(
        "on a real cluster", .timeLimit(.minutes(3)),
        .enabled(if: TestedKafka.address != nil, "set LAPWING_TEST_KAFKA=host:port to run these checks on a cluster"),
        arguments: LogConformance.checks(for: [.secondHandle]))
    func real(_ check: LogConformance.Check) async throws {
        let url = "kafka://\(TestedKafka.address ?? "")"
        let fixture = LogFixture(
            capabilities: [], sessionTimeout: .seconds(6), patience: .seconds(60),
            makeLog: { try KafkaLog(url: url, configuration: quiet) },
            reopen: { _ in try KafkaLog(url: url, configuration: quiet) })
        try await check.run(fixture)
    }

    @Test("names checks that exist")
    func names() {
        let known = Set(LogConformance.checks.map(\.name))
        #expect(known.isSuperset(of: Self.beyondTheMock.keys))
        #expect(known.contains(Self.fairness))
    }
}
