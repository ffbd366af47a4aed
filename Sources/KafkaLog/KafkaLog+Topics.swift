public import EventLog
import Logging

extension KafkaLog {
    /// Makes the topics that do not exist.
    ///
    /// `keep` has no limit in time and size, `compact` is compacted, `deleteConsumed` is kept for
    /// ``KafkaLogConfiguration/retention``. Nothing else is set, so that the cluster's own settings hold. Where the user
    /// may not see a topic's settings, its clean-up is not checked.
    public func createTopics(_ topics: [TopicSpecification]) async throws {
        let operation = "create topics"
        var seesSettings = true
        for topic in topics {
            guard topic.partitions > 0 else {
                throw EventLogError(
                    .invalidArgument, operation: operation,
                    detail: "topic '\(topic.name)': \(topic.partitions) partitions: give it 1 at least",
                    recovery: .giveUp)
            }
            if let count = try await partitionCount(of: topic.name) {
                try await check(topic, partitions: count, &seesSettings)
                continue
            }
            let new = RDKafkaAdmin.NewTopic(
                name: topic.name, partitions: topic.partitions, replicationFactor: configuration.replicationFactor,
                configuration: settings(topic.cleanup))
            try await ask(operation, "topic '\(topic.name)'", slice: .seconds(5)) {
                (admin, timeout) throws(RDKafkaFailure) in try admin.create(new, timeout: timeout)
            }
            // Somebody else may have made it meanwhile, and not every broker knows it at once.
            var count: Int?
            let deadline = Deadline(after: configuration.requestTimeout)
            while true {
                count = try await partitionCount(of: topic.name)
                if count != nil || deadline.hasPassed { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            guard let count else { throw Self.unknownTopic(topic.name, operation) }
            guard count == topic.partitions else { throw Self.mismatch(topic, partitions: count, policy: nil) }
        }
    }

    private func settings(_ cleanup: TopicSpecification.Cleanup) -> [(String, String)] {
        switch cleanup {
        case .keep: [("cleanup.policy", "delete"), ("retention.ms", "-1"), ("retention.bytes", "-1")]
        case .compact: [("cleanup.policy", "compact")]
        case .deleteConsumed:
            [("cleanup.policy", "delete"), ("retention.ms", "\(configuration.retention.components.seconds * 1000)")]
        }
    }

    /// - Parameter seesSettings: whether to look at the topic's settings; false from when they could not be seen.
    private func check(_ topic: TopicSpecification, partitions: Int, _ seesSettings: inout Bool) async throws {
        guard partitions == topic.partitions else {
            throw Self.mismatch(topic, partitions: partitions, policy: nil)
        }
        guard seesSettings else { return }
        let found: [String: String]
        do {
            found = try await ask(
                "create topics", "topic '\(topic.name)'", slice: .seconds(5), patience: .seconds(5)
            ) { (admin, timeout) throws(RDKafkaFailure) in
                try admin.configuration(ofTopic: topic.name, timeout: timeout)
            }
        } catch let error as EventLogError where [.refused, .invalidArgument, .unavailable].contains(error.code) {
            seesSettings = false
            configuration.logger.debug(
                "the topic's clean-up cannot be checked", metadata: ["topic": "\(topic.name)", "reason": "\(error)"])
            return
        }
        guard let policy = found["cleanup.policy"] else { return }
        guard policy.contains("compact") == (topic.cleanup == .compact) else {
            throw Self.mismatch(topic, partitions: partitions, policy: policy)
        }
        if topic.cleanup == .keep, let time = found["retention.ms"], time != "-1" {
            configuration.logger.warning(
                "a topic that should keep everything forgets: set its retention.ms to -1",
                metadata: ["topic": "\(topic.name)", "retention.ms": "\(time)"])
        }
    }

    private static func mismatch(_ topic: TopicSpecification, partitions: Int, policy: String?) -> EventLogError {
        let there = policy.map { " and cleanup.policy=\($0)" } ?? ""
        let wanted = policy == nil ? "" : " and \(topic.cleanup == .compact ? "compaction" : "no compaction")"
        return EventLogError(
            .topicMismatch, operation: "create topics",
            detail: "topic '\(topic.name)' exists with \(partitions) partitions\(there), not \(topic.partitions)"
                + "\(wanted): ask for what is there, or use another topic prefix",
            recovery: .giveUp)
    }
}
