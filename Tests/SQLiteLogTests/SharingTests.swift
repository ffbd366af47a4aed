import EventLog
import Foundation
import GRDB
import Testing

@testable import SQLiteLog

@Suite("Sharing a log between processes")
struct SharingTests {
    private let folder = try! TemporaryFolder()
    private let partition = TopicPartition("t", 0)

    private func log(partitions: Int = 1) async throws -> SQLiteLog {
        let log = try SQLiteLog(path: folder.file())
        try await log.createTopics([.init(name: "t", partitions: partitions, cleanup: .keep)])
        return log
    }

    /// Polls until there are records or `timeout` is over.
    private func records(_ consumer: any LogConsumer, within timeout: Duration = .seconds(30)) async throws
        -> [LoggedRecord]
    {
        let deadline = ContinuousClock.now.advanced(by: timeout)
        while ContinuousClock.now < deadline {
            if case .records(let records) = try await consumer.poll(timeout: .milliseconds(100)) { return records }
        }
        return []
    }

    @Test("a waiting poll hears of another process's append")
    func otherProcessAppends() async throws {
        let log = try await log()
        let consumer = try await log.join(.init(group: "g", topics: ["t"]))
        let poller = Task { try await records(consumer) }
        await #expect(processExitsWith: .success) { [path = folder.file() as String] in
            let log = try SQLiteLog(path: path)
            try await log.append([.init(topic: "t", record: Record(key: "k", value: [1, 2, 3]))])
            await log.close()
        }
        #expect(try await poller.value.map(\.record.value) == [[1, 2, 3]])
        await log.close()
    }

    @Test("another instance's append is heard of at once, not when a wait looks for itself")
    func promptness() async throws {
        let log = try await log()
        let other = try SQLiteLog(path: folder.file())
        var times: [Duration] = []
        for round in 0..<11 {
            let reader = Task {
                _ = try await log.read(partition, from: Int64(round), maxBytes: 1000, wait: .seconds(30))
                return ContinuousClock.now
            }
            try await Task.sleep(for: .milliseconds(20))
            try await other.append([.init(topic: "t", record: Record(key: "k", value: [1]))])
            let appended = ContinuousClock.now
            times.append(try await reader.value - appended)
        }
        // Half of them, so that a busy machine does not matter.
        #expect(times.sorted()[5] < LogDatabase.patience / 4)
        await log.close()
        await other.close()
    }

    @Test("processes that append at once lose nothing")
    func processesAppend() async throws {
        let log = try await log()
        let path = folder.file()
        async let first: Void = log.appendNumbered("here", 200)
        await #expect(processExitsWith: .success) { [path = path as String] in
            let log = try SQLiteLog(path: path)
            try await log.appendNumbered("there", 200)
            await log.close()
        }
        try await first
        let records = try await log.read(partition, from: 0, maxBytes: 10 << 20)
        #expect(records.map(\.offset) == Array(0..<400))
        for sender in ["here", "there"] {
            #expect(records.filter { $0.record.key == sender }.map(\.record.value) == (0..<200).map { [UInt8($0)] })
        }
        await log.close()
    }

    @Test("a process that is killed loses its partitions when its lease runs out, and they start where it committed")
    func killedMember() async throws {
        let log = try await log(partitions: 2)
        for number in 0..<10 {
            try await log.append([.init(topic: "t", partition: 0, record: Record(key: nil, value: [UInt8(number)]))])
        }
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.file() as String] in
            let log = try SQLiteLog(path: path)
            let consumer = try await log.join(.init(group: "g", topics: ["t"], sessionTimeout: .seconds(1)))
            while true {
                if case .records = try await consumer.poll(timeout: .seconds(10)) { break }
            }
            try await consumer.commit(.init(offsets: [TopicPartition("t", 0): 6]))
            kill(getpid(), SIGKILL)
        }
        #expect(try await log.group("g")?.committed == [partition: 6])
        let consumer = try await log.join(.init(group: "g", topics: ["t"], sessionTimeout: .seconds(1)))
        #expect(try await records(consumer).map(\.offset) == [6, 7, 8, 9])
        await log.close()
    }

    @Test("a process that is killed within a transaction leaves nothing of it")
    func killedWriter() async throws {
        let log = try await log()
        try await log.append([.init(topic: "t", record: Record(key: "k", value: [1]))])
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.file() as String] in
            let log = try SQLiteLog(path: path)
            try await log.database.write("die") { [catalog = log.catalog] database, outcome in
                // More than the cache holds, so that some of it is in the file already.
                let record = Record(key: "k", value: [UInt8](repeating: 9, count: 1_000_000))
                try RecordStore.append(
                    [OutgoingRecord](repeating: .init(topic: "t", record: record), count: 40),
                    partitions: [Int](repeating: 0, count: 40), database, catalog, &outcome, operation: "die")
                kill(getpid(), SIGKILL)
            }
        }
        #expect(try await log.read(partition, from: 0).map(\.record.value) == [[1]])
        try await log.append([.init(topic: "t", record: Record(key: "k", value: [2]))])
        #expect(try await log.offsets(of: partition) == 0..<2)
        await log.close()
    }

    @Test("leases of another boot have run out")
    func otherBoot() async throws {
        let log = try await log()
        let former = try await log.join(.init(group: "g", topics: ["t"], sessionTimeout: .seconds(3600)))
        SQLiteLog.suspendHeartbeats(of: former)
        try await log.database.write("reboot") { database, _ in
            try database.execute(sql: "UPDATE member SET boot = 'another', expires = expires * 1000")
        }
        #expect(try await log.group("g")?.members == [])
        let consumer = try await log.join(.init(group: "g", topics: ["t"]))
        guard case .assigned = try await consumer.poll(timeout: .zero) else {
            Issue.record("the partition of a member of another boot was not free")
            return
        }
        await log.close()
    }

    @Test("a lease that ran out is still good while nobody has taken it")
    func lateButUncontested() async throws {
        let log = try await log()
        try await log.append([.init(topic: "t", record: Record(key: "k", value: [1]))])
        let consumer = try await log.join(.init(group: "g", topics: ["t"], sessionTimeout: .seconds(60)))
        #expect(try await records(consumer).count == 1)
        try await log.database.write("let the time pass") { database, _ in
            try database.execute(sql: "UPDATE member SET expires = 0")
        }
        #expect(try await log.group("g")?.members == [])
        try await consumer.commit(.init(offsets: [partition: 1]))
        #expect(try await log.group("g")?.members.count == 1)
        await log.close()
    }

    @Test("a member that joins under the same name replaces the former one at once")
    func sameName() async throws {
        let log = try await log(partitions: 3)
        try await log.append([.init(topic: "t", partition: 0, record: Record(key: nil, value: [1]))])
        let configuration = ConsumerConfiguration(group: "g", topics: ["t"], memberID: "worker-1")
        let former = try await log.join(configuration)
        #expect(try await records(former).count == 1)
        let latter = try await log.join(configuration)
        #expect(try await records(latter).count == 1)
        let commit = LogTransaction(offsets: [partition: 1])
        let fenced = await #expect(throws: EventLogError.self) { try await former.commit(commit) }
        #expect(fenced?.code == .fenced)
        try await latter.commit(commit)
        guard case .lost(let partitions) = try await former.poll(timeout: .zero) else {
            Issue.record("the former member did not hear of its loss")
            return
        }
        #expect(partitions.count == 3)
        let replaced = await #expect(throws: EventLogError.self) { try await former.poll(timeout: .zero) }
        #expect(replaced?.code == .fenced)
        // And it does not take its name back.
        #expect(try await log.group("g")?.members.map(\.partitions.count) == [3])
        await log.close()
    }

    @Test("a consumer that is dropped without leaving goes when its lease runs out")
    func dropped() async throws {
        let log = try await log()
        do {
            _ = try await log.join(.init(group: "g", topics: ["t"], sessionTimeout: .milliseconds(300)))
        }
        let deadline = ContinuousClock.now.advanced(by: .seconds(30))
        while try await log.group("g")?.members.isEmpty == false, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(try await log.group("g")?.members == [])
        await log.close()
    }
}

extension SQLiteLog {
    /// Appends records with the values 0, 1, 2, … one by one.
    func appendNumbered(_ key: String, _ count: Int) async throws {
        for number in 0..<count {
            try await append([.init(topic: "t", record: Record(key: key, value: [UInt8(number)]))])
        }
    }
}
