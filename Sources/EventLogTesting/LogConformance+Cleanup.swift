import EventLog
import Synchronization

extension LogConformance {
    static let cleanupChecks: [Check] = [
        Check("a topic that keeps forgets nothing") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            try await log.append((0..<20).map { OutgoingRecord(topic, key: "k", "\($0)") })
            let member = try await context.join(log, topic)
            try await context.poll([member], until: "all records came") { member.records.count == 20 }
            try await member.commitSeen()
            try expectEqual(try await log.offsets(of: TopicPartition(topic, 0)), 0..<20, "offsets")
            let records = try await log.read(TopicPartition(topic, 0), from: 0)
            try expectEqual(records.count, 20, "records held")
        },
        Check("a compacted topic keeps the newest record of each key", needs: [.promptCompaction]) { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 2, .compact)
            try await log.append([
                OutgoingRecord(topic, 0, key: "a", "a1"), OutgoingRecord(topic, 0, key: "b", "b1"),
                OutgoingRecord(topic, 0, key: "a", "a2"), OutgoingRecord(topic, 0, key: nil, "no key"),
                OutgoingRecord(topic, 1, key: "a", "another partition"),
            ])
            try await log.append([
                OutgoingRecord(topic, 0, key: "a", "a3"),
                OutgoingRecord(topic: topic, partition: 0, record: Record(key: "b", value: nil)),
            ])
            let records = try await log.read(TopicPartition(topic, 0), from: 0)
            try expectEqual(records.map(\.text), ["no key", "a3", "nil"], "values")
            try expectEqual(records.map(\.offset), [3, 4, 5], "offsets")
            try expectEqual(try await log.offsets(of: TopicPartition(topic, 0)), 3..<6, "the partition's offsets")
            let other = try await log.read(TopicPartition(topic, 1), from: 0)
            try expectEqual(other.map(\.text), ["another partition"], "values of the other partition")
        },
        Check("what a group commits is compacted too", needs: [.promptCompaction]) { context in
            let log = try await context.log()
            let source = try await context.topic(log, "source")
            let checkpoints = try await context.topic(log, "checkpoints", .compact)
            let member = try await context.join(log, source)
            for round in 0..<5 {
                try await member.consumer.commit(
                    .init(records: [OutgoingRecord(checkpoints, 0, key: "video", "\(round)")]))
            }
            let records = try await log.read(TopicPartition(checkpoints, 0), from: 0)
            try expectEqual(records.map(\.text), ["4"], "checkpoints held")
        },
        Check("consumed records are deleted once all groups are past them", needs: [.deletesConsumed]) { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 1, .deleteConsumed)
            let partition = TopicPartition(topic, 0)
            try await log.append((0..<10).map { OutgoingRecord(topic, 0, "\($0)") })
            try expectEqual(try await log.offsets(of: partition), 0..<10, "offsets before anyone joined")
            let fast = try await context.join(log, topic, group: "fast")
            let slow = try await context.join(log, topic, group: "slow")
            try await context.poll([fast, slow], until: "both groups have all records") {
                fast.records.count == 10 && slow.records.count == 10
            }
            try await fast.commitSeen()
            try expectEqual(try await log.offsets(of: partition), 0..<10, "offsets when one group has committed")
            try await slow.consumer.commit(.init(offsets: [partition: 4]))
            try expectEqual(try await log.offsets(of: partition), 4..<10, "offsets when the other has committed 4")
            try await slow.leave()
            try await fast.leave()
            try expectEqual(try await log.offsets(of: partition), 4..<10, "offsets when nobody is there")
            let back = try await context.join(log, topic, group: "slow")
            try await context.poll([back], until: "the rest came") { back.records.count == 6 }
            try await back.commitSeen()
            try expectEqual(try await log.offsets(of: partition), 10..<10, "offsets when all is consumed")
            try await log.append([OutgoingRecord(topic, 0, "next")])
            let next = try await log.read(partition, from: 0)
            try expectEqual(next.map(\.offset), [10], "the offset after all was deleted")
        },
        Check("a full topic holds up appends until there is room", needs: [.capacity, .deletesConsumed]) { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 1, .deleteConsumed, capacity: 25_000)
            let record = Record(key: nil, value: [UInt8](repeating: 1, count: 10_000))
            let outgoing = OutgoingRecord(topic: topic, partition: 0, record: record)
            let waits = Mutex(0)
            let wait: @Sendable () -> Void = { waits.withLock { $0 += 1 } }
            for _ in 0..<3 { try await log.append([outgoing], onWait: wait) }
            try expectEqual(waits.withLock { $0 }, 0, "waits while there was room")
            let appender = Task { try await log.append([outgoing], onWait: wait) }
            try await context.wait(until: "the append says that it waits") { waits.withLock { $0 } == 1 }
            let member = try await context.join(log, topic)
            try await context.poll([member], until: "the records came") { member.records.count == 3 }
            try expectEqual(try await log.offsets(of: TopicPartition(topic, 0)), 0..<3, "offsets while it waits")
            try await member.commitSeen()
            try await appender.value
            try expectEqual(try await log.offsets(of: TopicPartition(topic, 0)), 3..<4, "offsets after the commit")
            try expectEqual(waits.withLock { $0 }, 1, "calls of onWait")
        },
        Check("a batch larger than the capacity gets in when there is room", needs: [.capacity]) { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 1, .deleteConsumed, capacity: 1000)
            let record = Record(key: nil, value: [UInt8](repeating: 1, count: 10_000))
            try await log.append(
                [OutgoingRecord](repeating: .init(topic: topic, partition: 0, record: record), count: 5))
            try expectEqual(try await log.offsets(of: TopicPartition(topic, 0)), 0..<5, "offsets")
        },
        Check("an append that waits for room ends when it is cancelled", needs: [.capacity]) { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 1, .keep, capacity: 5)
            try await log.append([OutgoingRecord(topic, 0, "much too much")])
            let waits = Mutex(0)
            let appender = Task {
                try await log.append([OutgoingRecord(topic, 0, "more")]) { waits.withLock { $0 += 1 } }
            }
            try await context.wait(until: "the append says that it waits") { waits.withLock { $0 } == 1 }
            appender.cancel()
            switch await appender.result {
            case .failure(is CancellationError): break
            case let result: throw ConformanceFailure("a cancelled append ended with \(result)")
            }
            try expectEqual(try await log.offsets(of: TopicPartition(topic, 0)), 0..<1, "offsets")
        },
    ]
}
