/// Shares a group's partitions among its members: evenly, and with as few moves as that takes.
///
/// A pure function of its arguments, so that every member's process comes to the same answer.
struct Assignor {
    /// A member and the topics that it wants.
    struct Member {
        var id: Int64
        var topics: Set<Int64>
    }

    /// A partition, who has it and who was to have it; either may be gone.
    struct Partition {
        var id: Int64
        var topic: Int64
        var owner: Int64?
        var target: Int64?
    }

    /// Who is to have each partition; a partition that nobody wants is missing.
    ///
    /// Where all members want the same topics, their numbers of partitions differ by at most one. A partition stays
    /// where it is, or where it was going, unless its member has too many.
    static func assign(_ partitions: [Partition], to members: [Member]) -> [Int64: Int64] {
        let members = members.sorted { $0.id < $1.id }
        let partitions = partitions.sorted { $0.id < $1.id }
        let wanted = Dictionary(uniqueKeysWithValues: members.map { ($0.id, $0.topics) })
        var plan: [Int64: Int64] = [:]
        var counts = Dictionary(uniqueKeysWithValues: members.map { ($0.id, 0) })

        func mayHave(_ member: Int64?, _ partition: Partition) -> Bool {
            guard let member, let topics = wanted[member] else { return false }
            return topics.contains(partition.topic)
        }
        func give(_ partition: Partition, to member: Int64) {
            if let former = plan[partition.id] { counts[former, default: 0] -= 1 }
            plan[partition.id] = member
            counts[member, default: 0] += 1
        }
        func least(for partition: Partition) -> Int64? {
            members.filter { $0.topics.contains(partition.topic) }
                .min { (counts[$0.id] ?? 0, $0.id) < (counts[$1.id] ?? 0, $1.id) }?.id
        }

        for partition in partitions {
            if let target = partition.target, mayHave(target, partition) {
                give(partition, to: target)
            } else if let owner = partition.owner, mayHave(owner, partition) {
                give(partition, to: owner)
            }
        }
        for partition in partitions where plan[partition.id] == nil {
            if let member = least(for: partition) { give(partition, to: member) }
        }
        while let (partition, member) = move(partitions, plan: plan, counts: counts, least: least) {
            give(partition, to: member)
        }
        return plan
    }

    /// A move that makes the shares more even; nil when they are even.
    private static func move(
        _ partitions: [Partition], plan: [Int64: Int64], counts: [Int64: Int],
        least: (Partition) -> Int64?
    ) -> (Partition, Int64)? {
        var best: (partition: Partition, to: Int64, difference: Int, rank: Int)?
        for partition in partitions {
            guard let from = plan[partition.id], let to = least(partition) else { continue }
            let difference = (counts[from] ?? 0) - (counts[to] ?? 0)
            guard difference > 1 else { continue }
            // Back to who still has it costs nothing; to redirect one that is moving anyway costs less than a new move.
            let rank = partition.owner == to ? 0 : partition.owner != from ? 1 : 2
            if let best, (best.difference, -best.rank) >= (difference, -rank) { continue }
            best = (partition, to, difference, rank)
        }
        return best.map { ($0.partition, $0.to) }
    }
}
