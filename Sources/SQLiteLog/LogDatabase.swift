@preconcurrency import Dispatch
import EventLog
import GRDB
import Synchronization

/// The connections to one file: one that writes, a few that read, and word of what others commit.
///
/// Accesses run on GRDB's own dispatch queues, so that neither a slow disk nor another process's lock holds up Swift's
/// cooperative threads. They are not cancelled half way: what has begun is either committed or failed.
final class LogDatabase: Sendable {
    /// Absolute.
    let path: String
    /// What to call the log in messages.
    let name: String
    let hub = WakeHub()
    private let pool: DatabasePool
    private let watcher: ChangeWatcher
    private let gate = Mutex(Gate())
    private let nextTruncation = Mutex(ContinuousClock.now)

    private struct Gate {
        var accesses = 0
        var isClosed = false
        var closing: [CheckedContinuation<Void, Never>] = []
    }

    init(path: String, configuration: SQLiteLogConfiguration) throws(EventLogError) {
        name = "sqlite:\(path)"
        let file = try LogFile.prepare(path)
        self.path = file
        pool = try LogFile.openPool(file, configuration: configuration)
        let hub = hub
        guard let watcher = ChangeWatcher(path: file, onChange: { hub.wake() }) else {
            throw EventLogError(
                .unavailable, operation: "open",
                detail: "\(file): the system has no file watches left: raise fs.inotify.max_user_instances and "
                    + "fs.inotify.max_user_watches",
                recovery: .giveUp)
        }
        self.watcher = watcher
    }

    // MARK: - Access

    /// Runs `body` on one consistent state of the log.
    func read<T: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        try enter(operation)
        defer { exit() }
        do {
            return try await withCheckedThrowingContinuation { continuation in
                pool.asyncRead { database in
                    continuation.resume(with: Result { try body(database.get()) })
                }
            }
        } catch {
            throw EventLogError(error, operation: operation, path: path)
        }
    }

    /// Runs `body` in a transaction, all of which is durable when this returns, or none of which happened when it
    /// throws.
    ///
    /// Everyone who waits is woken when the body has set `announces`.
    func write<T: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database, inout Outcome) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            startWrite(operation, body) { continuation.resume(with: $0) }
        }
    }

    /// The same without Swift's threads, for the heartbeat: it must go on when they are all busy.
    func startWrite<T: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database, inout Outcome) throws -> T,
        completion: @escaping @Sendable (Result<T, any Error>) -> Void
    ) {
        do {
            try enter(operation)
        } catch {
            completion(.failure(error))
            return
        }
        pool.asyncWriteWithoutTransaction { [self] database in
            let result = Result { try transact(database, body) }
            exit()
            completion(result.mapError { EventLogError($0, operation: operation, path: path) })
        }
    }

    /// What a write asks for besides its result.
    struct Outcome {
        /// Others are waiting for what was changed.
        var announces = false
        /// How many bytes of records were deleted: pages that may be given back to the file system.
        var freedBytes: Int64 = 0
        /// Take back what was written; for a body that found that it had nothing to do.
        var rollsBack = false
    }

    private func transact<T>(_ database: Database, _ body: (Database, inout Outcome) throws -> T) throws -> T {
        var outcome = Outcome()
        var result: T?
        try database.inTransaction(.immediate) {
            result = try body(database, &outcome)
            return outcome.rollsBack ? .rollback : .commit
        }
        if outcome.announces, !outcome.rollsBack {
            ChangeWatcher.announce(path: path)
            hub.wake()
        }
        LogFile.vacuum(database, freedBytes: outcome.freedBytes)
        shortenWriteAheadLog(database)
        // The transaction ran, so the body has returned.
        return result!
    }

    /// SQLite starts the write-ahead log over when no reader needs it any more; readers that overlap without a gap can
    /// put that off for ever, so that beyond a length it is worth waiting for them.
    private func shortenWriteAheadLog(_ database: Database) {
        guard LogFile.isWriteAheadLogLong(path), nextTruncation.withLock({ $0 <= .now }) else { return }
        _ = try? database.checkpoint(.truncate)
        // If a reader hangs, each attempt takes the whole busy timeout.
        nextTruncation.withLock { $0 = .now.advanced(by: .seconds(60)) }
    }

    // MARK: - Waiting

    /// How long a wait may last before it looks for itself, in case a process died before it could announce.
    static let patience = Duration.seconds(1)

    /// Calls `look` until it finds something or the time is over; between the calls, waits for the log to change.
    func wait<T>(
        _ operation: String, upTo timeout: Duration, look: () async throws -> T?
    ) async throws -> T? {
        let clock = ContinuousClock()
        // A very long time would overflow the instant.
        let deadline = clock.now.advanced(by: min(timeout, .seconds(1 << 31)))
        while true {
            try Task.checkCancellation()
            let ticket = hub.ticket()
            if let found = try await look() { return found }
            let now = clock.now
            guard now < deadline else { return nil }
            try await hub.wait(after: ticket, until: min(deadline, now.advanced(by: Self.patience)))
            if hub.isClosed { throw EventLogError.closed(operation, name) }
        }
    }

    // MARK: - Closing

    var isClosed: Bool { gate.withLock { $0.isClosed } }

    /// Turns away new accesses, ends all waits, waits for accesses under way, and lets go of the file.
    func close() async {
        let isFirst = gate.withLock { gate in
            defer { gate.isClosed = true }
            return !gate.isClosed
        }
        hub.close()
        watcher.stop()
        await withCheckedContinuation { continuation in
            let isIdle = gate.withLock { gate in
                if gate.accesses > 0 { gate.closing.append(continuation) }
                return gate.accesses == 0
            }
            if isIdle { continuation.resume() }
        }
        guard isFirst else { return }
        await withCheckedContinuation { continuation in
            // Closing may write the rest of the write-ahead log into the file.
            DispatchQueue.global().async { [pool, path] in
                try? pool.close()
                // The last connection to close writes the write-ahead log into the file and removes it, which the
                // pool's readers, closed last, may not do. If others still use the log, this does nothing.
                try? DatabaseQueue(path: path).close()
                continuation.resume()
            }
        }
    }

    private func enter(_ operation: String) throws(EventLogError) {
        let isOpen = gate.withLock { gate in
            if !gate.isClosed { gate.accesses += 1 }
            return !gate.isClosed
        }
        if !isOpen { throw .closed(operation, name) }
    }

    private func exit() {
        let closing = gate.withLock { gate in
            gate.accesses -= 1
            guard gate.accesses == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { gate.closing = [] }
            return gate.closing
        }
        for continuation in closing { continuation.resume() }
    }
}
