import Foundation
import Pipeline
import PipelineTesting
import Testing

@Suite(
    "submit, status, results, collect",
    .enabled(if: Assets.arePresent, "needs the models and videos in LAPWING_ASSETS"))
struct LogCommandTests {
    /// A log with the cars in it, processed.
    private static let processed = Task {
        let bench = try LogBench()
        let video = try await bench.submit(Assets.cars)
        try await bench.work()
        return (bench: bench, video: video)
    }

    @Test("submit prints a line per video, and sends none twice")
    func submit() async throws {
        let bench = try LogBench()
        let clip = try Clips.moving(frames: 100)
        let first = try await Program.succeed(["submit", clip, "--log", bench.log])
        #expect(first.errors.isEmpty)
        #expect(
            first.output.wholeMatch(of: /moving-100-0-[0-9a-f]{12}  3 chunks  100 frames  \d+\.\d kB\n/) != nil,
            "\(first)")
        let second = try await Program.succeed(["submit", clip, "--log", bench.log])
        #expect(second.output == first.output.dropLast() + "  (was there already)\n")
        let json = try await Program.succeed(["submit", clip, "--log", bench.log, "--json"])
        let line = try #require(try JSONLines(json.output).objects.first)
        #expect(line["was_there"] as? Bool == true)
        #expect(line["chunks"] as? Int == 3)
        #expect(line["frames"] as? Int == 100)
        #expect(first.output.hasPrefix(line["video_id"] as? String ?? "?"))
        #expect(try await bench.status().partitions.reduce(0) { $0 + $1.end } == 3)
    }

    @Test("submit --wait stays until workers are done with the videos")
    func wait() async throws {
        let bench = try LogBench()
        let clips = try (0..<3).map { try Clips.moving(frames: 60, seed: $0) }
        let producer = try Program.start(["submit"] + clips + ["--log", bench.log, "--wait"])
        _ = try await bench.wait { $0.videos.count { $0.state == "waiting" } == 3 }
        #expect(producer.isRunning)
        // The lines come at once, not at the end.
        #expect(producer.output.split(separator: "\n").count >= 2)
        try await bench.work()
        let outcome = await producer.outcome()
        #expect(outcome.exitCode == 0, "\(outcome)")
        #expect(outcome.outputLines.count == 3)
    }

    @Test("submit waits while the log is full, says so, and goes on when a worker has made room")
    func full() async throws {
        let bench = try LogBench()
        // The first goes in as there is nothing yet, and leaves no room for another.
        let clips = try (0..<2).map { try Clips.moving(frames: 100, seed: $0) }
        let clip = clips[1]
        let producer = try Program.start(
            ["submit"] + clips + ["--log", bench.log, "--chunk-seconds", "1", "--log-limit", "20KiB"])
        let deadline = ContinuousClock.now + .seconds(30)
        while producer.errors.isEmpty, .now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        #expect(producer.errors == "lapwing: warning: \(clip): the log is full: waiting for workers\n")
        #expect(producer.isRunning)
        let worker = try Program.start(bench.workerArguments)
        let outcome = await producer.outcome()
        #expect(outcome.exitCode == 0, "\(outcome)")
        #expect(outcome.errorLines.count == 1)
        let status = try await bench.wait { status in
            status.videos.count == 2 && status.videos.allSatisfy { $0.state == "ended" }
        }
        #expect(status.videos.map(\.framesDone) == [100, 100])
        worker.send(SIGTERM)
        #expect(await worker.outcome().exitCode == 0)
    }

    @Test("submit says once that it waits, however many videos wait")
    func fullForMany() async throws {
        let bench = try LogBench()
        let clips = try (0..<3).map { try Clips.moving(frames: 60, seed: $0) }
        let producer = try Program.start(
            ["submit"] + clips + ["--log", bench.log, "--chunk-seconds", "1", "--log-limit", "20KiB"])
        let deadline = ContinuousClock.now + .seconds(30)
        while producer.errors.isEmpty, .now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        let worker = try Program.start(bench.workerArguments)
        let outcome = await producer.outcome()
        #expect(outcome.exitCode == 0, "\(outcome)")
        #expect(outcome.errorLines.count == 1, "\(outcome)")
        worker.send(SIGTERM)
        #expect(await worker.outcome().exitCode == 0)
    }

    @Test("a video that cannot be cut under --max-chunk-bytes goes in when that is raised, as the message says")
    func limit() async throws {
        let bench = try LogBench()
        let clip = try Clips.moving(frames: 100)
        let call = ["submit", clip, "--log", bench.log]
        let refused = try await Program.run(call + ["--max-chunk-bytes", "2KiB"])
        #expect(refused.exitCode == 1)
        #expect(refused.errorLines.count == 1)
        #expect(refused.errors.contains("raise --max-chunk-bytes"), "\(refused)")
        #expect(try await bench.status().videos.isEmpty)
        try await Program.succeed(call)
    }

    @Test("status lists the videos, how far they are, and the work that waits")
    func status() async throws {
        let (bench, video) = try await Self.processed.value
        let table = try await Program.succeed(["status", "--log", bench.log])
        #expect(table.errors.isEmpty)
        let row = try #require(table.outputLines.first { $0.hasPrefix(video) })
        #expect(row.contains("ended"))
        #expect(row.contains("377/377  100 %"), "\(table)")
        #expect(table.outputLines.last == "0 workers, 1 video: 1 ended")
        let status = try await bench.status()
        #expect(status.videos.map(\.videoId) == [video])
        #expect(status.videos[0].source == "car-detection.mp4")
        #expect(status.videos[0].chunksDone == status.videos[0].chunksTotal)
        #expect(status.partitions.count == 16)
    }

    @Test("results: jsonl is every record, csv has supervision's columns, mot is MOTChallenge")
    func formats() async throws {
        let (bench, video) = try await Self.processed.value
        let jsonl = try JSONLines(try await bench.results(video))
        #expect(jsonl.frames.count == 377)
        #expect(jsonl.objects.first?["event"] as? String == "started")
        #expect(jsonl.objects.last?["event"] as? String == "ended")

        let csv = try await bench.results(video, "csv").split(separator: "\n")
        let header = try #require(csv.first)
        #expect(header.hasPrefix("x_min,y_min,x_max,y_max,class_id,confidence,tracker_id,class_name,"))
        let columns = header.split(separator: ",").count
        #expect(csv.count == 1 + jsonl.found.count)
        for (row, object) in zip(csv.dropFirst(), jsonl.found) {
            let fields = row.split(separator: ",", omittingEmptySubsequences: false)
            #expect(fields.count == columns)
            #expect(fields.prefix(6).allSatisfy { Double($0) != nil }, "\(row)")
            #expect(fields[4] == "\(object["class_id"] as? Int ?? -1)")
            #expect(fields[7] == object["label"] as? String ?? "")
            #expect(fields[6] == (object["track_id"] as? Int).map { "\($0)" } ?? "")
        }

        let mot = try await bench.results(video, "mot").split(separator: "\n")
        let confirmed = jsonl.found.count { $0["state"] as? String == "confirmed" && $0["bbox"] is [String: Any] }
        #expect(mot.count == confirmed)
        #expect(!mot.isEmpty)
        for row in mot {
            let fields = row.split(separator: ",").compactMap { Double($0) }
            #expect(fields.count == 10, "\(row)")
            #expect((1...377).contains(fields[0]) && fields[1] >= 1, "\(row)")
            #expect(fields[4] > 0 && fields[5] > 0)
            #expect(fields.suffix(3).allSatisfy { $0 == -1 })
        }
    }

    @Test(
        "results of a video that is not there: exit code 1, nothing on standard output",
        arguments: ["jsonl", "csv", "mot", "coco", "parquet"])
    func unknown(format: String) async throws {
        let (bench, _) = try await Self.processed.value
        let outcome = try await Program.run(["results", "no-such-video", "--log", bench.log, "--format", format])
        #expect(outcome.exitCode == 1)
        #expect(outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.hasPrefix("lapwing: error: no-such-video: "), "\(outcome)")
        #expect(outcome.errors.contains("lapwing status --log \(bench.log)"))
    }

    @Test(
        "a --topic-prefix under which there is nothing is what the message is about", arguments: ["results", "status"])
    func topicPrefix(command: String) async throws {
        let (bench, video) = try await Self.processed.value
        let arguments = [command] + (command == "results" ? [video] : [])
        let outcome = try await Program.run(arguments + ["--log", bench.log, "--topic-prefix", "other."])
        #expect(outcome.exitCode == 1)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains("has no topic 'other."), "\(outcome)")
        #expect(outcome.errors.contains("has anything been submitted with this --topic-prefix?"), "\(outcome)")
    }

    @Test("results into a pipe that is closed early end quietly", arguments: ["jsonl", "csv"])
    func pipe(format: String) async throws {
        let (bench, video) = try await Self.processed.value
        let script = #""$0" results "$1" --log "$2" --format "$3" | head -1; echo "${PIPESTATUS[0]}""#
        let outcome = try await Program.start(
            ["bash", "-c", script, Program.path, video, bench.log, format], executable: "/usr/bin/env"
        ).outcome()
        #expect(outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.outputLines.count == 2)
        #expect(outcome.outputLines.last == "0", "\(outcome)")
    }

    @Test("collect puts both videos back together, packet by packet and picture by picture")
    func collect() async throws {
        let bench = try LogBench()
        let videos = [Assets.cars, Assets.people]
        let submitted = try await Program.succeed(["submit"] + videos + ["--log", bench.log, "--json"])
        let ids = try JSONLines(submitted.output).objects.compactMap { $0["video_id"] as? String }
        let folder = bench.folder.path + "/out/videos"
        let outcome = try await Program.succeed([
            "collect", "--log", bench.log, "--output", folder, "--exit-when-idle", "--log-level", "warning",
        ])
        #expect(outcome.errors.isEmpty, "\(outcome)")
        #expect(
            outcome.outputLines.sorted() == [
                "\(folder)/\(ids[0]).mp4  377 frames", "\(folder)/\(ids[1]).mp4  1,394 frames",
            ])
        for (source, id) in zip(videos, ids) {
            let rebuilt = "\(folder)/\(id).mp4"
            for how in [["-f", "framemd5"], ["-c", "copy", "-f", "streamhash"]] {
                let expected = try await hash(source, how)
                try #expect(await hash(rebuilt, how) == expected, "\(id)")
                #expect(!expected.isEmpty)
            }
        }
        // The workers still find all chunks.
        #expect(try await bench.status().videos.allSatisfy { $0.state == "waiting" })
    }

    private func hash(_ video: String, _ how: [String]) async throws -> [Substring] {
        try await Program.tool(
            "ffmpeg", ["-nostdin", "-loglevel", "error", "-i", video, "-map", "0:v:0"] + how + ["-"]
        ).split(separator: "\n").filter { !$0.hasPrefix("#") }
    }
}
