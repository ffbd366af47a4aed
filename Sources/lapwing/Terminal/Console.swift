import Foundation
import Logging
import Synchronization

/// Messages for people, on standard error; results for programs go to standard output.
enum Console {
    /// The progress line on display, which messages must not be written into.
    private static let line = Mutex<String>("")
    static let isTerminal = isatty(STDERR_FILENO) == 1

    /// A line for programs, on standard output: at once, also into a pipe or a file.
    static func output(_ line: String) {
        print(line)
        fflush(nil)
    }

    /// Whether messages are JSON objects, as `--log-format json` asks for.
    static let usesJSON = Atomic(false)

    /// - Parameter facts: what JSON has besides the message.
    static func error(_ message: String, _ facts: Logger.Metadata = [:]) { say("error", message, facts) }
    static func warning(_ message: String) { say("warning", message, [:]) }

    private static func say(_ level: String, _ message: String, _ facts: Logger.Metadata) {
        let isJSON = usesJSON.load(ordering: .relaxed)
        write(
            isJSON
                ? JSONLogHandler.line(level, label: "lapwing", message, facts)
                : "lapwing: \(level): \(message.printable)")
    }

    static func write(_ message: String) {
        line.withLock { line in
            emit((line.isEmpty ? "" : "\r\u{1b}[K") + message + "\n" + line)
        }
    }

    /// Replaces the progress line; an empty one takes it away. Nothing happens when nobody looks.
    static func showProgress(_ text: String) {
        guard isTerminal else { return }
        line.withLock { line in
            guard line != text else { return }
            line = text
            emit("\r" + text + "\u{1b}[K")
        }
    }

    static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private static func emit(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}

extension String {
    /// The text without what could do anything to a terminal: control characters but line ends and tabs are shown as
    /// `\u{1b}`.
    ///
    /// Names and keys come from files and logs that anybody may have written.
    var printable: String {
        func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
        }
        guard unicodeScalars.contains(where: isDangerous) else { return self }
        return unicodeScalars.map { isDangerous($0) ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
    }
}
