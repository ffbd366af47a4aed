import ArgumentParser
import EventLog
import Pipeline

/// Shows how the topics are set up, and what is wrong with that.
struct TopicsDescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Show the topics of a log: partitions, copies, what they keep, and what is wrong with them.",
        discussion: """
            Examples:
              lapwing topics describe --log kafka://h:9092
              lapwing topics describe --log sqlite:lapwing.db --json | jq .problems

            CLEAN-UP is compact (the newest record of each key stays), delete (records go after a while) or keep. RECORDS
            counts from the first record held to the last: what was compacted away in between and, on Kafka, the ends of
            transactions count, too.

            It fails when topics are missing. What else is wrong is said in warnings.
            """)

    @OptionGroup var logOptions: LogOptions

    @Flag(name: .long, help: "One JSON object, on standard output, with all settings of the topics.")
    var json = false

    func run() async throws {
        let log = try logOptions.open(mustExist: true)
        let status = try await TopicsStatus(of: log, topics: logOptions.topics)
        await log.close()
        if json {
            try printJSON(status, log.name)
        } else if !status.topics.isEmpty {
            printTable(status)
        }
        for problem in status.problems { Console.warning("\(log.name): \(problem)") }
        if let missing = status.missing { throw missing }
    }

    private func printTable(_ status: TopicsStatus) {
        var table = Table([
            ("TOPIC", .left), ("PARTITIONS", .right), ("COPIES", .right), ("CLEAN-UP", .left), ("KEPT", .left),
            ("RECORDS", .right),
        ])
        for topic in status.topics {
            let found = topic.description
            table.add([
                found.name, "\(found.partitions)", found.replicationFactor.map { "\($0)" } ?? "-",
                cleanup(found) ?? "?", kept(found), Table.grouped(Int(topic.records)),
            ])
        }
        Console.output(table.text)
    }

    private func cleanup(_ topic: TopicDescription) -> String? {
        switch topic.cleanup {
        case .keep: "keep"
        case .compact: "compact"
        case .deleteConsumed: "delete"
        case nil: nil
        }
    }

    /// `7d`, `7d, 21.5 GB a partition`, `for ever`.
    private func kept(_ topic: TopicDescription) -> String {
        var limits: [String] = []
        if let time = topic.retention { limits.append(TimeSpan(seconds: Int(time.components.seconds)).description) }
        if let bytes = topic.retentionBytes { limits.append("\(Table.bytes(bytes)) a partition") }
        if let capacity = topic.capacity { limits.append("until processed, \(Table.bytes(capacity)) at most") }
        switch topic.cleanup {
        case .compact: limits.insert("newest of each key", at: 0)
        case .deleteConsumed where limits.isEmpty: limits.append("until processed")
        case .keep where limits.isEmpty: limits.append("for ever")
        default: break
        }
        return limits.isEmpty ? "?" : limits.joined(separator: ", ")
    }

    private func printJSON(_ status: TopicsStatus, _ name: String) throws {
        try JSONOutput.line([
            "log": .string(name),
            "topics": .list(
                status.topics.map { topic in
                    let found = topic.description
                    return .object([
                        "topic": .string(found.name), "partitions": .integer(found.partitions),
                        "copies": .optional(found.replicationFactor), "cleanup": .optional(cleanup(found)),
                        "retention_seconds": .optional(found.retention.map { Int($0.components.seconds) }),
                        "retention_bytes": .optional(found.retentionBytes), "capacity": .optional(found.capacity),
                        "records": .integer(Int(topic.records)),
                        "settings": .object(found.settings.mapValues { .string($0) }),
                    ])
                }),
            "missing": .list(status.missingNames.map { .string($0) }),
            "problems": .list(status.problems.map { .string($0) }),
        ])
    }
}
