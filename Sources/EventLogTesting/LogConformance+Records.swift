import EventLog

extension LogConformance {
    static let recordChecks: [Check] = [
        Check("a key decides the partition, as the Partitioner says") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 5)
            let keys = (0..<40).map { "video-\($0)" } + ["", "ключ", "a/b"]
            try await log.append(keys.map { OutgoingRecord(topic, key: $0, $0) })
            for partition in 0..<5 {
                let found = try await log.read(TopicPartition(topic, partition), from: 0).map(\.record.key)
                let wanted = keys.filter { Partitioner.partition(forKey: $0, partitions: 5) == partition }
                try expectEqual(found, wanted, "keys in partition \(partition)")
            }
        },
        Check("records keep their order, and offsets ascend from 0") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 2)
            for batch in 0..<10 {
                try await log.append((0..<20).map { OutgoingRecord(topic, $0 % 2, "\(batch).\($0)") })
            }
            for partition in 0..<2 {
                let records = try await log.read(TopicPartition(topic, partition), from: 0)
                let wanted = (0..<10).flatMap { batch in
                    stride(from: partition, to: 20, by: 2).map { "\(batch).\($0)" }
                }
                try expectEqual(records.map(\.text), wanted, "values of partition \(partition)")
                for (a, b) in zip(records, records.dropFirst()) {
                    try expect(a.offset < b.offset, "offset \(b.offset) follows offset \(a.offset)")
                }
                try expectEqual(records.first?.offset, 0, "the first offset")
            }
        },
        Check("records without a key go somewhere, and none is lost") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 3)
            try await log.append((0..<30).map { OutgoingRecord(topic, nil, "\($0)") })
            var found: [String] = []
            for partition in 0..<3 {
                let records = try await log.read(TopicPartition(topic, partition), from: 0)
                try expect(records.allSatisfy { $0.record.key == nil }, "a record got a key from nowhere")
                found += records.map(\.text)
            }
            try expectEqual(Set(found), Set((0..<30).map(String.init)), "values of all partitions")
            try expectEqual(found.count, 30, "number of records")
        },
        Check("keys, values and headers come back byte for byte") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            let binary = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
            let large = [UInt8](repeating: 0xA5, count: 900_000)
            let records: [Record] = [
                Record(key: "k", value: Array("value".utf8), headers: [.init("a", "1"), .init("b", [])]),
                Record(key: "tombstone", value: nil),
                Record(key: "empty", value: []),
                Record(key: nil, value: nil, headers: [.init("same", "1"), .init("same", "2"), .init("", [0, 255])]),
                Record(key: "binary", value: [0xff, 0xfe, 0x00, 0xc3, 0x28] + binary, headers: [.init("h", binary)]),
                Record(key: "große Länge", value: large, headers: [.init("größe", "900 KB")]),
            ]
            let before = wallClockMilliseconds()
            try await log.append(records.map { OutgoingRecord(topic: topic, partition: 0, record: $0) })
            var found: [LoggedRecord] = []
            while found.count < records.count {
                let next = try await log.read(
                    TopicPartition(topic, 0), from: (found.last?.offset ?? -1) + 1, maxBytes: 4 << 20,
                    wait: context.patience)
                try expect(!next.isEmpty, "only \(found.count) of \(records.count) records came back")
                found += next
            }
            for (found, wanted) in zip(found, records) {
                try expect(found.record == wanted, "the record with key \(wanted.key ?? "nil") came back changed")
                try expect(
                    (before - 60_000...before + 3_600_000).contains(found.timestamp),
                    "timestamp \(found.timestamp), when it is \(before)")
            }
        },
        Check("a read is bounded by bytes, but never empty when there is a record") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            let value = [UInt8](repeating: 7, count: 100_000)
            try await log.append(
                (0..<20).map { _ in OutgoingRecord(topic: topic, partition: 0, record: Record(key: nil, value: value)) }
            )
            let partition = TopicPartition(topic, 0)
            let one = try await log.read(partition, from: 3, maxBytes: 1)
            try expectEqual(one.map(\.offset), [3], "offsets of a read of at most 1 byte")
            let some = try await log.read(partition, from: 3, maxBytes: 550_000)
            try expect((1...7).contains(some.count), "a read of 550,000 bytes brought \(some.count) of 100,000 each")
        },
        Check("the offsets of a partition are the first held and the next") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 2)
            try expectEqual(try await log.offsets(of: TopicPartition(topic, 0)), 0..<0, "offsets of an empty partition")
            try await log.append((0..<5).map { OutgoingRecord(topic, 0, "\($0)") })
            try expectEqual(try await log.offsets(of: TopicPartition(topic, 0)), 0..<5, "offsets after 5 records")
            try expectEqual(
                try await log.offsets(of: TopicPartition(topic, 1)), 0..<0, "offsets of the other partition")
        },
        Check("an append of nothing does nothing") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            try await log.append([])
            try expectEqual(try await log.offsets(of: TopicPartition(topic, 0)), 0..<0, "offsets")
        },
        Check("what one handle appends, another one reads", needs: [.secondHandle]) { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            let other = try await context.reopen(log)
            try await log.append([OutgoingRecord(topic, 0, "from the first")])
            try await other.append([OutgoingRecord(topic, 0, "from the second")])
            for handle in [log, other] {
                let records = try await handle.read(TopicPartition(topic, 0), from: 0)
                try expectEqual(records.map(\.text), ["from the first", "from the second"], "values")
            }
        },
    ]
}
