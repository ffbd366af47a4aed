import EventLog
import Foundation
import GRDB
import Testing

@testable import SQLiteLog

@Suite("Opening a log")
struct OpeningTests {
    private let folder = try! TemporaryFolder()

    /// The error of opening `path`.
    private func failure(_ path: String) -> EventLogError? {
        #expect(throws: EventLogError.self) { try SQLiteLog(path: path) }
    }

    @Test("makes a file that only its owner may read")
    func mode() async throws {
        let log = try SQLiteLog(path: folder.file())
        try await log.createTopics([.init(name: "t", partitions: 1, cleanup: .keep)])
        for suffix in ["", "-wal", "-shm"] {
            var status = stat()
            #expect(stat(folder.file() + suffix, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600, "the mode of the file with suffix '\(suffix)'")
        }
        #expect(log.name == "sqlite:\(folder.file())")
        #expect(log.fileSize > 0)
        await log.close()
    }

    @Test("takes an empty file, and what it wrote before")
    func reopen() async throws {
        _ = FileManager.default.createFile(atPath: folder.file(), contents: Data())
        let first = try SQLiteLog(path: folder.file())
        try await first.createTopics([.init(name: "t", partitions: 2, cleanup: .keep)])
        try await first.append([.init(topic: "t", partition: 1, record: Record(key: "k", value: [1]))])
        await first.close()
        let second = try SQLiteLog(path: folder.file())
        #expect(try await second.read(TopicPartition("t", 1), from: 0).map(\.record.value) == [[1]])
        await second.close()
    }

    @Test("by many at once makes one log")
    func race() async throws {
        let path = folder.file()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let log = try SQLiteLog(path: path)
                    try await log.createTopics([.init(name: "t", partitions: 1, cleanup: .keep)])
                    try await log.append([.init(topic: "t", record: Record(key: "\(number)", value: nil))])
                    await log.close()
                }
            }
            try await group.waitForAll()
        }
        let log = try SQLiteLog(path: path)
        #expect(try await log.offsets(of: TopicPartition("t", 0)) == 0..<8)
        await log.close()
    }

    @Test("by a link is opening what it leads to")
    func link() async throws {
        let first = try SQLiteLog(path: folder.file())
        try await first.createTopics([.init(name: "t", partitions: 1, cleanup: .keep)])
        try FileManager.default.createDirectory(atPath: folder.file("links"), withIntermediateDirectories: false)
        let link = folder.file("links/link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.file())
        let second = try SQLiteLog(path: link)
        async let records = first.read(TopicPartition("t", 0), from: 0, maxBytes: 1000, wait: .seconds(30))
        try await second.append([.init(topic: "t", record: Record(key: "k", value: [1]))])
        #expect(try await records.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("links")) == ["link.db"])
        await first.close()
        await second.close()
    }

    @Test("in a folder that is missing says so")
    func missingFolder() {
        let error = failure(folder.file("none/log.db"))
        #expect(error?.code == .unavailable)
        #expect(error?.detail.contains("none") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.file("none")))
    }

    @Test("in a folder that cannot be written says so")
    func unwritableFolder() throws {
        // Not even root may make files there.
        #expect(failure("/proc/log.db")?.code == .unavailable)
    }

    @Test(
        "in a folder whose mode forbids writing says so",
        .enabled(if: geteuid() != 0, "root may write everywhere"))
    func readOnlyFolder() throws {
        chmod(folder.path, 0o500)
        defer { chmod(folder.path, 0o700) }
        #expect(failure(folder.file())?.code == .unavailable)
    }

    @Test("of no path, or of a folder, is an error")
    func notAFile() {
        #expect(failure("")?.code == .invalidArgument)
        #expect(failure(folder.path + "/")?.code == .invalidArgument)
        #expect(failure(folder.path)?.code == .unavailable)
    }

    @Test("of a file that is not a database leaves it as it is")
    func notADatabase() throws {
        let text = Data(String(repeating: "This is not a database. ", count: 200).utf8)
        try text.write(to: URL(fileURLWithPath: folder.file()))
        let error = failure(folder.file())
        #expect(error?.code == .corrupt)
        #expect(error?.detail.contains(folder.file()) == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file())) == text)
    }

    @Test("of another application's database leaves it as it is")
    func otherApplication() throws {
        let queue = try DatabaseQueue(path: folder.file())
        try queue.write { try $0.execute(sql: "CREATE TABLE song (title)") }
        try queue.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file()))
        let error = failure(folder.file())
        #expect(error?.code == .corrupt)
        #expect(error?.detail.contains("another application") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file())) == before)
    }

    @Test("of a newer version's log says so")
    func newerSchema() async throws {
        let log = try SQLiteLog(path: folder.file())
        await log.close()
        let queue = try DatabaseQueue(path: folder.file())
        try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
        try queue.close()
        let error = failure(folder.file())
        #expect(error?.code == .corrupt)
        #expect(error?.detail.contains("99") == true)
    }
}
