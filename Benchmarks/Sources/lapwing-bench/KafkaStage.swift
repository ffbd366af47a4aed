import EventLog
import Foundation
import KafkaLog

/// The log on a Kafka cluster: large records as chunks are, by turns with librdkafka by itself, and commits.
enum KafkaStage {
    private static let largeBytes = 900_000
    private static let partitions = 4
    private static let keys = 8

    static func measure(_ bench: Bench, into report: inout Report) async throws {
        guard let cluster = bench.kafka else { return }
        bench.note("kafka")
        try await measureLarge(bench, cluster, into: &report)
        try await measureCommits(bench, cluster, into: &report)
    }

    // MARK: Large records

    private static func measureLarge(_ bench: Bench, _ cluster: KafkaCluster, into report: inout Report) async throws {
        let value = (0..<largeBytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let count = bench.isQuick ? 200 : 600
        let megabytes = Double(count * largeBytes) / 1e6
        let ways = [(perCall: 1, calls: 1), (perCall: 4, calls: 1), (perCall: 4, calls: 4)]
        var appends: [[Double]] = ways.map { _ in [] }
        var polls: [Double] = []
        var sends: [Double] = []
        var receipts: [Double] = []
        for run in 0...bench.runs {
            let topics = try await cluster.makeTopics(ways.count + 1, partitions: partitions)
            // Whoever comes later finds the disk busier.
            for turn in topics.indices {
                let who = (turn + run) % topics.count
                if who < ways.count {
                    let time = try await append(value, times: count, ways[who], to: topics[who], cluster)
                    if run > 0 { appends[who].append(megabytes / time) }
                } else {
                    let time = try cluster.baseline.produce(value, times: count, keys: keys, to: topics[who])
                    if run > 0 { sends.append(megabytes / time) }
                }
            }
            let bytes = count * largeBytes
            for turn in 0..<2 {
                if (turn + run) % 2 == 0 {
                    let speed = try await poll(bytes: bytes, of: topics[0], cluster)
                    if run > 0 { polls.append(speed / 1e6) }
                } else {
                    let speed = try cluster.baseline.consume(bytes: bytes, of: topics[0])
                    if run > 0 { receipts.append(speed / 1e6) }
                }
            }
            for topic in topics { try cluster.baseline.delete(topic) }
        }
        let sent = Samples(sends)
        for (kind, way) in ways.enumerated() {
            let samples = Samples(appends[kind])
            let together = way.calls > 1 ? "\(way.calls) calls at once" : "durable"
            report.add(
                Row(
                    .kafka, "append 900 KB records, \(way.perCall) a call, \(together)", "MB/s", samples,
                    ratio: .init(samples, to: sent, called: "librdkafka")))
        }
        report.add(Row(.kafka, "librdkafka: send 900 KB, all at once, acknowledged", "MB/s", sent))
        let (polled, received) = (Samples(polls), Samples(receipts))
        report.add(
            Row(
                .kafka, "poll 900 KB records", "MB/s", polled, ratio: .init(polled, to: received, called: "librdkafka"))
        )
        report.add(Row(.kafka, "librdkafka: receive 900 KB, untouched", "MB/s", received))
    }

    /// As producers do it: each of them one call after the other, each call durable before the next.
    private static func append(
        _ value: [UInt8], times count: Int, _ way: (perCall: Int, calls: Int), to topic: String,
        _ cluster: KafkaCluster
    ) async throws -> Double {
        try await cluster.withLog { log in
            // Connections are made, and the producer gets its ID, before it is measured.
            try await log.append([.init(topic: topic, record: Record(key: "video-0", value: []))])
            let start = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for producer in 0..<way.calls {
                    group.addTask {
                        let step = way.perCall * way.calls
                        for first in stride(from: producer * way.perCall, to: count, by: step) {
                            try await log.append(
                                (first..<min(first + way.perCall, count)).map {
                                    .init(topic: topic, record: Record(key: "video-\($0 % keys)", value: value))
                                })
                        }
                    }
                }
                try await group.waitForAll()
            }
            return start.duration(to: .now).seconds
        }
    }

    /// As a worker does it: one poll after the other. Bytes per second from the first that come.
    private static func poll(bytes: Int, of topic: String, _ cluster: KafkaCluster) async throws -> Double {
        try await cluster.withLog { log in
            let consumer = try await log.join(ConsumerConfiguration(group: cluster.makeName(), topics: [topic]))
            var start: ContinuousClock.Instant?
            var received = 0
            var before = 0
            while received < bytes {
                guard case .records(let records) = try await consumer.poll(timeout: .milliseconds(200)) else {
                    continue
                }
                received += records.reduce(0) { $0 + ($1.record.value?.count ?? 0) }
                guard start == nil else { continue }
                start = .now
                before = received
            }
            let seconds = (start ?? .now).duration(to: .now).seconds
            try await consumer.leave()
            return Double(received - before) / seconds
        }
    }

    // MARK: Commits

    /// What a chunk costs in transactions, one after the other: its results, and the offset behind it.
    private static func measureCommits(
        _ bench: Bench, _ cluster: KafkaCluster, into report: inout Report
    ) async throws {
        let count = bench.isQuick ? 50 : 200
        let results = 40
        let topics = try await cluster.makeTopics(2, partitions: 1)
        let samples = try await cluster.withLog { log in
            let consumer = try await log.join(ConsumerConfiguration(group: cluster.makeName(), topics: [topics[0]]))
            var isReady = false
            while !isReady {
                if case .assigned = try await consumer.poll(timeout: .seconds(5)) { isReady = true }
            }
            let records = (0..<results).map { _ in
                OutgoingRecord(topic: topics[1], record: Record(key: "video", value: Array(repeating: 7, count: 300)))
            }
            var offset: Int64 = 0
            let samples = try await bench.samples {
                let start = ContinuousClock.now
                for _ in 0..<count {
                    offset += 1
                    try await consumer.commit(
                        .init(records: records, offsets: [TopicPartition(topics[0], 0): offset]))
                }
                return Double(count) / start.duration(to: .now).seconds
            }
            try await consumer.leave()
            return samples
        }
        for topic in topics { try cluster.baseline.delete(topic) }
        report.add(Row(.kafka, "commit \(results) results and an offset, one after the other", "commits/s", samples))
    }
}
