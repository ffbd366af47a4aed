import EventLog
import Foundation
import KafkaLog

/// Whether the log on a cluster keeps anything of what went through it: a million small records, there and back.
enum MemoryStage {
    private static let bytes = 100
    private static let perCall = 1000

    static func measure(_ bench: Bench, into report: inout Report) async throws {
        guard let cluster = bench.kafka else { return }
        bench.note("kafka-memory")
        let count = bench.isQuick ? 300_000 : 1_000_000
        let topic = try await cluster.makeTopics(1, partitions: 4)[0]
        let resident = try await cluster.withLog { log in
            let consumer = try await log.join(ConsumerConfiguration(group: cluster.makeName(), topics: [topic]))
            let value = [UInt8](repeating: 7, count: bytes)
            var resident: [Double] = []
            var received = 0
            for first in stride(from: 0, to: count, by: perCall) {
                try await log.append(
                    (first..<first + perCall).map {
                        .init(topic: topic, record: Record(key: "video-\($0 % 16)", value: value))
                    })
                var offsets: [TopicPartition: Int64] = [:]
                while received < first + perCall {
                    guard case .records(let records) = try await consumer.poll(timeout: .seconds(1)) else { continue }
                    received += records.count
                    for record in records { offsets[record.topicPartition] = record.offset + 1 }
                }
                if received % 10_000 == 0 { try await consumer.commit(.init(offsets: offsets)) }
                guard received % 100_000 == 0 else { continue }
                resident.append(try Self.residentMegabytes())
                bench.note(String(format: "%7d records: %.1f MB resident", received, resident.last ?? 0))
            }
            try await consumer.leave()
            return resident
        }
        try cluster.baseline.delete(topic)
        // What is allocated once, and the allocator's own, is there by then.
        let (warm, end) = (Samples([resident[1]]), Samples([resident[resident.count - 1]]))
        report.add(Row(.kafkaMemory, "resident after 200000 small records", "MB", warm))
        report.add(
            Row(
                .kafkaMemory, "resident after \(count) small records", "MB", end,
                ratio: .init(end, to: warm, called: "after 200000")))
    }

    /// What of this process is in memory.
    private static func residentMegabytes() throws -> Double {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        guard fields.count > 1, let pages = Double(fields[1]) else { throw BenchError("/proc/self/statm is empty") }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1e6
    }
}
