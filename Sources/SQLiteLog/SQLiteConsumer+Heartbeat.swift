@preconcurrency import Dispatch
import EventLog
import GRDB
import Synchronization

extension SQLiteConsumer {
    var heartbeatInterval: Duration { configuration.sessionTimeout / 3 }

    /// Holds the consumer only while it beats: one that its owner has dropped ends with its lease.
    func scheduleHeartbeat(after delay: Duration) {
        let nanoseconds = Int(clamping: min(delay, .seconds(1 << 31)).nanoseconds)
        heartbeatQueue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { [weak self] in self?.beat() }
    }

    private func beat() {
        let (membership, hasLeft, isSuspended) = state.withLock {
            ($0.membership, $0.hasLeft || $0.isReplaced, $0.heartbeatsAreSuspended)
        }
        if hasLeft || log.database.isClosed { return }
        if isSuspended {
            scheduleHeartbeat(after: heartbeatInterval)
            return
        }
        let timeout = configuration.sessionTimeout
        log.database.startWrite("heartbeat") { [self] database, outcome -> (Duration?, Bool) in
            // Read again: this may have waited behind a poll that joined anew.
            let isCurrent = state.withLock { !$0.hasLeft && $0.membership.member == membership.member }
            guard isCurrent else { return (nil, true) }
            do {
                return (
                    try GroupStore.heartbeat(membership, sessionTimeout: timeout, database, &outcome), true
                )
            } catch is GroupStore.MembershipEnded {
                return (nil, try joinAgain(database, &outcome))
            }
        } completion: { [weak self] result in
            guard let self else { return }
            var next = heartbeatInterval
            switch result {
            case .success((let nextExpiry?, _)):
                // To see at once when another member's lease runs out.
                next = max(.milliseconds(5), min(next, nextExpiry + .milliseconds(1)))
            case .success((nil, _)):
                break
            case .failure:
                // The lease still runs; try sooner.
                next = next / 4
            }
            scheduleHeartbeat(after: next)
        }
    }

    /// Becomes a new member in place of the one that was removed, within a transaction; false when somebody else
    /// has taken the name.
    func joinAgain(_ database: Database, _ outcome: inout LogDatabase.Outcome) throws -> Bool {
        let membership = try GroupStore.join(
            configuration, name: memberID, replaces: false, database, log.catalog, &outcome)
        return state.withLock { state in
            if state.hasLeft {
                outcome.rollsBack = true
            } else if let membership {
                // If the transaction fails after all, the next view shows that there is no such member.
                state.membership = membership
                state.generation = nil
            } else {
                state.isReplaced = true
                outcome.rollsBack = true
            }
            return membership != nil
        }
    }

    /// Stops or starts the heartbeat, so that a test can let the lease of a live member run out.
    func suspendHeartbeats(_ suspended: Bool) {
        state.withLock { $0.heartbeatsAreSuspended = suspended }
    }
}
