/// What keeps a worker from going on for now, and whether that has been said.
struct Obstacles {
    enum Kind: Hashable {
        /// The spool takes no more.
        case spool
        /// A chunk does not fit into the budget.
        case chunk
        /// The log does not take the worker as a member.
        case joining
        /// The log does not answer a poll.
        case polling
        /// The log takes no commit.
        case committing
    }

    private var present: Set<Kind> = []
    private var lastSaid: [Kind: ContinuousClock.Instant] = [:]

    /// One that comes and goes is not said more often.
    static let interval = Duration.seconds(60)

    /// Notes that an obstacle is there; true when it is to be said.
    mutating func met(_ kind: Kind, now: ContinuousClock.Instant = .now) -> Bool {
        present.insert(kind)
        if let last = lastSaid[kind], now - last < Self.interval { return false }
        lastSaid[kind] = now
        return true
    }

    /// Notes that it is gone; true when it was there.
    mutating func gone(_ kind: Kind) -> Bool { present.remove(kind) != nil }
}
