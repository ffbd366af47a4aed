import Foundation
import Pipeline
import SQLiteLog

/// The producer into the embedded log: naming by content, cutting, checksums, durable appends.
enum SubmitStage {
    static func measure(_ bench: Bench, into report: inout Report) async throws {
        bench.note("submit")
        let long = try LongVideo(bench)
        defer { long.remove() }
        let rates = try await bench.samples {
            let path = bench.makePath(".sqlite")
            defer { SQLiteLog.remove(path: path) }
            let log = try SQLiteLog(path: path)
            let topics = Topics()
            try await log.createTopics(topics.specifications(partitions: 4))
            let start = ContinuousClock.now
            let producer = Producer(log: log, topics: topics)
            _ = try await producer.submit(path: long.path)
            let rate = long.rate(since: start)
            await log.close()
            return rate
        }
        report.add(Row(.submit, "\(long.megabytes) MB into the embedded log", "MB/s", rates))
    }
}
