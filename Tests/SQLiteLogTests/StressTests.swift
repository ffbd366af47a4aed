import EventLog
import Foundation
import Synchronization
import Testing

@testable import SQLiteLog

@Suite("Under stress, a log")
struct StressTests {
    private static let partitions = 12
    private static let producers = 4
    private static let perProducer = 400

    /// What all tasks of the test know.
    private final class Course: Sendable {
        let done = Mutex(false)
        let fenced = Mutex(0)
        let joins = Mutex(0)
        let deadline = ContinuousClock.now.advanced(by: .seconds(90))

        var goesOn: Bool { !done.withLock { $0 } && ContinuousClock.now < deadline }
    }

    @Test(
        "delivers every record to committed results exactly once, while members come, go and hang",
        .timeLimit(.minutes(3)))
    func exactlyOnce() async throws {
        let folder = try TemporaryFolder()
        // Two instances, as two processes would have.
        let logs = [try SQLiteLog(path: folder.file()), try SQLiteLog(path: folder.file())]
        try await logs[0].createTopics([
            .init(name: "source", partitions: Self.partitions, cleanup: .deleteConsumed, capacity: 20_000),
            .init(name: "results", partitions: Self.partitions, cleanup: .keep),
        ])
        let course = Course()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for producer in 0..<Self.producers {
                group.addTask { try await Self.produce(producer, logs[producer % 2]) }
            }
            for worker in 0..<3 {
                group.addTask { try await Self.work(worker, logs, course) }
            }
            group.addTask { try await Self.watch(logs[1], course) }
            try await group.waitForAll()
        }

        var found: [String: [Int]] = [:]
        for partition in 0..<Self.partitions {
            for record in try await logs[0].read(TopicPartition("results", partition), from: 0, maxBytes: 1 << 30) {
                let words = String(decoding: record.record.value ?? [], as: UTF8.self).split(separator: ":")
                found["\(words[0]) in \(partition)", default: []].append(Int(words[1]) ?? -1)
            }
        }
        #expect(found.values.reduce(0) { $0 + $1.count } == Self.producers * Self.perProducer)
        for (name, numbers) in found { #expect(numbers == numbers.sorted(), "order of producer \(name)") }
        #expect(
            Set(found.flatMap { name, numbers in numbers.map { "\(name.prefix(2)) \($0)" } }).count
                == Self.producers * Self.perProducer)
        for partition in 0..<Self.partitions {
            let offsets = try await logs[0].offsets(of: TopicPartition("source", partition))
            #expect(offsets.isEmpty, "all of partition \(partition) was consumed, so it was deleted")
        }
        #expect(course.joins.withLock { $0 } > 3)
        for log in logs { await log.close() }
    }

    private static func produce(_ producer: Int, _ log: SQLiteLog) async throws {
        var next = 0
        while next < perProducer {
            let batch = next..<min(perProducer, next + Int.random(in: 1...20))
            try await log.append(
                batch.map {
                    .init(
                        topic: "source",
                        record: Record(key: "video-\($0 % 50)", value: Array("p\(producer):\($0)".utf8)))
                })
            next = batch.upperBound
        }
    }

    /// Ends the course when as many results are there as records were sent.
    private static func watch(_ log: SQLiteLog, _ course: Course) async throws {
        while course.goesOn {
            var count: Int64 = 0
            for partition in 0..<partitions {
                count += try await log.offsets(of: TopicPartition("results", partition)).upperBound
            }
            if count >= Int64(producers * perProducer) { course.done.withLock { $0 = true } }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Joins, works and leaves, or hangs, again and again.
    private static func work(_ worker: Int, _ logs: [SQLiteLog], _ course: Course) async throws {
        while course.goesOn {
            let consumer = try await logs.randomElement()!.join(
                .init(group: "workers", topics: ["source"], sessionTimeout: .milliseconds(400), maxPollBytes: 300))
            course.joins.withLock { $0 += 1 }
            let end = ContinuousClock.now.advanced(by: .milliseconds(Int.random(in: 50...1500)))
            while course.goesOn, ContinuousClock.now < end {
                guard case .records(let records) = try await consumer.poll(timeout: .milliseconds(20)) else { continue }
                if Int.random(in: 0..<40) == 0 {
                    // A hang: the lease runs out with work in hand, which is then committed all the same.
                    SQLiteLog.suspendHeartbeats(of: consumer)
                    try await Task.sleep(for: .milliseconds(600))
                    SQLiteLog.suspendHeartbeats(of: consumer, false)
                }
                for (partition, records) in Dictionary(grouping: records, by: \.topicPartition) {
                    let transaction = LogTransaction(
                        records: records.map {
                            .init(topic: "results", partition: partition.partition, record: $0.record)
                        }, offsets: [partition: records.last!.offset + 1])
                    do {
                        try await consumer.commit(transaction)
                    } catch let error as EventLogError where error.code == .fenced {
                        course.fenced.withLock { $0 += 1 }
                    }
                }
            }
            // Half of them die without a word.
            if Bool.random() { try await consumer.leave() } else { SQLiteLog.suspendHeartbeats(of: consumer) }
        }
    }
}
