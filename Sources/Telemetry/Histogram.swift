import Synchronization

/// How many of the values observed were at most so large; observing takes a short lock and allocates nothing.
public final class Histogram: Sendable {
    /// What was observed so far.
    public struct Snapshot: Sendable, Hashable {
        /// How many values were in each bucket, those of smaller ones not counted; the infinite one is the last.
        public internal(set) var counts: [Int]
        public internal(set) var sum = 0.0

        /// How many values there were.
        public var count: Int { counts.reduce(0, +) }
    }

    let bounds: [Double]
    private let state: Mutex<Snapshot>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(Snapshot(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    public var snapshot: Snapshot { state.withLock { $0 } }

    /// Observes a value; what is no number is left out.
    public func observe(_ value: Double) {
        guard !value.isNaN else { return }
        var bucket = 0
        // There are few.
        while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    /// Observes a time, in seconds.
    public func observe(_ time: Duration) { observe(time.inSeconds) }
}

extension Duration {
    /// In seconds.
    public var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
