/// How long something has been in each of several states, one after the other.
///
/// A change of state is one look at the clock; nothing is allocated for one that was there before.
struct TimeSheet<State: Hashable & Sendable>: Sendable {
    private(set) var state: State
    private var since: ContinuousClock.Instant
    private var spent: [State: Duration] = [:]

    /// - Parameter state: the one that it begins in.
    init(_ state: State, at now: ContinuousClock.Instant = .now) {
        self.state = state
        since = now
    }

    /// Notes that it is in another state from now on; the same one goes on.
    ///
    /// - Returns: the state that it was in, and for how long since that was last noted.
    @discardableResult
    mutating func enter(_ next: State, at now: ContinuousClock.Instant = .now) -> (state: State, time: Duration) {
        let ended = (state, now - since)
        spent[state, default: .zero] += ended.1
        state = next
        since = now
        return ended
    }

    /// How long it was in each state, that of now included; states it never was in are left out.
    func times(at now: ContinuousClock.Instant = .now) -> [State: Duration] {
        var times = spent
        times[state, default: .zero] += now - since
        return times
    }
}
