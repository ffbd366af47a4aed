import ArgumentParser
import Foundation
import Logging
import Synchronization

/// What a long-running command says of its work.
struct LoggingOptions: ParsableArguments {
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case debug
        case info
        case warning
        case error

        var level: Logger.Level {
            switch self {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        }
    }

    @Option(name: .long, help: "What is logged, on standard error: debug, info, warning or error.")
    var logLevel = Level.info

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Option(name: .long, help: "How it is written: text, or json (one object per line, with video_id and chunk).")
    var logFormat = Format.text

    func validate() { Console.usesJSON.store(logFormat == .json, ordering: .relaxed) }

    func logger(_ label: String) -> Logger {
        var logger =
            switch logFormat {
            case .text: Logger(label: label) { _ in TerminalLogHandler() }
            case .json: Logger(label: label) { label in JSONLogHandler(label: label) }
            }
        logger.logLevel = logLevel.level
        return logger
    }
}

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
        Console.write("\(time) \(event.level.rawValue) \(event.message)\(facts)".printable)
    }
}
