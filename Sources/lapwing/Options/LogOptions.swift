import ArgumentParser
import EventLog
import Foundation
import KafkaLog
import Logging
import Pipeline
import SQLiteLog

/// Which log, and what its topics are called.
struct LogOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The log: sqlite:PATH (made if it is not there) or kafka://HOST:PORT[,HOST:PORT].", valueName: "log"))
    var log: String

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Properties of librdkafka for a Kafka log, name=value per line: TLS, SASL and the like.",
            valueName: "file"))
    var kafkaConfig: String?

    @Option(name: .long, help: "What the names of the topics start with.")
    var topicPrefix = "lapwing."

    var topics: Topics { Topics(prefix: topicPrefix) }
    var isKafka: Bool { log.hasPrefix("kafka://") }

    /// Opens the log.
    ///
    /// - Parameters:
    ///   - mustExist: refuse to make a new file: for commands that only look.
    ///   - logger: told of Kafka brokers that are away; nil: they are said on standard error.
    ///   - newTopics: what topics are made with that are made on a Kafka log.
    func open(mustExist: Bool = false, logger: Logger? = nil, newTopics: NewTopicOptions? = nil) throws -> any EventLog
    {
        if isKafka { return try openKafka(logger: logger, newTopics: newTopics) }
        guard let path = log.removingPrefix("sqlite:"), !path.isEmpty else {
            throw UsageError(
                message: "--log \(log): must be sqlite:PATH or kafka://HOST:PORT, for example sqlite:lapwing.db")
        }
        if kafkaConfig != nil { throw UsageError(message: "--kafka-config is for a Kafka log, not for --log \(log)") }
        if mustExist, !FileManager.default.fileExists(atPath: path) {
            throw Failure.failed("--log \(log): there is no such file; 'lapwing submit' makes it")
        }
        return try SQLiteLog(path: path)
    }

    private func openKafka(logger: Logger?, newTopics: NewTopicOptions?) throws -> KafkaLog {
        var properties: [String: String] = [:]
        if let kafkaConfig {
            let text: String
            do {
                text = try String(contentsOfFile: kafkaConfig, encoding: .utf8)
            } catch {
                throw Failure.failed("--kafka-config \(kafkaConfig): it cannot be read (\(ErrorText.cause(error)))")
            }
            properties = try KafkaProperties.parse(text, origin: "--kafka-config \(kafkaConfig)")
        }
        // Variables win over the file, as everywhere.
        properties.merge(try KafkaProperties.fromEnvironment(ProcessInfo.processInfo.environment)) { $1 }
        var warnings = Logger(label: "lapwing.kafka") { _ in TerminalLogHandler() }
        warnings.logLevel = .warning
        var configuration = KafkaLogConfiguration(properties: properties, logger: logger ?? warnings)
        newTopics?.apply(to: &configuration)
        return try KafkaLog(url: log, configuration: configuration)
    }
}

/// A number of bytes as people write it: `64MiB`, `2GB`, `900000`.
struct ByteSize: ExpressibleByArgument, CustomStringConvertible {
    var bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let digits = argument.prefix { $0.isNumber || $0 == "." }
        let units = [
            "": 1, "b": 1, "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000, "tb": 1_000_000_000_000, "k": 1 << 10,
            "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
        ]
        let unit = argument.dropFirst(digits.count).trimmingCharacters(in: .whitespaces).lowercased()
        guard let value = Double(digits), let scale = units[unit], value >= 0, value * Double(scale) < 9e18 else {
            return nil
        }
        bytes = Int(value * Double(scale))
    }

    var description: String {
        for (shift, unit) in [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")]
        where bytes > 0 && bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return "\(bytes)"
    }

    var defaultValueDescription: String { description }
}

extension String {
    func removingPrefix(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
