import EventLog
import GRDB

extension GroupStore {
    // MARK: - What a member sees

    /// A member's place in its group.
    struct View: Sendable {
        /// A partition that the member owns.
        struct Claim: Sendable {
            var id: Int64
            var partition: TopicPartition
            var epoch: Int64
            /// To be given back.
            var isWantedElsewhere: Bool
            var committed: Int64?
        }

        var generation: Int64
        var isMember: Bool
        var claims: [Claim]
    }

    static func generation(_ group: Int64, _ database: Database) throws -> Int64 {
        try PreparedStatement(database, "SELECT generation FROM consumer_group WHERE id = ?1")
            .first(group) { $0.integer(0) } ?? -1
    }

    static func view(_ membership: Membership, _ database: Database) throws -> View {
        var view = View(generation: try generation(membership.group, database), isMember: false, claims: [])
        view.isMember =
            try PreparedStatement(database, "SELECT 1 FROM member WHERE id = ?1")
            .first(membership.member) { _ in true } ?? false
        try PreparedStatement(
            database,
            """
            SELECT c.partition, t.name, p.number, c.epoch, c.target IS c.owner, o.next FROM claim c
            JOIN topic_partition p ON p.id = c.partition JOIN topic t ON t.id = p.topic
            LEFT JOIN committed o ON o.group_id = c.group_id AND o.partition = c.partition
            WHERE c.group_id = ?1 AND c.owner = ?2 ORDER BY c.partition
            """
        ).eachRow(membership.group, membership.member) { row in
            view.claims.append(
                .init(
                    id: row.integer(0), partition: TopicPartition(row.text(1), Int(row.integer(2))),
                    epoch: row.integer(3), isWantedElsewhere: row.integer(4) == 0,
                    committed: row.optionalInteger(5)))
            return true
        }
        return view
    }

    // MARK: - What an operator sees

    static func describe(_ name: String, _ database: Database) throws -> GroupDescription? {
        guard let group = try group(name, database) else { return nil }
        var members: [Int64: GroupDescription.Member] = [:]
        let live = try PreparedStatement(
            database, "SELECT id, name FROM member WHERE group_id = ?1 AND expires > ?2 AND boot = ?3")
        live.bind(1, group)
        live.bind(2, SystemClock.monotonicNanoseconds())
        try live.bind(3, SystemClock.bootID) {
            try live.eachRow { row in
                members[row.integer(0)] = .init(id: row.text(1), partitions: [])
                return true
            }
        }
        try PreparedStatement(
            database,
            """
            SELECT c.owner, t.name, p.number FROM claim c
            JOIN topic_partition p ON p.id = c.partition JOIN topic t ON t.id = p.topic
            WHERE c.group_id = ?1 AND c.owner IS NOT NULL ORDER BY t.name, p.number
            """
        ).eachRow(group) { row in
            members[row.integer(0)]?.partitions.append(TopicPartition(row.text(1), Int(row.integer(2))))
            return true
        }
        var committed: [TopicPartition: Int64] = [:]
        try PreparedStatement(
            database,
            """
            SELECT t.name, p.number, o.next FROM committed o
            JOIN topic_partition p ON p.id = o.partition JOIN topic t ON t.id = p.topic WHERE o.group_id = ?1
            """
        ).eachRow(group) { row in
            committed[TopicPartition(row.text(0), Int(row.integer(1)))] = row.integer(2)
            return true
        }
        return GroupDescription(
            name: name, members: members.values.sorted { $0.id < $1.id }, committed: committed)
    }
}
