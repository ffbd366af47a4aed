import Logging
import Synchronization

/// What is logged from a level on, and a call for each message.
final class CapturedMessages: Sendable {
    private let texts = Mutex<[String]>([])
    private let onMessage: @Sendable (String) -> Void

    init(onMessage: @escaping @Sendable (String) -> Void = { _ in }) {
        self.onMessage = onMessage
    }

    var all: [String] { texts.withLock { $0 } }

    func logger(_ level: Logger.Level = .warning) -> Logger {
        var logger = Logger(label: "test") { _ in Handler(messages: self) }
        logger.logLevel = level
        return logger
    }

    private func take(_ text: String) {
        texts.withLock { $0.append(text) }
        onMessage(text)
    }

    private struct Handler: LogHandler {
        let messages: CapturedMessages
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.warning

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let facts = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            messages.take("\(event.message)\(facts)")
        }
    }
}
