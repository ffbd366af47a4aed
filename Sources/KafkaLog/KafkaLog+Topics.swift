public import EventLog
import Logging
import Synchronization

extension KafkaLog {
    /// Makes the topics that do not exist.
    ///
    /// `keep` has no limit in time and size, `compact` is compacted soon, `deleteConsumed` is kept for
    /// ``KafkaLogConfiguration/retention`` and within ``KafkaLogConfiguration/retentionBytes``. With three copies or
    /// more, a record is acknowledged once two brokers have it. Nothing else is set, so that the cluster's own settings
    /// hold. Where the user may not see a topic's settings, its clean-up is not checked.
    public func createTopics(_ topics: [TopicSpecification]) async throws {
        let operation = "create topics"
        for topic in topics {
            guard topic.partitions > 0 else {
                throw EventLogError(
                    .invalidArgument, operation: operation,
                    detail: "topic '\(topic.name)': \(topic.partitions) partitions: give it 1 at least",
                    recovery: .giveUp)
            }
            if let count = try await partitionCount(of: topic.name) {
                try await check(topic, partitions: count)
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

    /// What a topic is made with.
    func settings(_ cleanup: TopicSpecification.Cleanup) -> [(String, String)] {
        var settings: [(String, String)]
        switch cleanup {
        case .keep: settings = [("cleanup.policy", "delete"), ("retention.ms", "-1"), ("retention.bytes", "-1")]
        case .compact:
            // A worker that takes a partition over reads all of it. Only segments that are closed are compacted, by
            // default a gigabyte or a week later, and not before half of what is there is out of date.
            settings = [
                ("cleanup.policy", "compact"), ("segment.bytes", "\(64 << 20)"), ("segment.ms", "3600000"),
                ("min.cleanable.dirty.ratio", "0.1"),
            ]
        case .deleteConsumed:
            settings = [
                ("cleanup.policy", "delete"), ("retention.ms", "\(configuration.retention.components.seconds * 1000)"),
            ]
            if let bytes = configuration.retentionBytes { settings.append(("retention.bytes", "\(bytes)")) }
        }
        // What is acknowledged outlives a broker, and one of three may be away.
        if let copies = configuration.replicationFactor, copies >= 3 { settings.append(("min.insync.replicas", "2")) }
        return settings
    }

    private func check(_ topic: TopicSpecification, partitions: Int) async throws {
        guard partitions == topic.partitions else {
            throw Self.mismatch(topic, partitions: partitions, policy: nil)
        }
        guard let found = try await settings(ofTopic: topic.name, "create topics") else { return }
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

    /// A topic's settings, by name; nil where they cannot be seen.
    ///
    /// They are asked for once, and not for long: where a cluster does not show them, work goes on without.
    private func settings(ofTopic topic: String, _ operation: String) async throws -> [String: String]? {
        if shared.withLock({ $0.hidesSettings }) { return nil }
        do {
            return try await ask(operation, "topic '\(topic)'", slice: .seconds(2), patience: .zero) {
                (admin, timeout) throws(RDKafkaFailure) in
                try admin.configuration(ofTopic: topic, timeout: timeout)
            }
        } catch let error as EventLogError
            where [.refused, .invalidArgument, .unavailable, .unknownTopic].contains(error.code)
        {
            // Brokers learn of a new topic one after the other.
            if error.code != .unknownTopic { shared.withLock { $0.hidesSettings = true } }
            configuration.logger.debug(
                "the topic's settings cannot be seen", metadata: ["topic": "\(topic)", "reason": "\(error)"])
            return nil
        }
    }

    /// How a topic is set up; nil when there is no such topic.
    ///
    /// Where the user may not see a topic's settings, there is nothing of its clean-up in the answer.
    public func describe(_ topic: String) async throws -> TopicDescription? {
        let operation = "describe a topic"
        let found = try await ask(operation, "topic '\(topic)'") {
            [listsAllTopics] (admin, timeout) throws(RDKafkaFailure) in
            try admin.topic(topic, listsAll: listsAllTopics, timeout: timeout)
        }
        guard let found else { return nil }
        var description = TopicDescription(
            name: topic, partitions: found.partitions, replicationFactor: found.replicationFactor)
        guard let settings = try await settings(ofTopic: topic, operation) else { return description }
        description.settings = settings
        guard let policy = settings["cleanup.policy"] else { return description }
        // -1 is no limit.
        func limit(_ name: String) -> Int? { settings[name].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }
        if policy.contains("delete") {
            description.retention = limit("retention.ms").map { .milliseconds($0) }
            description.retentionBytes = limit("retention.bytes")
        }
        let forgets = description.retention != nil || description.retentionBytes != nil
        description.cleanup = policy.contains("compact") ? .compact : forgets ? .deleteConsumed : .keep
        return description
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
