import Testing

@testable import SQLiteLog

@Suite("Assignor")
struct AssignorTests {
    private func members(_ ids: Int64..., topics: Set<Int64> = [1]) -> [Assignor.Member] {
        ids.map { .init(id: $0, topics: topics) }
    }

    private func counts(_ plan: [Int64: Int64]) -> [Int64: Int] {
        plan.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    @Test("shares evenly, whatever the numbers")
    func even() {
        for partitionCount in 0...13 {
            for memberCount in 1...6 {
                let partitions = (0..<Int64(partitionCount)).map { Assignor.Partition(id: $0, topic: 1) }
                let members = (0..<Int64(memberCount)).map { Assignor.Member(id: $0, topics: [1]) }
                let plan = Assignor.assign(partitions, to: members)
                #expect(plan.count == partitionCount)
                let counts = counts(plan)
                let shares = members.map { counts[$0.id] ?? 0 }
                #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= 1, "\(partitionCount) among \(memberCount)")
            }
        }
    }

    @Test("moves only what evenness takes", arguments: 0..<200)
    func sticky(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        let partitionCount = Int64.random(in: 1...20, using: &random)
        var ids = Set((0..<Int.random(in: 1...5, using: &random)).map(Int64.init))
        var owners: [Int64: Int64] = [:]
        for round in 0..<8 {
            // A member comes or goes.
            if ids.count > 1, Bool.random(using: &random) {
                ids.remove(ids.sorted().randomElement(using: &random)!)
            } else {
                ids.insert(Int64(100 + round))
            }
            let partitions = (0..<partitionCount).map {
                Assignor.Partition(id: $0, topic: 1, owner: owners[$0], target: owners[$0])
            }
            let plan = Assignor.assign(partitions, to: ids.map { .init(id: $0, topics: [1]) })
            // The least number of moves: what members beyond their share must give up, and what has no member.
            let floor = Int(partitionCount) / ids.count
            let before = ids.map { id in owners.values.count { $0 == id } }.sorted(by: >)
            let remainder = Int(partitionCount) % ids.count
            let kept = before.enumerated().reduce(0) { $0 + min($1.element, $1.offset < remainder ? floor + 1 : floor) }
            let moved = plan.count { owners[$0.key] != $0.value }
            #expect(moved == Int(partitionCount) - kept, "seed \(seed), round \(round)")
            owners = plan
        }
    }

    @Test("gives a partition only to who wants its topic")
    func subscriptions() {
        let partitions = (0..<4).map { Assignor.Partition(id: $0, topic: $0 < 2 ? 1 : 2) }
        let plan = Assignor.assign(partitions, to: [.init(id: 7, topics: [1]), .init(id: 8, topics: [1, 2])])
        #expect(plan == [0: 7, 1: 7, 2: 8, 3: 8])
        #expect(Assignor.assign(partitions, to: members(7)).keys.sorted() == [0, 1])
        #expect(Assignor.assign(partitions, to: []) == [:])
    }

    @Test("leaves a partition that is on its way where it goes")
    func onItsWay() {
        let partitions = [
            Assignor.Partition(id: 0, topic: 1, owner: 7, target: 8),
            Assignor.Partition(id: 1, topic: 1, owner: 7, target: 7),
        ]
        #expect(Assignor.assign(partitions, to: members(7, 8)) == [0: 8, 1: 7])
        // Its goal is gone: it stays with who still has it.
        #expect(Assignor.assign(partitions, to: members(7)) == [0: 7, 1: 7])
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
    }
}
