import ArgumentParser

/// What a log is divided into, made and shown.
struct TopicsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract: "Make the topics of a log, or show them.",
        discussion: """
            Examples:
              lapwing topics create --log kafka://h:9092 --partitions 12 --replication 3
              lapwing topics describe --log kafka://h:9092

            On a Kafka log, make the topics before anything else. An SQLite log's are made by whoever needs them first.
            """,
        subcommands: [TopicsCreateCommand.self, TopicsDescribeCommand.self])
}
