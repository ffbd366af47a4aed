import EventLog

extension LogConformance {
    static let transactionChecks: [Check] = [
        Check("records and offsets are committed together") { context in
            let log = try await context.log()
            let source = try await context.topic(log, "source")
            let results = try await context.topic(log, "results", partitions: 2)
            try await log.append((0..<5).map { OutgoingRecord(source, 0, "\($0)") })
            let member = try await context.join(log, source)
            try await context.poll([member], until: "the records came") { member.records.count == 5 }
            try await member.commitSeen(records: member.records.map { OutgoingRecord(results, 1, "result \($0.text)") })
            let found = try await log.read(
                TopicPartition(results, 1), from: 0, maxBytes: 1 << 20, wait: context.patience)
            try expectEqual(found.map(\.text), (0..<5).map { "result \($0)" }, "results")
            let group = try await log.group(context.unique("group"))
            try expectEqual(group?.committed, [TopicPartition(source, 0): 5], "committed offsets")
        },
        Check("a partition that ends in a transaction is read to its end, again and again") { context in
            let log = try await context.log()
            let source = try await context.topic(log, "source")
            let results = try await context.topic(log, "results")
            let partition = TopicPartition(results, 0)
            try await log.append((0..<2).map { OutgoingRecord(source, 0, "\($0)") })
            let member = try await context.join(log, source)
            try await context.poll([member], until: "the records came") { member.records.count == 2 }
            try await member.commitSeen(records: member.records.map { OutgoingRecord(results, 0, $0.text) })
            for _ in 0..<3 {
                var texts: [String] = []
                let next = try await log.readAll(partition) { texts.append($0.text) }
                try expectEqual(texts, ["0", "1"], "records")
                let rest = try await log.read(
                    partition, from: next, maxBytes: 1 << 20, wait: .milliseconds(200))
                try expectEqual(rest.map(\.text), [], "what comes after them")
            }
            async let coming = log.read(partition, from: 2, maxBytes: 1 << 20, wait: context.patience)
            try await log.append([OutgoingRecord(results, 0, "2")])
            try expectEqual(try await coming.map(\.text), ["2"], "what was waited for")
        },
        Check("a commit that fails writes nothing") { context in
            let log = try await context.log()
            let source = try await context.topic(log, "source", partitions: 2)
            let results = try await context.topic(log, "results")
            try await log.append((0..<4).map { OutgoingRecord(source, $0 % 2, "\($0)") })
            let first = try await context.join(log, source)
            try await context.poll([first], until: "the records came") { first.records.count == 4 }
            let second = try await context.join(log, source)
            try await settle([first, second], partitions: 2, context)
            guard let kept = first.assigned.first, let given = second.assigned.first else {
                throw ConformanceFailure("a member has no partition")
            }
            try await expectError(.fenced, "a commit for one's own and another's partition") {
                try await first.consumer.commit(
                    .init(records: [OutgoingRecord(results, 0, "never")], offsets: [kept: 2, given: 2]))
            }
            try await expectError(.unknownTopic, "a commit with a record for no topic") {
                try await first.consumer.commit(
                    .init(
                        records: [OutgoingRecord(results, 0, "never"), OutgoingRecord(context.unique("none"), 0, "x")],
                        offsets: [kept: 2]))
            }
            let found = try await log.read(
                TopicPartition(results, 0), from: 0, maxBytes: 1 << 20, wait: .milliseconds(50))
            try expectEqual(found.map(\.text), [], "records of commits that failed")
            try expectEqual(try await log.group(context.unique("group"))?.committed, [:], "committed offsets")
            try await first.consumer.commit(.init(records: [OutgoingRecord(results, 0, "once")], offsets: [kept: 2]))
            let written = try await log.read(
                TopicPartition(results, 0), from: 0, maxBytes: 1 << 20, wait: context.patience)
            try expectEqual(written.map(\.text), ["once"], "records after a commit that succeeded")
        },
        Check("a fenced commit writes no records", needs: [.suspendsHeartbeats]) { context in
            let log = try await context.log()
            let source = try await context.topic(log, "source")
            let results = try await context.topic(log, "results")
            try await log.append([OutgoingRecord(source, 0, "x")])
            let timeout = context.fixture.sessionTimeout
            let first = try await context.join(log, source, sessionTimeout: timeout)
            try await context.poll([first], until: "the record came") { first.records.count == 1 }
            try await context.fixture.suspendHeartbeats?(first.consumer)
            let second = try await context.join(log, source, sessionTimeout: timeout)
            try await context.poll([second], until: "the second member got the record") { second.records.count == 1 }
            try await expectError(.fenced, "the first member's commit") {
                try await first.commitSeen(records: [OutgoingRecord(results, 0, "zombie")])
            }
            try await second.commitSeen(records: [OutgoingRecord(results, 0, "owner")])
            let found = try await log.read(
                TopicPartition(results, 0), from: 0, maxBytes: 1 << 20, wait: context.patience)
            try expectEqual(found.map(\.text), ["owner"], "results")
        },
        Check("a commit after leaving is fenced") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            try await log.append([OutgoingRecord(topic, 0, "x")])
            let member = try await context.join(log, topic)
            try await context.poll([member], until: "the record came") { member.records.count == 1 }
            try await member.leave()
            try await expectError(.fenced, "a commit after leaving") {
                try await member.consumer.commit(.init(offsets: [TopicPartition(topic, 0): 1]))
            }
            try await member.consumer.leave()
        },
        Check("another member's waiting poll sees what a commit wrote") { context in
            let log = try await context.log()
            let source = try await context.topic(log, "source")
            let results = try await context.topic(log, "results")
            let worker = try await context.join(log, source)
            let reader = try await context.join(log, results, group: "readers")
            try await context.poll([worker, reader], until: "the partitions are assigned") {
                worker.assigned.count == 1 && reader.assigned.count == 1
            }
            let poller = Task { [consumer = reader.consumer] in try await consumer.poll(timeout: context.patience) }
            try await worker.consumer.commit(.init(records: [OutgoingRecord(results, 0, "done")]))
            guard case .records(let records) = try await poller.value else {
                throw ConformanceFailure("a poll that waited returned \(try await poller.value)")
            }
            try expectEqual(records.map(\.text), ["done"], "values")
        },
    ]
}
