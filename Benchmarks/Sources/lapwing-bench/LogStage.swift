import EventLog
import Foundation
import SQLiteLog

/// The embedded log alone: large records as chunks are, small ones as results are, and how soon a reader hears of one.
enum LogStage {
    private static let largeBytes = 900_000
    private static let smallBytes = 200

    static func measure(_ bench: Bench, into report: inout Report) async throws {
        bench.note("log")
        try await measureLarge(bench, into: &report)
        try await measureSmall(bench, into: &report)
        try await measureSingle(bench, into: &report)
        try await measureWakeUp(bench, into: &report)
    }

    private static func withLog<Result>(
        _ bench: Bench, topic: TopicSpecification, _ body: (SQLiteLog, _ path: String) async throws -> Result
    ) async throws -> Result {
        let path = bench.makePath(".sqlite")
        defer { SQLiteLog.remove(path: path) }
        let log = try SQLiteLog(path: path)
        try await log.createTopics([topic])
        let result = try await body(log, path)
        await log.close()
        return result
    }

    private static func seconds(_ body: () async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        try await body()
        return start.duration(to: .now).seconds
    }

    // MARK: Large records

    private static func measureLarge(_ bench: Bench, into report: inout Report) async throws {
        let value = (0..<largeBytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let count = bench.isQuick ? 40 : 160
        let megabytes = Double(count * largeBytes) / 1e6
        let perCall = [1, 4]
        var appends: [[Double]] = [[], []]
        var reads: [Double] = []
        var plain: [Double] = []
        for run in 0...bench.runs {
            for (kind, batch) in perCall.enumerated() {
                let topic = TopicSpecification(name: "large", partitions: 4, cleanup: .keep)
                let (append, read) = try await withLog(bench, topic: topic) { log, _ in
                    let append = try await seconds {
                        for first in stride(from: 0, to: count, by: batch) {
                            let record = Record(key: "video-\(first % 8)", value: value)
                            try await log.append((0..<batch).map { _ in .init(topic: topic.name, record: record) })
                        }
                    }
                    var bytes = 0
                    let read = try await seconds {
                        for partition in 0..<topic.partitions {
                            try await log.readAll(TopicPartition(topic.name, partition)) {
                                bytes += $0.record.value?.count ?? 0
                            }
                        }
                    }
                    guard bytes == count * largeBytes else { throw BenchError("the log gave back \(bytes) bytes") }
                    return (append, read)
                }
                guard run > 0 else { continue }
                appends[kind].append(megabytes / append)
                if kind == 0 { reads.append(megabytes / read) }
            }
            let path = bench.makePath("")
            let time = try await seconds { try PlainFile.append(value, times: count, to: path) }
            try FileManager.default.removeItem(atPath: path)
            if run > 0 { plain.append(megabytes / time) }
        }
        let disk = Samples(plain)
        for (kind, batch) in perCall.enumerated() {
            let samples = Samples(appends[kind])
            report.add(
                Row(
                    .log, "append 900 KB records, \(batch) a call, durable", "MB/s", samples,
                    ratio: .init(samples, to: disk, called: "a plain file")))
        }
        report.add(Row(.log, "plain file: write 900 KB, fdatasync", "MB/s", disk))
        report.add(Row(.log, "read 900 KB records", "MB/s", Samples(reads)))
    }

    // MARK: Small records

    private static func measureSmall(_ bench: Bench, into report: inout Report) async throws {
        let count = bench.isQuick ? 20_000 : 100_000
        let value = [UInt8](repeating: 7, count: smallBytes)
        let topic = TopicSpecification(name: "small", partitions: 4, cleanup: .keep)
        let calls = stride(from: 0, to: count, by: 1000).map { first in
            (first..<first + 1000).map { number in
                OutgoingRecord(
                    topic: topic.name,
                    record: Record(key: "video-\(number % 16)", value: value, headers: [.init("header", "value")]))
            }
        }
        var appends: [Double] = []
        var polls: [Double] = []
        for run in 0...bench.runs {
            let (append, poll) = try await withLog(bench, topic: topic) { log, _ in
                let append = try await seconds { for records in calls { try await log.append(records) } }
                let poll = try await seconds {
                    let consumer = try await log.join(ConsumerConfiguration(group: "group", topics: [topic.name]))
                    var received = 0
                    while received < count {
                        if case .records(let records) = try await consumer.poll(timeout: .seconds(5)) {
                            received += records.count
                        }
                    }
                    try await consumer.leave()
                }
                return (append, poll)
            }
            guard run > 0 else { continue }
            appends.append(Double(count) / append)
            polls.append(Double(count) / poll)
        }
        report.add(Row(.log, "append \(smallBytes)-byte records, 1000 a call", "records/s", Samples(appends)))
        report.add(Row(.log, "poll \(smallBytes)-byte records", "records/s", Samples(polls)))
    }

    /// What one commit costs: mostly the disk.
    private static func measureSingle(_ bench: Bench, into report: inout Report) async throws {
        let count = bench.isQuick ? 50 : 200
        let topic = TopicSpecification(name: "single", partitions: 1, cleanup: .keep)
        var log: [Double] = []
        var plain: [Double] = []
        for run in 0...bench.runs {
            let time = try await withLog(bench, topic: topic) { log, _ in
                try await seconds {
                    for _ in 0..<count {
                        try await log.append([.init(topic: topic.name, record: Record(key: "key", value: [1]))])
                    }
                }
            }
            let path = bench.makePath("")
            let disk = try await seconds { try PlainFile.append([1], times: count, to: path) }
            try FileManager.default.removeItem(atPath: path)
            guard run > 0 else { continue }
            log.append(time / Double(count) * 1000)
            plain.append(disk / Double(count) * 1000)
        }
        let samples = Samples(log)
        report.add(
            Row(
                .log, "append one byte, durable", "ms", samples,
                ratio: .init(samples, to: Samples(plain), called: "a plain file")))
    }

    // MARK: Waking up

    /// From before an append to the record in a consumer's hand that was waiting for it.
    private static func measureWakeUp(_ bench: Bench, into report: inout Report) async throws {
        let count = bench.isQuick ? 50 : 200
        let topic = TopicSpecification(name: "wake", partitions: 4, cleanup: .keep)
        for isOther in [false, true] {
            var medians: [Double] = []
            var nearlyWorst: [Double] = []
            for run in 0...bench.runs {
                let delays = try await withLog(bench, topic: topic) { log, path in
                    let appender = isOther ? try SQLiteLog(path: path) : log
                    let consumer = try await log.join(ConsumerConfiguration(group: "group", topics: [topic.name]))
                    defer { if isOther { Task { await appender.close() } } }
                    return try await receiptDelays(count, topic: topic.name, from: appender, to: consumer)
                }
                guard run > 0 else { continue }
                medians.append(delays.percentile(50))
                nearlyWorst.append(delays.percentile(99))
            }
            let who = isOther ? "another instance's append" : "an append"
            report.add(Row(.log, "\(who) to its receipt, p50 of \(count)", "ms", Samples(medians)))
            report.add(Row(.log, "\(who) to its receipt, p99 of \(count)", "ms", Samples(nearlyWorst)))
        }
    }

    private static func receiptDelays(
        _ count: Int, topic: String, from appender: SQLiteLog, to consumer: any LogConsumer
    ) async throws -> Samples {
        // Until the partitions are here and nothing else is.
        var isReady = false
        while !isReady {
            if case .assigned = try await consumer.poll(timeout: .seconds(5)) { isReady = true }
        }
        var delays: [Double] = []
        for number in 0..<count {
            let receipt = Task {
                while true {
                    if case .records = try await consumer.poll(timeout: .seconds(5)) { return ContinuousClock.now }
                }
            }
            // Long enough for the poll to have gone to sleep.
            try await Task.sleep(for: .milliseconds(3))
            let start = ContinuousClock.now
            try await appender.append([.init(topic: topic, record: Record(key: "key-\(number)", value: [1]))])
            delays.append(start.duration(to: try await receipt.value).seconds * 1000)
        }
        try await consumer.leave()
        return Samples(delays)
    }
}
