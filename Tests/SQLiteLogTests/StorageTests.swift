import EventLog
import Foundation
import GRDB
import Testing

@testable import SQLiteLog

@Suite("The file of a log")
struct StorageTests {
    private let folder = try! TemporaryFolder()
    private let partition = TopicPartition("t", 0)

    private func log(
        _ cleanup: TopicSpecification.Cleanup = .keep, _ configuration: SQLiteLogConfiguration = .init()
    ) async throws -> SQLiteLog {
        let log = try SQLiteLog(path: folder.file(), configuration: configuration)
        try await log.createTopics([.init(name: "t", partitions: 1, cleanup: cleanup)])
        return log
    }

    private func record(_ count: Int = 900_000) -> OutgoingRecord {
        .init(topic: "t", partition: 0, record: Record(key: nil, value: [UInt8](repeating: 1, count: count)))
    }

    private func consumeAll(_ log: SQLiteLog) async throws {
        let consumer = try await log.join(.init(group: "g", topics: ["t"]))
        var next: Int64 = 0
        let end = try await log.offsets(of: partition).upperBound
        while next < end {
            if case .records(let records) = try await consumer.poll(timeout: .seconds(20)) {
                next = try #require(records.last).offset + 1
                try await consumer.commit(.init(offsets: [partition: next]))
            }
        }
        try await consumer.leave()
    }

    @Test("never gives an offset twice, though all records are deleted and the log was closed")
    func offsetsAreNotReused() async throws {
        let first = try await log(.deleteConsumed)
        try await first.append([record(10), record(10)])
        try await consumeAll(first)
        #expect(try await first.offsets(of: partition) == 2..<2)
        await first.close()
        let second = try await log(.deleteConsumed)
        try await second.append([record(10)])
        #expect(try await second.offsets(of: partition) == 2..<3)
        await second.close()
    }

    @Test("keeps records for a group that the topic was made for, though it has never joined")
    func expectedGroup() async throws {
        let log = try SQLiteLog(path: folder.file())
        try await log.createTopics([
            .init(name: "t", partitions: 1, cleanup: .deleteConsumed, consumers: ["late"])
        ])
        try await log.append([record(10), record(10)])
        try await consumeAll(log)
        #expect(try await log.offsets(of: partition) == 0..<2)
        let late = try await log.join(.init(group: "late", topics: ["t"]))
        while true {
            guard case .records(let records) = try await late.poll(timeout: .seconds(20)) else { continue }
            #expect(records.map(\.offset) == [0, 1])
            break
        }
        try await late.commit(.init(offsets: [partition: 2]))
        #expect(try await log.offsets(of: partition) == 2..<2)
        try await late.leave()
        await log.close()
    }

    @Test("stays small while records come and go, and shrinks when a backlog is consumed")
    func shrinks() async throws {
        let log = try await log(.deleteConsumed)
        for _ in 0..<12 { try await log.append([OutgoingRecord](repeating: record(), count: 10)) }
        let full = log.fileSize
        #expect(full > 100_000_000)
        try await consumeAll(log)
        await log.close()
        // The reserve of 32 MiB, and what had not been vacuumed when the last record went.
        #expect(log.fileSize < 60_000_000)
        let again = try await self.log(.deleteConsumed)
        for _ in 0..<20 {
            try await again.append([OutgoingRecord](repeating: record(), count: 5))
            try await consumeAll(again)
        }
        await again.close()
        #expect(again.fileSize < 60_000_000)
    }

    @Test("lies alone in its folder once it is closed")
    func closes() async throws {
        let log = try await log()
        try await log.append([record(10)])
        _ = try await log.read(partition, from: 0)
        await log.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["log.db"])
    }

    @Test("at its limit answers 'full', keeps what it has, and takes more when there is room")
    func full() async throws {
        let log = try await log(.deleteConsumed, .init(maximumFileSize: 5_000_000))
        var count = 0
        let error = await #expect(throws: EventLogError.self) {
            while count < 100 {
                try await log.append([record()])
                count += 1
            }
        }
        #expect(error?.code == .full)
        #expect(error?.recovery == .retry)
        #expect(error?.detail.contains(folder.file()) == true)
        #expect((3...5).contains(count))
        #expect(try await log.offsets(of: partition) == 0..<Int64(count))
        try await consumeAll(log)
        try await log.append([record()])
        #expect(try await log.offsets(of: partition) == Int64(count)..<Int64(count) + 1)
        await log.close()
    }

    @Test("refuses a record that is too large, and writes nothing of its batch")
    func tooLarge() async throws {
        let log = try await log(.keep, .init(maximumRecordSize: 1000))
        let error = await #expect(throws: EventLogError.self) { try await log.append([record(10), record(1001)]) }
        #expect(error?.code == .recordTooLarge)
        #expect(try await log.offsets(of: partition) == 0..<0)
        await log.close()
    }

    @Test("a transaction that was not committed leaves nothing")
    func rollsBack() async throws {
        let log = try await log(.compact)
        try await log.append([.init(topic: "t", record: Record(key: "k", value: [1]))])
        struct Crash: Error {}
        await #expect(throws: EventLogError.self) {
            try await log.database.write("test") { [catalog = log.catalog] database, outcome in
                try RecordStore.append(
                    [.init(topic: "t", record: Record(key: "k", value: [2]))], partitions: [0], database, catalog,
                    &outcome, operation: "test")
                throw Crash()
            }
        }
        #expect(try await log.read(partition, from: 0).map(\.record.value) == [[1]])
        #expect(try await log.offsets(of: partition) == 0..<1)
        await log.close()
    }

    @Test("damaged headers are an error, not a crash")
    func damagedHeaders() async throws {
        let log = try await log()
        try await log.append([record(10)])
        try await log.database.write("damage") { database, _ in
            try database.execute(sql: "UPDATE record SET headers = x'ffffffffffffffff00'")
        }
        let error = await #expect(throws: EventLogError.self) { try await log.read(partition, from: 0) }
        #expect(error?.code == .corrupt)
        await log.close()
    }

    @Test("damaged pages are an error, not a crash")
    func damagedPages() async throws {
        let first = try await log()
        for _ in 0..<5 { try await first.append([record(100_000)]) }
        await first.close()
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: folder.file()))
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: 16384)
        try handle.write(contentsOf: Data(repeating: 0xEE, count: Int(size) - 16384))
        try handle.close()
        let error = await #expect(throws: EventLogError.self) {
            let log = try SQLiteLog(path: folder.file())
            _ = try await log.read(partition, from: 0)
        }
        #expect(error?.code == .corrupt)
    }

    @Test("a topic's bytes add up over appends, compaction and deletion")
    func bytesAddUp() async throws {
        let log = try await log(.compact)
        for round in 0..<20 {
            try await log.append(
                (0..<5).map {
                    .init(
                        topic: "t",
                        record: Record(
                            key: "k\($0 % 3)", value: [UInt8](repeating: 0, count: round), headers: [.init("h", "x")]))
                })
        }
        let (counted, held) = try await log.database.read("count") { database in
            (
                try Int.fetchOne(database, sql: "SELECT bytes FROM topic"),
                try Int.fetchOne(database, sql: "SELECT sum(size) FROM record")
            )
        }
        #expect(counted == held)
        #expect(held == 3 * (2 + 19 + 2))
        await log.close()
    }
}
