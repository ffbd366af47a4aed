import EventLog

extension LogConformance {
    static let topicChecks: [Check] = [
        Check("a topic that was created has its partitions, and others do not exist") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 7)
            try expectEqual(try await log.partitionCount(of: topic), 7, "partitions of a new topic")
            try expectEqual(try await log.partitionCount(of: context.unique("none")), nil, "partitions of no topic")
        },
        Check("a topic may be created again as it is") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 3, .compact)
            let other = context.unique("other")
            try await log.createTopics([
                .init(name: topic, partitions: 3, cleanup: .compact),
                .init(name: other, partitions: 1, cleanup: .keep),
            ])
            try expectEqual(try await log.partitionCount(of: topic), 3, "partitions after creating again")
            try expectEqual(try await log.partitionCount(of: other), 1, "partitions of the one created beside it")
        },
        Check("a topic that exists otherwise is a mismatch") { context in
            let log = try await context.log()
            let topic = try await context.topic(log, partitions: 3, .compact)
            try await expectError(.topicMismatch, "creating with other partitions") {
                try await log.createTopics([.init(name: topic, partitions: 4, cleanup: .compact)])
            }
            try await expectError(.topicMismatch, "creating with another clean-up") {
                try await log.createTopics([.init(name: topic, partitions: 3, cleanup: .keep)])
            }
            try expectEqual(try await log.partitionCount(of: topic), 3, "partitions after the mismatch")
        },
        Check("a topic is described as it was made") { context in
            let log = try await context.log()
            for cleanup in [TopicSpecification.Cleanup.keep, .compact, .deleteConsumed] {
                let topic = try await context.topic(log, cleanup.rawValue, partitions: 3, cleanup)
                let found = try await log.describe(topic)
                try expectEqual(found?.name, topic, "name")
                try expectEqual(found?.partitions, 3, "partitions of \(topic)")
                try expectEqual(found?.cleanup, cleanup, "clean-up of \(topic)")
            }
            try expectEqual(try await log.describe(context.unique("none")), nil, "description of no topic")
        },
        Check("an unknown topic and an unknown partition are errors") { context in
            let log = try await context.log()
            let none = context.unique("none")
            try await expectError(.unknownTopic, "append to no topic") {
                try await log.append([OutgoingRecord(none, key: "k", "v")])
            }
            try await expectError(.unknownTopic, "read from no topic") {
                _ = try await log.read(TopicPartition(none, 0), from: 0)
            }
            try await expectError(.unknownTopic, "offsets of no topic") {
                _ = try await log.offsets(of: TopicPartition(none, 0))
            }
            let topic = try await context.topic(log, partitions: 2)
            for partition in [-1, 2] {
                try await expectError(.unknownPartition, "append to partition \(partition) of 2") {
                    try await log.append([OutgoingRecord(topic, partition, "v")])
                }
                try await expectError(.unknownPartition, "read from partition \(partition) of 2") {
                    _ = try await log.read(TopicPartition(topic, partition), from: 0)
                }
            }
        },
    ]
}
