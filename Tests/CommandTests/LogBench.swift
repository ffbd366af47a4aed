import EventLog
import Foundation
import Pipeline
import SQLiteLog
import Testing

/// A log in a folder of its own, and the commands that use it.
struct LogBench {
    let folder: TemporaryFolder
    let path: String
    var log: String { "sqlite:" + path }

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/log.db"
    }

    /// A log that is somewhere already.
    init(path: String) throws {
        folder = try TemporaryFolder()
        self.path = path
    }

    var workerArguments: [String] {
        ["worker", "--log", log, "--model", Assets.fastModel, "--session-timeout", "1", "--log-level", "warning"]
    }

    /// The ID under which a video went in.
    func submit(_ video: String, _ more: String...) async throws -> String { try await submit(video, more) }

    func submit(_ video: String, _ more: [String]) async throws -> String {
        let outcome = try await Program.succeed(["submit", video, "--log", log, "--json"] + more)
        return try #require(try JSONLines(outcome.output).objects.first?["video_id"] as? String)
    }

    func work(_ more: String...) async throws {
        try await Program.succeed(workerArguments + ["--exit-when-idle"] + more)
    }

    func results(_ video: String, _ format: String = "jsonl") async throws -> String {
        try await Program.succeed(["results", video, "--log", log, "--format", format]).output
    }

    struct Status: Decodable {
        struct Video: Decodable {
            var videoId: String
            var source: String?
            var state: String
            var chunksDone: Int
            var chunksTotal: Int?
            var framesDone: Int
            var framesTotal: Int?
        }
        struct Partition: Decodable {
            var partition: Int
            var committed: Int?
            var end: Int
            var lag: Int
            var member: String?
        }
        var videos: [Video]
        var partitions: [Partition]
        var members: [String]
    }

    struct StatusFailure: Error {
        var outcome: Outcome
    }

    func status() async throws -> Status {
        // Not through the gate: it watches programs that are in it.
        let outcome = try await Program.start(["status", "--log", log, "--json"]).outcome()
        guard outcome.exitCode == 0 else { throw StatusFailure(outcome: outcome) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Status.self, from: Data(outcome.output.utf8))
    }

    /// Looks every so often until `condition` holds; the log, and its topics, may not be there yet.
    ///
    /// It looks in the log itself: what a program says is old when it has ended.
    func wait(seconds: Double = 120, until condition: (PipelineStatus) -> Bool) async throws -> PipelineStatus {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while !FileManager.default.fileExists(atPath: path) {
            try #require(.now < deadline, "there is still no \(path)")
            try await Task.sleep(for: .milliseconds(5))
        }
        let log = try SQLiteLog(path: path)
        while true {
            let status = try? await PipelineStatus(of: log, topics: Topics())
            if let status, condition(status) {
                await log.close()
                return status
            }
            try #require(.now < deadline, "still \(String(describing: status))")
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Which workers wrote the records of a video, chunk by chunk in order.
    func authors(of video: String) async throws -> [(worker: String, chunk: Int)] {
        let log = try SQLiteLog(path: path)
        let topics = Topics()
        let partitions = try #require(try await log.partitionCount(of: topics.results))
        var authors: [(worker: String, chunk: Int)] = []
        for number in 0..<partitions {
            try await log.readAll(TopicPartition(topics.results, number)) { logged in
                guard logged.record.key == video, let value = logged.record.value,
                    let header = logged.record.header("lapwing-worker"),
                    let json = try JSONSerialization.jsonObject(with: Data(value)) as? [String: Any],
                    let chunk = json["chunk_index"] as? Int
                else { return }
                let author = (worker: String(decoding: header, as: UTF8.self), chunk: chunk)
                if authors.last.map({ $0 == author }) != true { authors.append(author) }
            }
        }
        await log.close()
        return authors
    }
}
