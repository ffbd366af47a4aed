import Synchronization

/// How many trials of all searches are done; those that were known from an earlier search count, too.
final class TrialCounter: Sendable {
    private let trials: Int
    private let report: @Sendable (Int) -> Void
    private let state = Mutex((done: 0, searches: 0))

    init(trials: Int, _ report: @escaping @Sendable (Int) -> Void) {
        self.trials = trials
        self.report = report
    }

    var done: Int { state.withLock(\.done) }

    func advance() {
        report(
            state.withLock {
                $0.done += 1
                return $0.done
            })
    }

    func advance(to done: Int) {
        state.withLock { $0.done = max($0.done, done) }
        report(self.done)
    }

    /// A search that ended early has done all of its trials.
    func finishSearch() {
        let done = state.withLock { state in
            state.searches += 1
            state.done = state.searches * trials
            return state.done
        }
        report(done)
    }
}
