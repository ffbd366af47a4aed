import EventLog
import Foundation
import KafkaLog
import KafkaLogTesting
import Testing

/// What librdkafka waits for by default, and Lapwing must not; the times are seconds apart from those that were.
@Suite(
    "KafkaLog does not wait where there is no need",
    .enabled(
        if: ProcessInfo.processInfo.environment["LAPWING_TEST_KAFKA"] != nil,
        "takes minutes on a cluster in the process: make test-kafka"))
struct WaitingTests {
    private let cluster = MockCluster(brokers: 1)

    @Test("a part of a chunk does not wait for others that would fill a batch", .timeLimit(.minutes(1)))
    func largeRecord() async throws {
        let log = try MockClusterLog(cluster, properties: ["linger.ms": "5000"], configuration: quiet)
        try await log.createTopics([.init(name: "t", partitions: 1, cleanup: .keep)])
        let record = Record(key: "k", value: [UInt8](repeating: 7, count: 900_000))
        // The first one waits for the producer's ID, too.
        for _ in 0..<2 {
            let time = try await ContinuousClock().measure {
                try await log.append([.init(topic: "t", record: record)])
            }
            #expect(time < .seconds(3))
        }
        await log.close()
    }

    @Test("who polls as fast as records come is not kept waiting for them", .timeLimit(.minutes(1)))
    func manySmallRecords() async throws {
        let log = try MockClusterLog(cluster, configuration: quiet)
        try await log.createTopics([.init(name: "t", partitions: 1, cleanup: .keep)])
        let batch = 2000
        let records = (0..<batch).map { OutgoingRecord(topic: "t", record: Record(key: "k", value: [UInt8($0 % 256)])) }
        try await log.append(records)
        let consumer = try await log.join(.init(group: "group", topics: ["t"]))
        var received = 0
        func poll(until count: Int) async throws {
            while received < count {
                if case .records(let records) = try await consumer.poll(timeout: .seconds(1)) {
                    received += records.count
                }
            }
        }
        try await poll(until: batch)
        let rounds = 20
        let time = try await ContinuousClock().measure {
            for round in 1...rounds {
                try await log.append(records)
                try await poll(until: batch * (round + 1))
            }
        }
        #expect(time < .seconds(8))
        try await consumer.leave()
        await log.close()
    }

    @Test("partitions that are paused with much of theirs at hand do not hold up others", .timeLimit(.minutes(1)))
    func pausedAndFull() async throws {
        let log = try MockClusterLog(cluster, configuration: quiet)
        try await log.createTopics([.init(name: "t", partitions: 2, cleanup: .keep)])
        func record(_ partition: Int, bytes: Int) -> OutgoingRecord {
            .init(
                topic: "t", partition: partition,
                record: Record(key: "k", value: [UInt8](repeating: 7, count: bytes)))
        }
        try await log.append(
            (0..<20).map { _ in record(0, bytes: 1000) } + (0..<3).map { _ in record(0, bytes: 900_000) })
        // So little at a time that the first of the small ones leaves more behind than is taken in at once.
        let consumer = try await log.join(
            .init(group: "group", topics: ["t"], maxPollBytes: 1, prefetchBytes: 1 << 20))
        func next() async throws -> [Int] {
            let deadline = ContinuousClock.now + .seconds(20)
            while ContinuousClock.now < deadline {
                if case .records(let records) = try await consumer.poll(timeout: .seconds(1)) {
                    return records.map(\.topicPartition.partition)
                }
            }
            return []
        }
        #expect(try await next() == [0])
        try await consumer.pause([TopicPartition("t", 0)])
        try await log.append([record(1, bytes: 10)])
        #expect(try await next() == [1])
        try await consumer.leave()
        await log.close()
    }
}
