import Foundation
import PipelineTesting
import Testing

@testable import Pipeline
@testable import lapwing

/// Streams and standard input, as users submit them.
@Suite("lapwing submit of live sources")
struct LiveCommandTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// A camera: 10 frames a second, a key frame each second.
    private static func video() throws -> String { try Clips.moving(frames: 600) }

    private static let hasServer: Bool = {
        let check = Process()
        check.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        check.arguments = ["/usr/bin/python3", "\(repository)/Scripts/rtsp-server.py", "--check"]
        check.standardError = FileHandle.nullDevice
        do { try check.run() } catch { return false }
        check.waitUntilExit()
        return check.terminationStatus == 0
    }()

    /// GStreamer's RTSP server, until it is let go.
    private final class Camera {
        private let process = Process()
        private let input = Pipe()
        let port: Int
        var address: String { "rtsp://viewer:s3cr3t@127.0.0.1:\(port)/camera?token=h1dd3n" }

        init(port: Int = 0) throws {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
            process.arguments = ["\(repository)/Scripts/rtsp-server.py", try video(), "\(port)"]
            process.standardInput = input
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            var line = Data()
            while line.last != UInt8(ascii: "\n"), case let more = output.fileHandleForReading.availableData,
                !more.isEmpty
            {
                line += more
            }
            let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            self.port = try #require(Int(text), "\(text)")
        }

        func kill() {
            Foundation.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        deinit { if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) } }
    }

    private func worker(_ bench: LogBench, _ more: String...) -> [String] {
        [
            "worker", "--log", bench.log, "--model", StreetModelTests.model, "--session-timeout", "1", "--log-level",
            "warning",
        ] + more
    }

    /// Runs `lapwing` with a file as its standard input.
    private func piped(_ path: String, _ arguments: [String]) async throws -> Outcome {
        let command = ([Program.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
        return try await Program.start(["-c", "cat '\(path)' | \(command)"], executable: "/bin/sh").outcome()
    }

    @Test("standard input gives the results of the file", arguments: ["ts", "fragmented.mp4"])
    func standardInput(ending: String) async throws {
        let clip = try Clips.moving(frames: 50)
        let options = ending == "fragmented.mp4" ? ["-movflags", "frag_keyframe+empty_moov"] : []
        let stream = try Clips.converted(clip, to: "stdin.\(ending)", ["-c", "copy"] + options)
        let bench = try LogBench()
        let outcome = try await piped(
            stream,
            ["submit", "-", "--log", bench.log, "--video-id", "piped", "--chunk-seconds", "2", "--json"])
        #expect(outcome.exitCode == 0, "\(outcome)")
        let line = try #require(try JSONLines(outcome.output).objects.first)
        #expect(line["frames"] as? Int == 50 && line["video_id"] as? String == "piped", "\(outcome)")
        _ = try await bench.submit(stream, "--video-id", "filed", "--chunk-seconds", "2")
        try await Program.succeed(worker(bench, "--exit-when-idle"))
        func frames(_ video: String) async throws -> [String] {
            try await bench.results(video).split(separator: "\n").filter { $0.contains(#""type":"frame""#) }
                .map { String($0).replacing(video, with: "VIDEO") }
        }
        let piped = try await frames("piped")
        #expect(piped.count == 50)
        #expect(try await frames("filed") == piped)
        let started = try #require(
            try JSONLines(await bench.results("piped")).objects.first?["source"] as? [String: Any])
        #expect(started["live"] as? Bool == true && started["start_time"] == nil, "\(started)")
    }

    @Test("--start-time gives a file's results their time of day")
    func startTime() async throws {
        let bench = try LogBench()
        let id = try await bench.submit(Clips.moving(frames: 10), "--start-time", "2026-11-23T18:59:28.5+01:00")
        try await Program.succeed(worker(bench, "--exit-when-idle"))
        let source = try #require(try JSONLines(await bench.results(id)).objects.first?["source"] as? [String: Any])
        #expect(source["start_time"] as? String == "2026-11-23T17:59:28.500Z")
        #expect(source["live"] == nil)
    }

    @Test(
        "what cannot be read is said at once, without the password, and leaves nothing behind",
        arguments: [
            ("rtsp://viewer:s3cr3t@127.0.0.1:9/camera?token=h1dd3n", "rtsp://127.0.0.1:9/camera: cannot be read:"),
            (
                "http://viewer:s3cr3t@127.0.0.1:9/live.m3u8?token=h1dd3n",
                "http://127.0.0.1:9/live.m3u8: cannot be read:"
            ),
            ("gopher://127.0.0.1/x", "addresses of kind 'gopher' are not read"),
        ])
    func badAddress(address: String, expected: String) async throws {
        let bench = try LogBench()
        let outcome = try await Program.run(["submit", address, "--log", bench.log])
        #expect(outcome.exitCode == 1, "\(outcome)")
        #expect(outcome.errorLines.count == 1 && outcome.errors.contains(expected), "\(outcome)")
        #expect(!outcome.errors.contains("s3cr3t") && !outcome.errors.contains("h1dd3n"), "\(outcome)")
        #expect(try await bench.status().videos.isEmpty)
    }

    @Test("what comes on standard input and is no video is said")
    func badInput() async throws {
        let bench = try LogBench()
        let sound = try Clips.generated("sound.ts", ["sine=duration=1"])
        for (path, expected) in [
            (try Clips.file("text.txt", "no video\n"), "is not a video"), (sound, "holds no video stream"),
            ("/dev/null", "is not a video"),
        ] {
            let outcome = try await piped(path, ["submit", "-", "--log", bench.log])
            #expect(outcome.exitCode == 1 && outcome.errors.contains("standard input: "), "\(outcome)")
            #expect(outcome.errors.contains(expected), "\(outcome)")
        }
        #expect(try await bench.status().videos.isEmpty)
    }

    @Test(
        "is refused where it makes no sense",
        arguments: [
            (["rtsp://c/s", "a.mp4"], "a stream is submitted by itself"),
            (["a.mp4", "--until", "2h"], "--until is for"),
            (["rtsp://c/s", "--parallel-detect"], "--parallel-detect is for files"),
            (["rtsp://c/s", "--until", "noon"], "--until"), (["-", "--segment-hours", "0"], "--segment-hours must be"),
        ])
    func refusals(arguments: [String], expected: String) async throws {
        let outcome = try await Program.run(["submit", "--log", "sqlite:/nowhere/x.db"] + arguments)
        #expect(outcome.exitCode == 2 && outcome.errors.contains(expected), "\(outcome)")
    }

    @Test(
        "a camera that dies, a producer that is killed, and videos that follow one another: all is accounted for",
        .enabled(if: hasServer, "needs an RTSP server: bash Scripts/setup.sh --test"))
    func camera() async throws {
        let bench = try LogBench()
        let camera = try Camera()
        let wrong = try await Program.run([
            "submit", camera.address.replacing("/camera", with: "/nothing"), "--log", bench.log,
        ])
        #expect(wrong.exitCode == 1 && wrong.errors.contains("404 Not Found"), "\(wrong)")
        #expect(wrong.errors.contains("rtsp://127.0.0.1:\(camera.port)/nothing"), "\(wrong)")

        let arguments = [
            "submit", camera.address, "--log", bench.log, "--video-id", "gate", "--chunk-seconds", "1",
        ]
        let worker = try Program.start(worker(bench))
        let killed = try Program.start(arguments)
        _ = try await bench.wait { $0.videos.first?.chunksDone ?? 0 >= 2 && $0.videos.first?.state == "live" }
        killed.send(SIGKILL)
        _ = await killed.outcome()
        // Somebody else goes on.
        let submitter = try Program.start(arguments + ["--segment-hours", "\(12.0 / 3600)", "--json"])
        var done = try await bench.wait { $0.videos.first?.chunksDone ?? 0 >= 4 }.videos.first?.chunksDone ?? 0
        camera.kill()
        let again = try Camera(port: camera.port)
        done = try await bench.wait { $0.videos.first?.chunksDone ?? 0 > done }.videos.first?.chunksDone ?? 0
        // The next video has begun.
        _ = try await bench.wait { $0.videos.count == 2 && $0.videos.allSatisfy { $0.framesDone > 0 } }
        submitter.send(SIGTERM)
        let outcome = await submitter.outcome()
        #expect(outcome.exitCode == 0, "\(outcome)")
        again.kill()
        _ = try await bench.wait { $0.videos.allSatisfy { $0.state == "ended" } }
        worker.send(SIGTERM)
        #expect(await worker.outcome().exitCode == 0)

        let submitted = try JSONLines(outcome.output).objects
        let ids = submitted.compactMap { $0["video_id"] as? String }
        #expect(ids.count >= 2 && ids.first == "gate", "\(outcome)")
        var reasons: [String] = []
        var texts = outcome.errors
        for (id, submission) in zip(ids, submitted) {
            let text = try await bench.results(id)
            texts += text
            let records = try JSONLines(text)
            #expect(records.frames.compactMap { $0["frame"] as? Int } == Array(0..<records.frames.count))
            let times = records.frames.compactMap { $0["time_ms"] as? Double }
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "\(id)")
            let ledger = try #require(records.objects.last?["ledger"] as? [String: Any])
            #expect(ledger["frames_expected"] as? Int == records.frames.count, "\(ledger)")
            #expect(submission["frames"] as? Int == records.frames.count, "\(submission)")
            reasons += records.objects.filter { $0["event"] as? String == "gap" }.compactMap { $0["reason"] as? String }
            let source = try #require(records.objects.first?["source"] as? [String: Any])
            #expect(source["name"] as? String == "rtsp://127.0.0.1:\(camera.port)/camera")
            let time = try #require((source["start_time"] as? String).flatMap(StartTime.seconds))
            #expect(abs(Date.now.timeIntervalSince1970 - time) < 600)
        }
        #expect(reasons == ["producer restarted", "source lost"])
        let secrets = ["s3cr3t", "h1dd3n"]
        #expect(!secrets.contains { texts.contains($0) }, "\(texts)")
        let log = try Data(contentsOf: URL(fileURLWithPath: bench.path))
        for secret in secrets { #expect(log.range(of: Data(secret.utf8)) == nil) }
    }

    @Test("a playlist that is a recording is read to its end, and one that names files is not followed")
    func playlist() async throws {
        let folder = try TemporaryFolder()
        try SyntheticClip.ffmpeg([
            "-i", try Clips.moving(frames: 50), "-c", "copy", "-f", "hls", "-hls_time", "1", "-hls_list_size", "0",
            folder.path + "/video.m3u8",
        ])
        let stream = try Clips.converted(try Clips.moving(frames: 50), to: "secret.ts", ["-c", "copy"])
        try "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://\(stream)\n#EXT-X-ENDLIST\n".write(
            toFile: folder.path + "/trap.m3u8", atomically: true, encoding: .utf8)
        let server = try Program.start(
            ["python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"], in: folder.path, seconds: 120,
            executable: "/usr/bin/env")
        let deadline = ContinuousClock.now + .seconds(60)
        while !server.output.contains("port "), .now < deadline { try await Task.sleep(for: .milliseconds(10)) }
        let port = try #require(server.output.firstMatch(of: /port (\d+)/)).1
        let bench = try LogBench()
        let outcome = try await Program.succeed([
            "submit", "http://127.0.0.1:\(port)/video.m3u8", "--log", bench.log, "--video-id", "playlist", "--json",
        ])
        #expect(try JSONLines(outcome.output).objects.first?["frames"] as? Int == 50, "\(outcome)")
        #expect(!outcome.errors.contains("source lost"), "\(outcome)")
        let trapped = try await Program.run([
            "submit", "http://127.0.0.1:\(port)/trap.m3u8", "--log", bench.log, "--video-id", "trap",
        ])
        #expect(trapped.exitCode == 1, "\(trapped)")
        #expect(try await bench.status().videos.map(\.videoId) == ["playlist"])
        server.send(SIGKILL)
    }

    @Test("--until takes a time of day, a moment or a length of time")
    func until() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "Europe/Berlin"))
        let now = try Date("2026-11-23T16:59:28Z", strategy: .iso8601)
        for (text, expected) in [
            ("18:00", "2026-11-23T17:00:00.000Z"), ("17:59", "2026-11-24T16:59:00.000Z"),
            ("2026-11-25T00:00:00Z", "2026-11-25T00:00:00.000Z"), ("2h", "2026-11-23T18:59:28.000Z"),
            ("90s", "2026-11-23T17:00:58.000Z"),
        ] {
            let time = try #require(StopTime(argument: text), "\(text)")
            #expect(StartTime.text(time.seconds(now: now, calendar: calendar)) == expected, "\(text)")
        }
        for text in ["noon", "24:00", "18:0x", "1:2:3", "90", "", "0s", "-1h"] {
            #expect(StopTime(argument: text) == nil, "\(text)")
        }
    }
}
