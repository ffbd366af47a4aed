import EventLog
import GRDB

/// What happens to consumer groups in the tables; every function works within its caller's transaction.
///
/// A partition has one owner per group, and every owner a new epoch. The owner changes in a transaction that sees that
/// the former owner has given the partition back, or that its lease has run out. A commit sees in its own transaction
/// that owner and epoch are still those that it began with; SQLite runs one write transaction at a time, so no commit
/// of a former owner can follow the change.
///
/// A lease that has run out takes nothing away by itself: until another member acts on it, its holder may still renew
/// it and commit.
enum GroupStore {
    /// One life of a member: whoever joins again is another one.
    struct Membership: Sendable {
        var group: Int64
        var member: Int64
    }

    // MARK: - Members

    /// Makes a member, and the group if it is the first.
    ///
    /// A member of the same name is replaced if `replaces`, and its partitions pass to the new one at once; otherwise
    /// it is in the way, and the answer is nil.
    static func join(
        _ configuration: ConsumerConfiguration, name: String, replaces: Bool, _ database: Database,
        _ catalog: TopicCatalog, _ outcome: inout LogDatabase.Outcome
    ) throws -> Membership? {
        let group = try findOrMakeGroup(configuration.group, database)
        var topics: [Int64] = []
        for topic in Set(configuration.topics).sorted() {
            topics.append(try catalog.existingTopic(topic, database, "join").id)
        }
        try removeExpired(group, database)
        let find = try PreparedStatement(database, "SELECT id FROM member WHERE group_id = ?1 AND name = ?2")
        find.bind(1, group)
        let former = try find.bind(2, name) { try find.first { $0.integer(0) } }
        if let former {
            guard replaces else { return nil }
            try PreparedStatement(database, "DELETE FROM member WHERE id = ?1").run(former)
        }
        let insert = try PreparedStatement(
            database, "INSERT INTO member (group_id, name, boot, expires) VALUES (?1, ?2, ?3, ?4)")
        insert.bind(1, group)
        insert.bind(4, expiry(configuration.sessionTimeout))
        try insert.bind(2, name) {
            try insert.bind(3, SystemClock.bootID) { _ = try insert.run() }
        }
        let member = database.lastInsertedRowID
        for topic in topics {
            try PreparedStatement(database, "INSERT INTO subscription (member, topic) VALUES (?1, ?2)")
                .run(member, topic)
            try PreparedStatement(database, "INSERT OR IGNORE INTO group_topic (group_id, topic) VALUES (?1, ?2)")
                .run(group, topic)
        }
        if let former {
            try PreparedStatement(
                database,
                "UPDATE claim SET owner = ?3, epoch = epoch + 1 WHERE group_id = ?1 AND owner = ?2"
            ).run(group, former, member)
            try PreparedStatement(database, "UPDATE claim SET target = ?3 WHERE group_id = ?1 AND target = ?2")
                .run(group, former, member)
        }
        try rebalance(group, database)
        outcome.announces = true
        return Membership(group: group, member: member)
    }

    /// Renews a lease and takes the partitions of members whose leases have run out.
    ///
    /// Returns how long until the next lease of another member runs out, nil when there is none; throws
    /// ``MembershipEnded`` when this member's own was taken away.
    static func heartbeat(
        _ membership: Membership, sessionTimeout: Duration, _ database: Database,
        _ outcome: inout LogDatabase.Outcome
    ) throws -> Duration? {
        guard try renew(membership, sessionTimeout: sessionTimeout, database) else { throw MembershipEnded() }
        if try removeExpired(membership.group, database) {
            try rebalance(membership.group, database)
            outcome.announces = true
        }
        let next = try PreparedStatement(
            database, "SELECT min(expires) FROM member WHERE group_id = ?1 AND id <> ?2"
        ).first(membership.group, membership.member) { $0.optionalInteger(0) }
        guard let next, let next else { return nil }
        return .nanoseconds(max(0, next - SystemClock.monotonicNanoseconds()))
    }

    /// The member is not there any more.
    struct MembershipEnded: Error {}

    /// Extends the lease; false when the member is not there any more.
    static func renew(_ membership: Membership, sessionTimeout: Duration, _ database: Database) throws -> Bool {
        try PreparedStatement(database, "UPDATE member SET expires = ?2 WHERE id = ?1")
            .run(membership.member, expiry(sessionTimeout)) > 0
    }

    /// Gives everything back; the others get it in the same transaction.
    static func leave(
        _ membership: Membership, _ database: Database, _ outcome: inout LogDatabase.Outcome
    ) throws {
        guard try PreparedStatement(database, "DELETE FROM member WHERE id = ?1").run(membership.member) > 0 else {
            return
        }
        try rebalance(membership.group, database)
        outcome.announces = true
    }

    private static func expiry(_ sessionTimeout: Duration) -> Int64 {
        let (sum, overflow) = SystemClock.monotonicNanoseconds().addingReportingOverflow(sessionTimeout.nanoseconds)
        return overflow ? .max : sum
    }

    @discardableResult
    private static func removeExpired(_ group: Int64, _ database: Database) throws -> Bool {
        let delete = try PreparedStatement(
            database, "DELETE FROM member WHERE group_id = ?1 AND (expires <= ?2 OR boot <> ?3)")
        delete.bind(1, group)
        delete.bind(2, SystemClock.monotonicNanoseconds())
        return try delete.bind(3, SystemClock.bootID) { try delete.run() } > 0
    }

