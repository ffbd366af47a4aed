import EventLog
import EventLogTesting
import Foundation
import KafkaLog
import KafkaLogTesting
import Logging
import Testing

/// A real cluster to test against, as `host:port`; its topics and groups are left behind.
let realCluster = ProcessInfo.processInfo.environment["LAPWING_TEST_KAFKA"].flatMap { $0.isEmpty ? nil : $0 }

/// Says nothing: what a test provokes is not to be read.
let quiet = KafkaLogConfiguration(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

let loud = KafkaLogConfiguration(logger: { var l = Logger(label: "test"); l.logLevel = .debug; return l }())

@Suite("KafkaLog conforms to the contract of EventLog")
struct ConformanceTests {
    /// Checks that librdkafka's mock cluster has no answers for, and which.
    static let beyondTheMock = [
        "a group is described with its members and offsets": "it describes no groups"
    ]
    /// Partitions get their turns once something of them has come; a single broker sends all at once.
    static let fairness = "a poll is bounded by bytes, and partitions get their turns"

    @Test(
        "on librdkafka's mock cluster", .timeLimit(.minutes(3)),
        arguments: LogConformance.checks(for: [.secondHandle]).filter { beyondTheMock[$0.name] == nil && (ProcessInfo.processInfo.environment["ONLY"].map($0.name.contains) ?? true) })
    func mock(_ check: LogConformance.Check) async throws {
        let cluster = MockCluster(brokers: check.name == Self.fairness ? 1 : 3)
        let fixture = LogFixture(
            capabilities: [], sessionTimeout: .seconds(4), patience: .seconds(60),
            makeLog: { try MockClusterLog(cluster, properties: ProcessInfo.processInfo.environment["DBG"].map { ["debug": $0] } ?? [:], configuration: ProcessInfo.processInfo.environment["DBG"] == nil ? quiet : loud) },
            reopen: { _ in try MockClusterLog(cluster, configuration: quiet) })
        try await check.run(fixture)
        withExtendedLifetime(cluster) {}
    }
}
