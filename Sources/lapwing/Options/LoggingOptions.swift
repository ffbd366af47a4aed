public import ArgumentParser
import Foundation
public import Logging

/// What a long-running command says of its work.
struct LoggingOptions: ParsableArguments {
    @Option(name: .long, help: "What is logged, on standard error: debug, info, warning or error.")
    var logLevel = Logger.Level.info

    func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { _ in TerminalLogHandler() }
        logger.logLevel = logLevel
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// One line per message: time, level, text, facts.
struct TerminalLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
            .map { " \($0.key)=\($0.value)" }.joined()
        let time = Date.now.formatted(.iso8601.time(includingFractionalSeconds: true))
        Console.write("\(time) \(event.level.rawValue) \(event.message)\(facts)")
    }
}