    /// Lets a group count for what may be deleted of a topic, though none of its members has joined yet.
    static func expect(_ group: String, toRead topic: String, _ database: Database) throws {
        let group = try findOrMakeGroup(group, database)
        let insert = try PreparedStatement(
            database, "INSERT OR IGNORE INTO group_topic (group_id, topic) SELECT ?1, id FROM topic WHERE name = ?2")
        insert.bind(1, group)
        try insert.bind(2, topic) { _ = try insert.run() }
    }

    private static func findOrMakeGroup(_ name: String, _ database: Database) throws -> Int64 {
        if let group = try group(name, database) { return group }
        let insert = try PreparedStatement(database, "INSERT INTO consumer_group (name) VALUES (?1)")
        try insert.bind(1, name) { _ = try insert.run() }
        return database.lastInsertedRowID
    }

    static func group(_ name: String, _ database: Database) throws -> Int64? {
        let find = try PreparedStatement(database, "SELECT id FROM consumer_group WHERE name = ?1")
        return try find.bind(1, name) { try find.first { $0.integer(0) } }
    }

    // MARK: - Partitions

    /// Gives back partitions that are to go elsewhere, to whom they are to go.
    static func release(
        _ partitions: [Int64], _ membership: Membership, _ database: Database, _ outcome: inout LogDatabase.Outcome
    ) throws {
        let release = try PreparedStatement(
            database, "UPDATE claim SET owner = NULL WHERE group_id = ?1 AND partition = ?2 AND owner = ?3")
        for partition in partitions { try release.run(membership.group, partition, membership.member) }
        try grant(membership.group, database)
        try bumpGeneration(membership.group, database)
        outcome.announces = true
    }

    /// Decides anew who is to have what, and hands over what nobody has.
    private static func rebalance(_ group: Int64, _ database: Database) throws {
        try PreparedStatement(
            database,
            """
            UPDATE claim SET owner = NULL
            WHERE group_id = ?1 AND owner IS NOT NULL AND owner NOT IN (SELECT id FROM member WHERE group_id = ?1)
            """
        ).run(group)
        try PreparedStatement(
            database,
            """
            INSERT OR IGNORE INTO claim (group_id, partition)
            SELECT ?1, p.id FROM topic_partition p WHERE p.topic IN (
                SELECT s.topic FROM subscription s JOIN member m ON m.id = s.member WHERE m.group_id = ?1)
            """
        ).run(group)
        var members: [Int64: Assignor.Member] = [:]
        try PreparedStatement(
            database, "SELECT m.id, s.topic FROM member m JOIN subscription s ON s.member = m.id WHERE m.group_id = ?1"
        ).eachRow(group) { row in
            let id = row.integer(0)
            members[id, default: .init(id: id, topics: [])].topics.insert(row.integer(1))
            return true
        }
        var partitions: [Assignor.Partition] = []
        try PreparedStatement(
            database,
            """
            SELECT c.partition, p.topic, c.owner, c.target FROM claim c JOIN topic_partition p ON p.id = c.partition
            WHERE c.group_id = ?1
            """
        ).eachRow(group) { row in
            partitions.append(
                .init(
                    id: row.integer(0), topic: row.integer(1), owner: row.optionalInteger(2),
                    target: row.optionalInteger(3)))
            return true
        }
        let plan = Assignor.assign(partitions, to: Array(members.values))
        let update = try PreparedStatement(
            database, "UPDATE claim SET target = ?3 WHERE group_id = ?1 AND partition = ?2")
        for partition in partitions where plan[partition.id] != partition.target {
            try update.run(group, partition.id, plan[partition.id])
        }
        try grant(group, database)
        try bumpGeneration(group, database)
    }

    private static func grant(_ group: Int64, _ database: Database) throws {
        try PreparedStatement(
            database,
            """
            UPDATE claim SET owner = target, epoch = epoch + 1
            WHERE group_id = ?1 AND owner IS NULL AND target IS NOT NULL
            """
        ).run(group)
    }

    private static func bumpGeneration(_ group: Int64, _ database: Database) throws {
        try PreparedStatement(database, "UPDATE consumer_group SET generation = generation + 1 WHERE id = ?1")
            .run(group)
    }

    // MARK: - Offsets

    /// Whether the member still has the partition, in the epoch in which it began.
    static func owns(
        _ partition: Int64, epoch: Int64, _ membership: Membership, _ database: Database
    ) throws -> Bool {
        try PreparedStatement(
            database, "SELECT 1 FROM claim WHERE group_id = ?1 AND partition = ?2 AND owner = ?3 AND epoch = ?4"
        ).first(membership.group, partition, membership.member, epoch) { _ in true } ?? false
    }

    static func setCommitted(_ next: Int64, of partition: Int64, _ group: Int64, _ database: Database) throws {
        try PreparedStatement(
            database,
            """
            INSERT INTO committed (group_id, partition, next) VALUES (?1, ?2, ?3)
            ON CONFLICT (group_id, partition) DO UPDATE SET next = excluded.next
            """
        ).run(group, partition, next)
    }
}
