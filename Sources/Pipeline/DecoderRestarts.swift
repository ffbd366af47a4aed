internal import EventLog

/// How often a worker has started its decoder's process anew, in a header of the checkpoints that it writes, where `lapwing
/// status` finds it.
enum DecoderRestarts {
    /// The header's name; its value is a decimal number.
    static let headerName = "lapwing-decoder-restarts"

    static func header(_ count: Int) -> Record.Header { Record.Header(headerName, "\(count)") }

    /// What a checkpoint's record says of who wrote it; nil when that is nothing, or not understood.
    static func read(_ logged: LoggedRecord) -> (worker: String, count: Int)? {
        guard let worker = logged.record.header(Worker.signatureHeaderName),
            let count = logged.record.header(headerName).flatMap({ Int(String(decoding: $0, as: UTF8.self)) }),
            count >= 0
        else { return nil }
        return (String(decoding: worker, as: UTF8.self), count)
    }
}
