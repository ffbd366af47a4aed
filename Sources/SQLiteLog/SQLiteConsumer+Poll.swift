import EventLog
import GRDB
import Synchronization

extension SQLiteConsumer {
    func poll(timeout: Duration) async throws -> ConsumerEvent {
        let isFirst = state.withLock { state in
            defer { state.isPolling = true }
            return !state.isPolling
        }
        guard isFirst else {
            throw EventLogError(
                .invalidArgument, operation: "poll", detail: "another task is polling \(memberID): let one task poll",
                recovery: .giveUp)
        }
        defer { state.withLock { $0.isPolling = false } }
        try Task.checkCancellation()
        try await giveBackRevoked()
        return try await log.database.wait("poll", upTo: timeout) {
            try await look()
        } ?? .idle
    }

    /// What was meant for this member and then for another, before the caller was told, needs no word from it.
    private func giveBackUnseen(_ view: GroupStore.View, _ membership: GroupStore.Membership) async throws {
        let unseen = view.claims.filter(\.isWantedElsewhere).map(\.id)
        guard !unseen.isEmpty else { return }
        try await log.database.write("give back partitions") { database, outcome in
            try GroupStore.release(unseen, membership, database, &outcome)
        }
        state.withLock { $0.generation = nil }
    }

    private func giveBackRevoked() async throws {
        let (revoked, membership) = state.withLock { ($0.revoked, $0.membership) }
        guard !revoked.isEmpty else { return }
        try await log.database.write("give back partitions") { database, outcome in
            try GroupStore.release(revoked.sorted(), membership, database, &outcome)
        }
        state.withLock { state in
            for partition in revoked { state.held[partition] = nil }
            state.revoked.subtract(revoked)
            state.generation = nil
        }
    }

    /// What one look at the log found.
    private enum Sight: Sendable {
        case group(GroupStore.View)
        case records([(partition: Int64, records: [LoggedRecord])])
    }

    private struct Wanted: Sendable {
        var id: Int64
        var partition: TopicPartition
        var position: Int64
    }

    private func look() async throws -> ConsumerEvent? {
        while true {
            let (membership, generation, wanted) = try state.withLock { state in
                try checkIn(state)
                return (state.membership, state.generation, Self.wanted(&state))
            }
            let maxBytes = configuration.maxPollBytes
            let sight = try await log.database.read("poll") { database -> Sight in
                if try GroupStore.generation(membership.group, database) != generation {
                    return .group(try GroupStore.view(membership, database))
                }
                return .records(try Self.fetch(wanted, maxBytes: maxBytes, database))
            }
            switch sight {
            case .group(let view):
                if !view.isMember { try await joinAgain(instead: membership) }
                let event = state.withLock { Self.compare(&$0, with: view, of: membership) }
                if let event { return event }
                try await giveBackUnseen(view, membership)
            case .records(let batches):
                return state.withLock { Self.deliver(batches, &$0) }
            }
        }
    }

    private func checkIn(_ state: State) throws {
        if state.hasLeft {
            throw EventLogError(
                .closed, operation: "poll", detail: "\(memberID) has left the group '\(configuration.group)'",
                recovery: .giveUp)
        }
        if state.isReplaced {
            throw EventLogError(
                .fenced, operation: "poll",
                detail: "another consumer has joined the group '\(configuration.group)' as \(memberID): give each "
                    + "consumer its own name",
                recovery: .giveUp)
        }
    }

    private func joinAgain(instead former: GroupStore.Membership) async throws {
        try await log.database.write("join") { [self] database, outcome in
            let current = state.withLock { $0.hasLeft ? nil : $0.membership }
            guard let current, current.member == former.member else { return }
            // It may have been on its way in when the log was read.
            guard try !GroupStore.view(current, database).isMember else { return }
            _ = try joinAgain(database, &outcome)
        }
    }

    /// The partitions to read, beginning with the one whose turn it is.
    private static func wanted(_ state: inout State) -> [Wanted] {
        let wanted = state.held.filter { !$0.value.isPaused }.sorted { $0.key < $1.key }
            .map { Wanted(id: $0.key, partition: $0.value.partition, position: $0.value.position) }
        guard !wanted.isEmpty else { return [] }
        let first = state.turn % wanted.count
        return Array(wanted[first...] + wanted[..<first])
    }

    /// Reads from each partition its share of the bytes; what one does not need goes to the following ones.
    private static func fetch(
        _ wanted: [Wanted], maxBytes: Int, _ database: Database
    ) throws -> [(partition: Int64, records: [LoggedRecord])] {
        var batches: [(partition: Int64, records: [LoggedRecord])] = []
        var remaining = max(1, maxBytes)
        for (index, partition) in wanted.enumerated() {
            let share = remaining / (wanted.count - index)
            let (records, bytes) = try RecordStore.read(
                partition.id, partition.partition, from: partition.position, maxBytes: share,
                evenIfLarge: batches.isEmpty, database, operation: "poll")
            if !records.isEmpty { batches.append((partition.id, records)) }
            remaining = max(0, remaining - bytes)
        }
        return batches
    }

    private static func deliver(
        _ batches: [(partition: Int64, records: [LoggedRecord])], _ state: inout State
    ) -> ConsumerEvent? {
        var delivered: [LoggedRecord] = []
        for (partition, records) in batches {
            // Paused while the log was being read.
            guard let held = state.held[partition], !held.isPaused, let last = records.last else { continue }
            delivered.append(contentsOf: records)
            state.held[partition]?.position = last.offset + 1
        }
        state.turn &+= 1
        return delivered.isEmpty ? nil : .records(delivered)
    }

    /// The first difference between what the caller knows and what the tables say: losses, then what is to be given
    /// back, then what is new. Nil when there is none, or when the view is of a membership that has ended.
    private static func compare(
        _ state: inout State, with view: GroupStore.View, of membership: GroupStore.Membership
    ) -> ConsumerEvent? {
        // It left while the log was being read.
        guard !state.hasLeft else { return nil }
        let claims = view.isMember ? view.claims : []
        let owned = Dictionary(uniqueKeysWithValues: claims.map { ($0.id, $0) })
        let lost = state.held.filter { owned[$0.key]?.epoch != $0.value.epoch }
        if !lost.isEmpty {
            for id in lost.keys { state.held[id] = nil }
            return .lost(lost.values.map(\.partition).sorted())
        }
        guard view.isMember, state.membership.member == membership.member else { return nil }
        let revoked = claims.filter { $0.isWantedElsewhere && state.held[$0.id] != nil }
        if !revoked.isEmpty {
            state.revoked = Set(revoked.map(\.id))
            return .revoked(revoked.map(\.partition).sorted())
        }
        let assigned = claims.filter { state.held[$0.id] == nil && !$0.isWantedElsewhere }
        if !assigned.isEmpty {
            for claim in assigned {
                state.held[claim.id] = Held(
                    partition: claim.partition, epoch: claim.epoch, position: claim.committed ?? 0)
            }
            return .assigned(assigned.map(\.partition).sorted())
        }
        state.generation = view.generation
        return nil
    }
}
