import Foundation
import Pipeline
import Testing

@Suite(
    "work that is interrupted", .enabled(if: Assets.arePresent, "needs the models and videos in LAPWING_ASSETS"),
    .serialized)
struct ResumeTests {
    private static let cut = ["--chunk-seconds", "2"]

    /// The results of the cars when nothing goes wrong.
    private static let undisturbed = Task {
        let bench = try LogBench()
        let video = try await bench.submit(Assets.cars, "--chunk-seconds", "2")
        try await bench.work()
        return try await bench.results(video)
    }

    /// No video was in the middle when it was looked at.
    private struct DoneTooSoon: Error {}

    /// Disturbs a video until it is in the middle of it: on a busy machine it may be done before the signal comes, and then
    /// there is nothing to go on with.
    private func inTheMiddle(_ disturb: () async throws -> (LogBench, String)) async throws -> (LogBench, String) {
        for _ in 0..<10 {
            let (bench, video) = try await disturb()
            if try await bench.status().videos[0].state == "processing" { return (bench, video) }
        }
        throw DoneTooSoon()
    }

    @Test(
        "goes on with the same bytes after a worker was killed with -9 in the middle of a video",
        arguments: [[1], [3], [5], [1, 2, 4]])
    func killed(chunks: [Int]) async throws {
        let (bench, video) = try await inTheMiddle { try await killWorkers(after: chunks) }
        try await bench.work()
        try #expect(await bench.results(video) == Self.undisturbed.value)
        // It went on, and did not begin anew: the chunks are divided between as many workers as there were.
        let authors = try await bench.authors(of: video)
        #expect(authors.map(\.chunk) == Array(0..<authors.count))
        #expect(Set(authors.map(\.worker)).count == chunks.count + 1, "\(authors)")
    }

    @Test("goes on with the same bytes after a worker was killed with -9, with the video's chunks spread")
    func killedSpread() async throws {
        let (bench, video) = try await killWorkers(after: [1, 3], "--parallel-detect")
        try await bench.work()
        try #expect(await bench.results(video) == Self.undisturbed.value)
        let authors = try await bench.authors(of: video)
        #expect(authors.map(\.chunk) == Array(0..<authors.count))
    }

    /// Starts one worker after the other, each of which is killed once as many chunks are done.
    private func killWorkers(after chunks: [Int], _ more: String...) async throws -> (LogBench, String) {
        let bench = try LogBench()
        let video = try await bench.submit(Assets.cars, ["--chunk-seconds", "2"] + more)
        var done = 0
        for count in chunks {
            let worker = try Program.start(bench.workerArguments)
            // Each does some of the work.
            let enough = max(count, done + 1)
            _ = try await bench.wait { $0.videos[0].chunksDone >= enough || $0.videos[0].state == "ended" }
            worker.send(SIGKILL)
            #expect(await worker.outcome().exitCode == -SIGKILL)
            // It may have done more before the signal came.
            done = try await bench.status().videos[0].chunksDone
        }
        return (bench, video)
    }

    @Test("a worker that is told to stop commits the chunk in hand, and another goes on with the same bytes")
    func stopped() async throws {
        let (bench, video) = try await inTheMiddle {
            let bench = try LogBench()
            let video = try await bench.submit(Assets.cars, "--chunk-seconds", "2")
            // With this session timeout, the next worker waits for a minute if this one does not leave properly.
            let worker = try Program.start(bench.workerArguments + ["--session-timeout", "60"])
            _ = try await bench.wait { $0.videos[0].chunksDone >= 3 }
            worker.send(SIGTERM)
            let outcome = await worker.outcome()
            #expect(outcome.exitCode == 0, "\(outcome)")
            #expect(try await bench.status().members.isEmpty)
            return (bench, video)
        }
        try await bench.work()
        try #expect(await bench.results(video) == Self.undisturbed.value)
    }

    @Test("a worker with other settings refuses to go on with a video that was begun, and says what to do")
    func otherSettings() async throws {
        let (bench, video) = try await inTheMiddle {
            let bench = try LogBench()
            let video = try await bench.submit(Assets.cars, "--chunk-seconds", "2")
            let worker = try Program.start(bench.workerArguments)
            _ = try await bench.wait { $0.videos[0].chunksDone >= 1 }
            worker.send(SIGTERM)
            #expect(await worker.outcome().exitCode == 0)
            return (bench, video)
        }
        let other = try await Program.run(
            bench.workerArguments + ["--exit-when-idle", "--tracker-option", "max_age=7"])
        #expect(other.exitCode == 1, "\(other)")
        #expect(other.errorLines.count == 1, "\(other)")
        #expect(other.errors.hasPrefix("lapwing: error: video \(video) was begun with other settings"), "\(other)")
        #expect(other.errors.contains("--topic-prefix"), "\(other)")
    }

    @Test("a run that was killed with -9 goes on where it stopped when called again")
    func killedRun() async throws {
        var folder = try TemporaryFolder()
        // The missing file keeps the log, which tells who did what.
        func call() -> [String] {
            ["run", Assets.cars, folder.path + "/missing.mp4", "--model", Assets.fastModel, "--output", folder.path]
                + Self.cut
        }
        let (bench, video) = try await inTheMiddle {
            folder = try TemporaryFolder()
            let run = try Program.start(call())
            let work = folder.path + "/.lapwing"
            var log: String?
            while log == nil, run.isRunning {
                try await Task.sleep(for: .milliseconds(5))
                log = (try? FileManager.default.contentsOfDirectory(atPath: work))?.first { $0.hasSuffix(".sqlite") }
            }
            let bench = try LogBench(path: "\(work)/\(try #require(log))")
            let video = try await bench.wait { $0.videos.first.map { $0.chunksDone >= 3 } ?? false }.videos[0]
            run.send(SIGKILL)
            _ = await run.outcome()
            return (bench, video.id.rawValue)
        }
        let before = try await bench.status().videos[0]
        let results = "\(folder.path)/\(video)/results.jsonl"
        #expect(!FileManager.default.fileExists(atPath: results))

        let second = try await Program.run(call())
        #expect(second.exitCode == 3, "\(second)")
        try #expect(await String(contentsOfFile: results, encoding: .utf8) == Self.undisturbed.value)
        let authors = try await bench.authors(of: video)
        #expect(Set(authors.map(\.worker)).count == 2, "\(authors)")
        #expect(authors.count { $0.worker == authors[0].worker } >= before.chunksDone)
        #expect(!FileManager.default.fileExists(atPath: results + ".part"))
    }
}
