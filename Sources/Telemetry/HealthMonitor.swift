import Synchronization

/// Whether a process works, and whether it is ready: what `/healthz` and `/readyz` answer.
///
/// Its parts say so themselves: loops beat while they go round, and what has to be there before work can be done is ready,
/// or says why not.
public final class HealthMonitor: Sendable {
    /// What there is to say.
    public struct Report: Sendable, Hashable {
        /// What is wrong, one sentence each; empty when nothing is.
        public var problems: [String]
        public var isGood: Bool { problems.isEmpty }
    }

    private struct State {
        var beats: [String: ContinuousClock.Instant] = [:]
        /// Why a part is not ready; nil inside: it is, until the time that is given with it.
        var parts: [String: (obstacle: String?, until: ContinuousClock.Instant?)] = [:]
    }

    private let patience: Duration
    private let state = Mutex(State())

    /// - Parameter patience: how long a loop may stand still. A worker's does while it waits for a chunk to end before it
    ///   gives a partition back.
    public init(patience: Duration = .seconds(300)) { self.patience = patience }

    // MARK: What parts say

    /// A loop goes round.
    public func beat(_ loop: String, at now: ContinuousClock.Instant = .now) {
        state.withLock { $0.beats[loop] = now }
    }

    /// A loop has ended, as it should.
    public func ended(_ loop: String) { state.withLock { $0.beats[loop] = nil } }

    /// A part is not ready.
    ///
    /// - Parameter obstacle: what it lacks.
    public func notReady(_ part: String, _ obstacle: String) {
        state.withLock { $0.parts[part] = (obstacle, nil) }
    }

    /// A part is ready.
    ///
    /// - Parameter duration: for how long that is to be believed, unless it is said again; nil: from now on.
    public func ready(_ part: String, for duration: Duration? = nil, at now: ContinuousClock.Instant = .now) {
        state.withLock { $0.parts[part] = (nil, duration.map { now + $0 }) }
    }

    // MARK: What others hear

    /// Whether the process works; if not, only a new one will help.
    public func liveness(at now: ContinuousClock.Instant = .now) -> Report {
        let beats = state.withLock { $0.beats }
        return Report(
            problems: beats.sorted { $0.key < $1.key }.compactMap { loop, last in
                now - last > patience ? "\(loop): no sign of life for \((now - last).components.seconds) s" : nil
            })
    }

    /// Whether it can do its work now: it works, and all that it needs is there.
    public func readiness(at now: ContinuousClock.Instant = .now) -> Report {
        let parts = state.withLock { $0.parts }
        let missing = parts.sorted { $0.key < $1.key }.compactMap { part, said -> String? in
            if let obstacle = said.obstacle { return "\(part): \(obstacle)" }
            guard let until = said.until, now > until else { return nil }
            return "\(part): not heard of for \((now - until).components.seconds) s longer than expected"
        }
        return Report(problems: liveness(at: now).problems + missing)
    }
}
