internal import Synchronization

/// What will be committed for a chunk that a ``ChunkHandler`` has in hand.
public final class PendingOutcome: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<ChunkOutcome?, any Error>)
        case decided(Result<ChunkOutcome?, any Error>)
    }

    private let state = Mutex(State.open)

    public init() {}

    /// Says what it is: nil when the chunk is of no more use. To be called once.
    public func decide(_ result: Result<ChunkOutcome?, any Error>) {
        let awaiting = state.withLock { state -> CheckedContinuation<ChunkOutcome?, any Error>? in
            switch state {
            case .open:
                state = .decided(result)
                return nil
            case .awaited(let continuation):
                state = .decided(result)
                return continuation
            case .decided: preconditionFailure("an outcome is decided once")
            }
        }
        awaiting?.resume(with: result)
    }

    /// Waits until it is decided, also when the task is cancelled; for one caller.
    func value() async throws -> ChunkOutcome? {
        try await withCheckedThrowingContinuation { continuation in
            let decided = state.withLock { state -> Result<ChunkOutcome?, any Error>? in
                if case .decided(let result) = state { return result }
                state = .awaited(continuation)
                return nil
            }
            if let decided { continuation.resume(with: decided) }
        }
    }
}
