import EventLog
import Foundation
import Pipeline
import SQLiteLog
import Testing

@Suite("lapwing deadletter")
struct DeadLetterCommandTests {
    private let folder: TemporaryFolder
    private var log: String { "sqlite:\(folder.path)/log.db" }

    /// A log with two records that are none of Lapwing's; the key of one would do something to a terminal.
    init() async throws {
        folder = try TemporaryFolder()
        let log = try SQLiteLog(path: folder.path + "/log.db")
        let topics = Topics()
        try await log.createTopics(topics.specifications(partitions: 1))
        try await log.append(
            ["red\u{1B}[31m", "plain"].map {
                OutgoingRecord(
                    topic: topics.chunks, partition: 0,
                    record: Record(
                        key: $0, value: Array("not a chunk".utf8), headers: [Record.Header("from", "elsewhere")]))
            })
        await log.close()
    }

    private func work() async throws {
        try await Program.succeed([
            "worker", "--log", log, "--model", StreetModelTests.model, "--exit-when-idle", "--session-timeout", "1",
        ])
    }

    @Test("lists what could not be processed, shows it, writes its bytes, and sends it again")
    func commands() async throws {
        let empty = try await Program.succeed(["deadletter", "list", "--log", log])
        #expect(empty.outputLines == ["No dead letters."])
        try await work()

        let list = try await Program.succeed(["deadletter", "list", "--log", log])
        #expect(list.outputLines.count == 4, "\(list)")
        #expect(list.outputLines.first?.hasPrefix("LETTER") == true)
        #expect(list.output.contains("red\\u{1b}[31m") && !list.output.contains("\u{1B}"), "\(list)")
        #expect(list.output.contains("no header 'lapwing-chunk'") && list.output.contains("2 dead letters"))
        let json = try JSONLines(
            await Program.succeed(["deadletter", "list", "--log", log, "--video-id", "plain", "--json"]).output)
        #expect(json.objects.count == 1)
        let fact = try #require(json.objects.first)
        #expect(fact["key"] as? String == "plain" && fact["offset"] as? Int == 1 && fact["bytes"] as? Int == 11)
        let place = try #require(fact["letter"] as? String)

        let bytes = folder.path + "/new/letter.bin"
        let show = try await Program.succeed(["deadletter", "show", place, "--log", log, "--output", bytes])
        for words in ["reason", "record 1 of lapwing.chunks", "plain", "from", "elsewhere", "11, written to"] {
            #expect(show.output.contains(words), "\(words) in \(show)")
        }
        try #expect(String(contentsOfFile: bytes, encoding: .utf8) == "not a chunk")

        let replay = try await Program.succeed(["deadletter", "replay", place, "--log", log])
        #expect(replay.outputLines == ["1 of 1 sent again"])
        try await work()
        let more = try await Program.succeed(["deadletter", "list", "--log", log])
        #expect(more.output.contains("3 dead letters"), "\(more)")
    }

    @Test(
        "says what is wrong with a call",
        arguments: [
            (["show", "0:99"], 1, "there is no dead letter 0:99; 'lapwing deadletter list'"),
            (["show", "here"], 2, "here"), (["replay"], 2, "--all"), (["replay", "0:0", "--all"], 2, "--all"),
            (["replay", "0:0", "--video-id", "x"], 2, "--video-id goes with --all"),
        ])
    func refusals(arguments: [String], code: Int, says: String) async throws {
        let outcome = try await Program.run(["deadletter"] + arguments + ["--log", log])
        #expect(outcome.exitCode == Int32(code), "\(outcome)")
        #expect(outcome.errors.contains(says), "\(outcome)")
    }
}
