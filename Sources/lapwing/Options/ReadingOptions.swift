import ArgumentParser
import Pipeline

/// Where results are read from: a log, or a file that was written before.
struct ReadingOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The log: sqlite:PATH or kafka://HOST:PORT[,HOST:PORT].", valueName: "log"))
    var log: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Instead of a log, a results.jsonl of one video.", valueName: "file"))
    var results: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Properties of librdkafka for a Kafka log, name=value per line: TLS, SASL and the like.",
            valueName: "file"))
    var kafkaConfig: String?

    @Option(name: .long, help: "What the names of the topics start with.")
    var topicPrefix = "lapwing."

    /// The log's own options.
    ///
    /// - Parameter remedy: what to give, when there is no log.
    func logOptions(remedy: String) throws -> LogOptions {
        guard let log else { throw UsageError(message: remedy) }
        var options = LogOptions()
        options.log = log
        options.kafkaConfig = kafkaConfig
        options.topicPrefix = topicPrefix
        return options
    }
}

extension VideoID {
    /// A video's ID as a user wrote it.
    static func ofArgument(_ text: String) throws(UsageError) -> VideoID {
        do {
            return try VideoID(text)
        } catch {
            throw UsageError(message: "video ID \(ErrorText.of(error))")
        }
    }
}
