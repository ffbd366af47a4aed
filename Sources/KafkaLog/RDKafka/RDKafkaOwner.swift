import Logging
import Synchronization

/// Whose clients they are: what to call it, where to log, and how many of its clients there still are.
final class RDKafkaOwner: Sendable {
    /// The log, as the user wrote it.
    let name: String
    let logger: Logger
    private let living = Mutex(0)

    init(name: String, logger: Logger) {
        self.name = name
        self.logger = logger
    }

    func began() { living.withLock { $0 += 1 } }

    func ended() { living.withLock { $0 -= 1 } }

    /// Waits until librdkafka has let go of all clients: a process that exits while one of them is making a TLS connection
    /// may crash.
    func waitForEnd(within limit: Duration) async {
        let deadline = Deadline(after: limit)
        while living.withLock({ $0 }) > 0, !deadline.hasPassed { try? await Task.sleep(for: .milliseconds(5)) }
    }
}
