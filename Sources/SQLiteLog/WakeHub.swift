import Synchronization

/// Where the calls of one log instance wait until the log has changed.
///
/// Nothing is lost between looking and waiting: take a ``ticket()`` first, look at the database, then wait with that
/// ticket; a change in between makes the wait return at once.
final class WakeHub: Sendable {
    fileprivate enum Waiter {
        case about
        case waiting(CheckedContinuation<Void, Never>)
        case released
    }

    fileprivate struct State {
        var version: UInt64 = 0
        var isClosed = false
        var nextWaiter: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
    }

    private let state = Mutex(State())

    /// The present version of the log, as far as this instance knows.
    func ticket() -> UInt64 { state.withLock { $0.version } }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Lets everyone who waits look again.
    func wake() { wake(closing: false) }

    /// Lets everyone go and nobody wait again.
    func close() { wake(closing: true) }

    /// Returns when something has changed since `ticket` was taken, at the latest at `deadline`.
    ///
    /// Throws `CancellationError` when the task is cancelled. That the hub was closed is for the caller to find.
    func wait(after ticket: UInt64, until deadline: ContinuousClock.Instant) async throws {
        try Task.checkCancellation()
        let id = state.withLock { state -> UInt64? in
            guard state.version == ticket, !state.isClosed else { return nil }
            state.nextWaiter += 1
            state.waiters[state.nextWaiter] = .about
            return state.nextWaiter
        }
        guard let id else { return }
        let timer = Task { [self] in
            try? await Task.sleep(until: deadline, clock: .continuous)
            release(id)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayWait = state.withLock { state in
                    guard case .about? = state.waiters[id] else { return false }
                    state.waiters[id] = .waiting(continuation)
                    return true
                }
                if !mayWait { continuation.resume() }
            }
        } onCancel: {
            release(id)
        }
        timer.cancel()
        _ = state.withLock { $0.waiters.removeValue(forKey: id) }
        try Task.checkCancellation()
    }

    private func wake(closing: Bool) {
        let waiting = state.withLock { state in
            state.version &+= 1
            if closing { state.isClosed = true }
            return state.waiters.keys.compactMap { state.release($0) }
        }
        for continuation in waiting { continuation.resume() }
    }

    private func release(_ id: UInt64) {
        state.withLock { $0.release(id) }?.resume()
    }
}

extension WakeHub.State {
    /// Ends the wait of one waiter, if it has not ended yet; its continuation is for the caller to resume.
    fileprivate mutating func release(_ id: UInt64) -> CheckedContinuation<Void, Never>? {
        guard let waiter = waiters[id] else { return nil }
        waiters[id] = .released
        guard case .waiting(let continuation) = waiter else { return nil }
        return continuation
    }
}
