import EventLog

extension LogConformance {
    static let leaseChecks: [Check] = [
        Check("a member that does not poll keeps its partitions") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 2)
            let timeout = context.fixture.sessionTimeout
            let first = try await context.join(log, topic, sessionTimeout: timeout)
            try await context.poll([first], until: "the partitions are assigned") { first.assigned.count == 2 }
            let second = try await context.join(log, topic, group: "other", sessionTimeout: timeout)
            // The other group's polls pass the time.
            let deadline = ContinuousClock.now.advanced(by: timeout * 3)
            while ContinuousClock.now < deadline { try await second.poll(timeout / 4) }
            try await first.consumer.commit(.init(offsets: [TopicPartition(topic, 0): 0]))
            try expectEqual(first.losses.count, 0, "losses")
        },
        Check("what a revocation names can still be committed before the next poll") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 2)
            try await log.append((0..<10).map { OutgoingRecord(topic, $0 % 2, "\($0)") })
            let first = try await context.join(log, topic)
            try await context.poll([first], until: "all records came") { first.records.count == 10 }
            let second = try await context.join(log, topic)
            var revoked: [TopicPartition] = []
            let deadline = ContinuousClock.now.advanced(by: context.patience)
            while revoked.isEmpty {
                try expect(ContinuousClock.now < deadline, "nothing was revoked")
                if case .revoked(let partitions) = try await first.poll(.milliseconds(20)) { revoked = partitions }
                if revoked.isEmpty { try await second.poll(.milliseconds(20)) }
            }
            // Whatever the second member does, these are still the first one's.
            for _ in 0..<3 { try await second.poll(.milliseconds(20)) }
            try expectEqual(second.records.count, 0, "records that the second member got too early")
            try await first.commitSeen()
            try await settle([first, second], partitions: 2, context)
            for _ in 0..<3 {
                try await first.poll(.milliseconds(10))
                try await second.poll(.milliseconds(10))
            }
            try expectEqual(second.values, [], "records delivered again although they were committed")
            try await expectError(.fenced, "a commit after the partition was given back") {
                try await first.consumer.commit(.init(offsets: [revoked[0]: 1]))
            }
        },
        Check("a partition starts again where its former member committed, and not later") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 2)
            try await log.append((0..<10).map { OutgoingRecord(topic, $0 % 2, "\($0)") })
            let first = try await context.join(log, topic)
            try await context.poll([first], until: "all records came") { first.records.count == 10 }
            try await first.consumer.commit(
                .init(offsets: [TopicPartition(topic, 0): 2, TopicPartition(topic, 1): 2]))
            let second = try await context.join(log, topic)
            try await settle([first, second], partitions: 2, context)
            try await context.poll([first, second], until: "the uncommitted records came") {
                second.records.count >= 3
            }
            try expectEqual(second.records.map(\.offset), [2, 3, 4], "offsets that the second member got")
        },
        Check("a member that fell silent loses its partitions, and is fenced", needs: [.suspendsHeartbeats]) {
            context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 2)
            try await log.append((0..<10).map { OutgoingRecord(topic, $0 % 2, "\($0)") })
            let timeout = context.fixture.sessionTimeout
            let first = try await context.join(log, topic, sessionTimeout: timeout)
            try await context.poll([first], until: "all records came") { first.records.count == 10 }
            try await context.fixture.suspendHeartbeats?(first.consumer)
            let second = try await context.join(log, topic, sessionTimeout: timeout)
            try await context.poll([second], until: "the second member has everything") {
                second.assigned.count == 2 && second.records.count == 10
            }
            try await expectError(.fenced, "a commit of the member that fell silent") { try await first.commitSeen() }
            let group = try await log.group(context.unique("group"))
            try expectEqual(group?.committed, [:], "committed offsets after a fenced commit")
            try await context.poll([first], until: "the silent member hears of its loss") { !first.losses.isEmpty }
            try expectEqual(Set(first.losses.joined()).count, 2, "partitions lost")
            try await second.commitSeen()
        },
        Check("a member that was removed joins again by itself", needs: [.suspendsHeartbeats]) { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 4)
            let timeout = context.fixture.sessionTimeout
            let first = try await context.join(log, topic, sessionTimeout: timeout)
            try await context.poll([first], until: "the partitions are assigned") { first.assigned.count == 4 }
            try await context.fixture.suspendHeartbeats?(first.consumer)
            let second = try await context.join(log, topic, sessionTimeout: timeout)
            try await context.poll([second], until: "the second member has everything") { second.assigned.count == 4 }
            try await context.poll([first, second], until: "the first member has some again") {
                !first.losses.isEmpty && !first.assigned.isEmpty
            }
        },
    ]
}
