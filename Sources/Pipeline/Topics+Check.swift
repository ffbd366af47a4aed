public import EventLog

extension Topics {
    /// The names of all topics, in the order in which they are shown.
    public var names: [String] { specifications(partitions: 1).map(\.name) }

    /// How many partitions the topics have that are there; nil when none is.
    ///
    /// - Throws: ``EventLogError`` when they do not all have the same number.
    public func partitionCount(in log: any EventLog) async throws -> Int? {
        try commonCount(try await counts(in: log), in: log)
    }

    /// Looks whether the topics are all there, with the same number of partitions, and forget what they should.
    ///
    /// Where the log does not show what a topic forgets, that is not looked at.
    ///
    /// - Returns: how many partitions they have.
    /// - Throws: ``EventLogError`` that says what is wrong, of all topics at once, and what to do.
    @discardableResult
    public func check(in log: any EventLog) async throws -> Int {
        var counts = try await counts(in: log)
        // Brokers learn of new topics one after the other.
        var patience = 10
        while counts.count < names.count, patience > 0 {
            try await Task.sleep(for: .milliseconds(200))
            counts = try await self.counts(in: log)
            patience -= 1
        }
        let count = try commonCount(counts, in: log)
        guard let count, counts.count == names.count else { throw missing(in: log, counts) }
        for topic in specifications(partitions: count) where [checkpoints, chunks, detections].contains(topic.name) {
            guard let cleanup = try await log.describe(topic.name)?.cleanup else { break }
            if let problem = wrongCleanup(cleanup, of: topic) {
                throw EventLogError(
                    .topicMismatch, operation: "check topics", detail: "\(log.name): \(problem)", recovery: .giveUp)
            }
        }
        return count
    }

    // MARK: - What can be wrong

    /// Some topics are not there, or none is.
    ///
    /// - Parameter counts: the partitions of those that are there, by name.
    func missing(in log: any EventLog, _ counts: [String: Int]) -> EventLogError {
        let missing = names.filter { counts[$0] == nil }.map { "'\($0)'" }
        let list = missing.count == 1 ? "topic \(missing[0])" : "topics " + missing.joined(separator: ", ")
        let option = prefix == Topics().prefix ? "" : " --topic-prefix \(prefix)"
        let partitions = counts.values.first.map { "\($0)" } ?? "N"
        return EventLogError(
            .unknownTopic, operation: "check topics",
            detail: "\(log.name) has no \(list): make the topics with 'lapwing topics create --log \(log.name)"
                + "\(option) --partitions \(partitions)'",
            recovery: .giveUp)
    }

    /// Why topics with these numbers of partitions do not go together; nil when they do.
    func differingCounts(_ counts: [String: Int]) -> String? {
        guard Set(counts.values).count > 1 else { return nil }
        let list = names.compactMap { name in counts[name].map { "\(name) has \($0)" } }.joined(separator: ", ")
        return "the topics must have the same number of partitions, but \(list): give all the same number while they "
            + "are empty, or use another --topic-prefix"
    }

    /// Why a topic cannot be used that forgets like this; nil when it can.
    func wrongCleanup(_ cleanup: TopicSpecification.Cleanup, of topic: TopicSpecification) -> String? {
        guard (cleanup == .compact) != (topic.cleanup == .compact) else { return nil }
        return topic.cleanup == .compact
            ? "topic '\(topic.name)' is not compacted, and must be: set its cleanup.policy to compact"
            : "topic '\(topic.name)' is compacted, and must not be: set its cleanup.policy to delete"
    }

    private func counts(in log: any EventLog) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for name in names { counts[name] = try await log.partitionCount(of: name) }
        return counts
    }

    private func commonCount(_ counts: [String: Int], in log: any EventLog) throws -> Int? {
        if let problem = differingCounts(counts) {
            throw EventLogError(
                .topicMismatch, operation: "check topics", detail: "\(log.name): \(problem)", recovery: .giveUp)
        }
        return counts.values.first
    }
}
