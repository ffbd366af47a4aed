public import EventLog

/// The topics of a log, as `lapwing topics describe` shows them.
public struct TopicsStatus: Sendable {
    /// A topic that is there.
    public struct Topic: Sendable {
        public var description: TopicDescription
        /// Offsets between the first record held and the next one: what was compacted away and, on Kafka, the ends of
        /// transactions count, too.
        public var records: Int64
    }

    /// Those that are there.
    public var topics: [Topic]
    /// Why the pipeline cannot begin, or will not be content; empty when all is well. Each a sentence.
    public var problems: [String]
    /// The names of those that are not.
    public var missingNames: [String]
    /// Says that topics are not there, and what to do; nil when all are.
    public var missing: EventLogError?

    /// Reads it; throws ``EventLogError``.
    public init(of log: any EventLog, topics names: Topics) async throws {
        topics = []
        problems = []
        var counts: [String: Int] = [:]
        for specification in names.specifications(partitions: 1) {
            guard let description = try await log.describe(specification.name) else { continue }
            counts[description.name] = description.partitions
            var records: Int64 = 0
            for number in 0..<description.partitions {
                records += Int64(try await log.offsets(of: TopicPartition(description.name, number)).count)
            }
            topics.append(Topic(description: description, records: records))
            if let cleanup = description.cleanup {
                let problem =
                    names.wrongCleanup(cleanup, of: specification) ?? Self.forgetting(description, specification)
                if let problem { problems.append(problem) }
            }
        }
        if let problem = names.differingCounts(counts) { problems.append(problem) }
        if topics.contains(where: { $0.description.cleanup == nil }) {
            problems.append(
                "what the topics keep is not shown to this user, and not checked: allow it to describe their "
                    + "configuration")
        }
        missingNames = names.names.filter { counts[$0] == nil }
        if !missingNames.isEmpty { missing = names.missing(in: log, counts) }
    }

    /// What a topic forgets that it should keep, or the other way round.
    private static func forgetting(_ found: TopicDescription, _ wanted: TopicSpecification) -> String? {
        let forgets = found.retention != nil || found.retentionBytes != nil
        switch wanted.cleanup {
        case .keep where forgets || found.cleanup == .deleteConsumed:
            return
                "topic '\(found.name)' should keep everything, and forgets: set its retention.ms and retention.bytes "
                + "to -1"
        case .compact where forgets:
            return "topic '\(found.name)' should keep the newest record of each key, and forgets: set its "
                + "cleanup.policy to compact alone"
        case .deleteConsumed where found.cleanup == .keep:
            return "topic '\(found.name)' never forgets and fills the disks: set its retention.ms"
        default: return nil
        }
    }
}
