import EventLog

extension LogConformance {
    static let groupChecks: [Check] = [
        Check("a single member gets all partitions, and the records in order") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 4)
            try await log.append((0..<40).map { OutgoingRecord(topic, $0 % 4, "\($0)") })
            let member = try await context.join(log, topic)
            try await context.poll([member], until: "all partitions and records came") {
                member.assigned.count == 4 && member.records.count == 40
            }
            for partition in 0..<4 {
                try expectEqual(
                    member.records.filter { $0.topicPartition.partition == partition }.map(\.text),
                    stride(from: partition, to: 40, by: 4).map(String.init), "values of partition \(partition)")
            }
        },
        Check("a member may want several topics") { context in
            let log = try await context.log()
            let first = try await context.topic(log, "first", partitions: 2)
            let second = try await context.topic(log, "second", partitions: 3)
            let member = try await context.join(log, first, second)
            try await context.poll([member], until: "the partitions of both topics") { member.assigned.count == 5 }
        },
        Check("two members split the partitions") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 5)
            let members = [try await context.join(log, topic), try await context.join(log, topic)]
            try await settle(members, partitions: 5, context)
        },
        Check("three members split the partitions, whichever handle they use", needs: [.secondHandle]) { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 7)
            let other = try await context.reopen(log)
            var members = [try await context.join(log, topic)]
            try await settle(members, partitions: 7, context)
            members.append(try await context.join(other, topic))
            try await settle(members, partitions: 7, context)
            members.append(try await context.join(log, topic))
            try await settle(members, partitions: 7, context)
        },
        Check("more members than partitions leave some without") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 2)
            var members: [TrackedConsumer] = []
            for _ in 0..<3 { members.append(try await context.join(log, topic)) }
            try await settle(members, partitions: 2, context)
        },
        Check("a member that comes takes no more than its share") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 6)
            let first = try await context.join(log, topic)
            try await settle([first], partitions: 6, context)
            let second = try await context.join(log, topic)
            try await settle([first, second], partitions: 6, context)
            try expectEqual(first.revocations.joined().count, 3, "partitions taken from the first member")
            try expectEqual(second.revocations.joined().count, 0, "partitions taken from the second member")
            try expectEqual(first.losses.count + second.losses.count, 0, "losses")
        },
        Check("the others take over what a leaving member had") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 6)
            var members: [TrackedConsumer] = []
            for _ in 0..<3 { members.append(try await context.join(log, topic)) }
            try await settle(members, partitions: 6, context)
            try await members.removeLast().leave()
            try await settle(members, partitions: 6, context)
            try await members.removeLast().leave()
            try await settle(members, partitions: 6, context)
        },
        Check("a waiting poll hears of a member that left") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 2)
            let members = [try await context.join(log, topic), try await context.join(log, topic)]
            try await settle(members, partitions: 2, context)
            let poller = Task { [consumer = members[0].consumer] in
                try await consumer.poll(timeout: context.patience)
            }
            try await members[1].leave()
            guard case .assigned(let partitions) = try await poller.value else {
                throw ConformanceFailure("a waiting poll returned \(try await poller.value), not the new partition")
            }
            try expectEqual(partitions.count, 1, "partitions taken over")
        },
        Check("a group goes on where it committed") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            try await log.append((0..<10).map { OutgoingRecord(topic, 0, "\($0)") })
            let first = try await context.join(log, topic)
            try await context.poll([first], until: "all records came") { first.records.count == 10 }
            try await first.consumer.commit(.init(offsets: [TopicPartition(topic, 0): 4]))
            try await first.leave()
            let second = try await context.join(log, topic)
            try await context.poll([second], until: "the rest came") { second.records.count >= 6 }
            try expectEqual(second.values, (4..<10).map(String.init), "values after the committed offset")
        },
        Check("groups do not share offsets") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            try await log.append((0..<3).map { OutgoingRecord(topic, 0, "\($0)") })
            for group in ["a", "b"] {
                let member = try await context.join(log, topic, group: group)
                try await context.poll([member], until: "group \(group) gets all records") { member.records.count == 3 }
                try await member.commitSeen()
                try await member.leave()
            }
        },
        Check("a group is described with its members and offsets") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 2)
            try expect(try await log.group(context.unique("group")) == nil, "a group that nobody joined exists")
            try await log.append([OutgoingRecord(topic, 1, "x")])
            let member = try await context.join(log, topic, member: "the-member")
            try expectEqual(member.memberID, "the-member", "the member's ID")
            try await context.poll([member], until: "the record came") {
                member.records.count == 1 && member.assigned.count == 2
            }
            try await member.commitSeen()
            let group = try await log.group(context.unique("group"))
            try expectEqual(group?.members.map(\.id), ["the-member"], "members")
            try expectEqual(
                group?.members.first?.partitions.sorted(), [TopicPartition(topic, 0), TopicPartition(topic, 1)],
                "the member's partitions")
            try expectEqual(group?.committed, [TopicPartition(topic, 1): 1], "committed offsets")
            try await member.leave()
            try expectEqual(try await log.group(context.unique("group"))?.members, [], "members after leaving")
        },
        Check("without failures, each record is delivered once while members come and go") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 6)
            var members = [try await context.join(log, topic)]
            var gone: [TrackedConsumer] = []
            var sent: [String] = []
            for round in 0..<12 {
                let batch = (0..<30).map { "\(round).\($0)" }
                try await log.append(batch.enumerated().map { OutgoingRecord(topic, $0 % 6, $1) })
                sent += batch
                switch round {
                case 1, 3, 8: members.append(try await context.join(log, topic))
                case 6, 10:
                    let leaver = members.removeFirst()
                    try await leaver.commitSeen()
                    try await leaver.leave()
                    gone.append(leaver)
                default: break
                }
                for member in members {
                    // What a poll brings is committed before the next one, as one who wants it once does.
                    try await member.poll(.milliseconds(5))
                    try await member.commitSeen()
                }
            }
            try await context.poll(members, until: "all records came") {
                for member in members { try await member.commitSeen() }
                return (members + gone).reduce(0) { $0 + $1.records.count } >= sent.count
            }
            try expectEqual((members + gone).flatMap(\.values).sorted(), sent.sorted(), "values of all members")
        },
        Check("a poll is bounded by bytes, and partitions get their turns") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 3)
            let value = [UInt8](repeating: 1, count: 10_000)
            try await log.append(
                (0..<150).map {
                    OutgoingRecord(topic: topic, partition: $0 % 3, record: Record(key: nil, value: value))
                })
            let member = try await context.join(log, topic, maxPollBytes: 45_000)
            try await context.poll([member], until: "the partitions are assigned") { member.assigned.count == 3 }
            var largest = 0
            var seen = member.records.count
            while seen < 75 {
                if case .records(let records) = try await member.poll(context.patience) {
                    largest = max(largest, records.count)
                    seen += records.count
                }
            }
            try expect(largest <= 9, "a poll of about 45,000 bytes brought \(largest) records of 10,000")
            let counts = (0..<3).map { partition in
                member.records.filter { $0.topicPartition.partition == partition }.count
            }
            try expect(counts.allSatisfy { $0 > 5 }, "of 75 records, the partitions brought \(counts)")
        },
        Check("a record larger than a poll comes all the same") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 2)
            let value = [UInt8](repeating: 1, count: 200_000)
            try await log.append(
                (0..<6).map { OutgoingRecord(topic: topic, partition: $0 % 2, record: Record(key: nil, value: value)) })
            let member = try await context.join(log, topic, maxPollBytes: 1000)
            try await context.poll([member], until: "all large records came") { member.records.count == 6 }
        },
        Check("a paused partition brings nothing until it is resumed, over many polls") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 2)
            let member = try await context.join(log, topic)
            try await context.poll([member], until: "the partitions are assigned") { member.assigned.count == 2 }
            try await member.consumer.pause([TopicPartition(topic, 0), TopicPartition(context.unique("none"), 3)])
            for round in 0..<5 {
                try await log.append([OutgoingRecord(topic, 0, "a\(round)"), OutgoingRecord(topic, 1, "b\(round)")])
                try await context.poll([member], until: "record b\(round)") { member.values.contains("b\(round)") }
            }
            try await member.poll(.milliseconds(50))
            try expectEqual(member.values.filter { $0.hasPrefix("a") }, [], "values of the paused partition")
            try await member.consumer.resume([TopicPartition(topic, 0)])
            try await context.poll([member], until: "the paused records") { member.records.count == 10 }
            try expectEqual(
                member.values.filter { $0.hasPrefix("a") }, (0..<5).map { "a\($0)" },
                "values after the partition was resumed")
        },
        Check("resuming wakes a waiting poll") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            let member = try await context.join(log, topic)
            try await context.poll([member], until: "the partition is assigned") { member.assigned.count == 1 }
            try await member.consumer.pause([TopicPartition(topic, 0)])
            try await log.append([OutgoingRecord(topic, 0, "x")])
            let poller = Task { [consumer = member.consumer] in try await consumer.poll(timeout: context.patience) }
            try await Task.sleep(for: .milliseconds(30))
            try await member.consumer.resume([TopicPartition(topic, 0)])
            guard case .records = try await poller.value else {
                throw ConformanceFailure("a poll that waited returned \(try await poller.value)")
            }
        },
    ]

    /// Polls until each partition has one member, evenly, and nobody else is told otherwise.
    static func settle(_ members: [TrackedConsumer], partitions: Int, _ context: CheckContext) async throws {
        let least = partitions / members.count
        let most = (partitions + members.count - 1) / members.count
        try await context.poll(members, until: "\(partitions) partitions are split among \(members.count)") {
            members.reduce(0) { $0 + $1.assigned.count } == partitions
                && members.allSatisfy { (least...most).contains($0.assigned.count) }
        }
        let all = members.reduce(into: Set<TopicPartition>()) { $0.formUnion($1.assigned) }
        try expectEqual(all.count, partitions, "partitions that have a member")
    }
}
