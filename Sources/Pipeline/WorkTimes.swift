/// What the threads of a ``ChunkHandler`` have spent their time on so far.
public struct WorkTimes: Sendable, Hashable {
    /// What a thread is at.
    public enum Stage: String, Sendable, Hashable, CaseIterable {
        /// From a chunk's bytes to pictures.
        case decoding
        /// From a picture to the network's input.
        case scaling
        /// Waiting for what the network finds, and reading it.
        case detecting
        /// The tracker, with what it wants to know of the picture; and the frame's records.
        case tracking
        /// A chunk's end: the checkpoint, and the records that go with it.
        case writing
        /// There is no chunk.
        case idle
    }

    /// Of all threads together.
    public var spent: [Stage: Duration]
    /// How many threads there are.
    public var threads: Int
    /// What the networks run on, as results name it.
    public var device: String

    public init(spent: [Stage: Duration], threads: Int = 1, device: String) {
        self.spent = spent
        self.threads = threads
        self.device = device
    }

    /// How long it took, by the clock on the wall.
    var elapsed: Duration { spent.values.reduce(.zero, +) / threads }

    /// Adds what other threads have spent.
    mutating func add(_ other: WorkTimes) {
        spent.merge(other.spent, uniquingKeysWith: +)
        threads += other.threads
    }

    /// What part of its threads' time each stage takes, 0…1, in the order of a frame's way; empty when there is none.
    var shares: [(stage: Stage, share: Double)] {
        elapsed > .zero ? Stage.allCases.map { ($0, spent.share(of: $0)) } : []
    }

    /// The same, since an earlier moment.
    func since(_ earlier: WorkTimes?) -> WorkTimes {
        var times = self
        times.spent = spent.since(earlier?.spent ?? [:])
        return times
    }
}

extension Dictionary where Value == Duration {
    /// What has come to these times since they were as `earlier`.
    func since(_ earlier: Self) -> Self {
        reduce(into: [:]) { times, entry in times[entry.key] = entry.value - (earlier[entry.key] ?? .zero) }
    }

    /// What part of all of it is this one's, 0…1; 0 when there is none.
    func share(of key: Key) -> Double {
        let total = values.reduce(.zero, +)
        return total > .zero ? (self[key] ?? .zero) / total : 0
    }
}
