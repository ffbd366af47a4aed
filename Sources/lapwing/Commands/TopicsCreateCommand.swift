import ArgumentParser
import EventLog
import Pipeline

/// Makes the topics that are not there.
struct TopicsCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make the topics of a log that are not there yet.",
        discussion: """
            Examples:
              lapwing topics create --log kafka://h:9092 --partitions 12 --replication 3
              lapwing topics create --log kafka://h:9092 --chunk-retention 2d
              lapwing topics create --log sqlite:lapwing.db --partitions 4

            It can be run again at any time: topics that are there stay as they are, with their records and settings. One
            with another number of partitions, or that forgets what it must not, is an error. Nothing else of a cluster
            is changed.

            There can be as many workers as partitions. The number cannot be changed later.
            """)

    @OptionGroup var logOptions: LogOptions
    @OptionGroup var topicOptions: TopicOptions
    @OptionGroup var newTopicOptions: NewTopicOptions

    @Flag(name: .long, help: "One JSON object, on standard output.")
    var json = false

    func run() async throws {
        if !logOptions.isKafka { try newTopicOptions.refuse(for: logOptions.log) }
        let log = try logOptions.open(newTopics: newTopicOptions)
        let topics = logOptions.topics
        let existing = try await topics.partitionCount(in: log)
        let wanted = topicOptions.specifications(
            topics, partitions: topicOptions.partitions ?? existing,
            capacity: logOptions.isKafka ? nil : try await log.describe(topics.chunks)?.capacity)
        // Those that are there are looked at before any is made.
        var there: [TopicSpecification] = []
        for topic in wanted where try await log.partitionCount(of: topic.name) != nil { there.append(topic) }
        try await log.createTopics(there)
        try await log.createTopics(wanted)
        await log.close()

        let isThere = Set(there.map(\.name))
        if json {
            try JSONOutput.line([
                "log": .string(log.name),
                "topics": .list(
                    wanted.map {
                        .object([
                            "topic": .string($0.name), "partitions": .integer($0.partitions),
                            "made": .boolean(!isThere.contains($0.name)),
                        ])
                    }),
            ])
        } else {
            var table = Table([("TOPIC", .left), ("PARTITIONS", .right), ("", .left)])
            for topic in wanted {
                table.add([
                    topic.name, "\(topic.partitions)", isThere.contains(topic.name) ? "there already" : "made",
                ])
            }
            print(table.text)
        }
    }
}
