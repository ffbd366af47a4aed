import Synchronization

/// When the first and the last frame of a run were done, and how many there were.
final class FrameClock: Sendable {
    struct State {
        var frames = 0
        var first: ContinuousClock.Instant?
        var last: ContinuousClock.Instant?
    }

    private let stored = Mutex(State())

    var state: State { stored.withLock { $0 } }

    func frameDone() {
        let now = ContinuousClock.now
        stored.withLock { state in
            state.frames += 1
            state.first = state.first ?? now
            state.last = now
        }
    }
}
