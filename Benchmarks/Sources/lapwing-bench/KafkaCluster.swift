import EventLog
import Foundation
import KafkaLog

/// The cluster to measure on: its addresses, and how it is reached.
struct KafkaCluster {
    private let servers: String
    private let properties: [String: String]
    let baseline: Baseline

    /// - Parameter servers: `host:port[,host:port…]`.
    init(servers: String) throws {
        self.servers = servers
        properties = try KafkaProperties.fromEnvironment(ProcessInfo.processInfo.environment)
        baseline = Baseline(servers: servers, properties: properties)
    }

    /// A name that no topic and no group has.
    func makeName() -> String { "lapwing-bench-\(UUID().uuidString)" }

    func withLog<Result>(_ body: (KafkaLog) async throws -> Result) async throws -> Result {
        let log = try KafkaLog(url: "kafka://\(servers)", configuration: .init(properties: properties))
        let result = try await body(log)
        await log.close()
        return result
    }

    /// New topics, to be deleted by who asked for them.
    func makeTopics(_ count: Int, partitions: Int) async throws -> [String] {
        let names = (0..<count).map { _ in makeName() }
        try await withLog { log in
            try await log.createTopics(names.map { .init(name: $0, partitions: partitions, cleanup: .deleteConsumed) })
        }
        return names
    }
}
