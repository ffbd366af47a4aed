import EventLog
import Foundation
import Pipeline
import SQLiteLog
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The built program, scraped as Prometheus would.
@Suite("Metrics, probes and logs of the commands")
struct MetricsCommandTests {
    private func worker(_ bench: LogBench, _ more: String...) -> [String] {
        ["worker", "--log", bench.log, "--model", StreetModelTests.model, "--session-timeout", "1"] + more
    }

    /// Where a program says that it serves its metrics, once it does.
    private func address(of program: RunningProgram) async throws -> URL {
        let deadline = ContinuousClock.now + .seconds(100)
        while true {
            if let match = program.errors.firstMatch(of: #/http://[0-9.:]+/metrics/#) {
                return try #require(URL(string: String(match.output))?.deletingLastPathComponent())
            }
            try #require(program.isRunning && .now < deadline, "\(program.errors)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func ask(_ base: URL, _ path: String) async throws -> (status: Int, text: String) {
        let (data, response) = try await URLSession.shared.data(from: base.appendingPathComponent(path))
        return (try #require(response as? HTTPURLResponse).statusCode, String(decoding: data, as: UTF8.self))
    }

    /// Values by series, as `name{label="value"}`.
    private func scrape(_ base: URL) async throws -> [String: Double] {
        var values: [String: Double] = [:]
        for line in try await ask(base, "metrics").text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let end = line.lastIndex(of: " ") else { continue }
            values[String(line[..<end])] = Double(line[line.index(after: end)...])
        }
        return values
    }

    private func eventually(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(100)
        while try await !condition() {
            try #require(.now < deadline, "it never came to that")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test("A worker's scrape agrees with what is in the log; its log is JSON with video, chunk and trace")
    func worker() async throws {
        let bench = try LogBench()
        let submitted = try await Program.succeed(
            [
                "submit", Clips.moving(frames: 100), "--log", bench.log, "--json", "--chunk-seconds", "2", "--camera",
                "gate-1",
            ],
            environment: ["TRACEPARENT": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
        let video = try #require(try JSONLines(submitted.output).objects.first?["video_id"] as? String)
        #expect(submitted.output.contains(#""trace_id":"0af7651916cd43dd8448eb211c80319c""#))
        let program = try Program.start(
            worker(bench, "--metrics-port", "0", "--log-format", "json", "--log-level", "debug"))
        let base = try await address(of: program)
        try await eventually { try await ask(base, "readyz").status == 200 }
        try await eventually { try await scrape(base)[#"lapwing_videos_total{outcome="ended"}"#] == 1 }
        #expect(try await ask(base, "healthz").text == #"{"status":"ok"}"#)
        let values = try await scrape(base)
        #expect(values[#"lapwing_frames_total{result="processed"}"#] == 100)
        #expect(values[#"lapwing_chunks_total{result="processed"}"#] == 5)
        #expect(values["lapwing_batch_frames_sum"] == 100)
        #expect(values.keys.contains { $0.hasPrefix("lapwing_info{") && $0.contains(#"command="worker""#) })
        #expect(values["lapwing_ready"] == 1)
        #expect(try #require(values["lapwing_memory_resident_bytes"]) > 10_000_000)
        program.send(SIGTERM)
        let outcome = await program.outcome()
        #expect(outcome.exitCode == 0, "\(outcome)")

        let lines = try JSONLines(outcome.errors).objects
        for line in lines {
            for key in ["time", "level", "label", "message"] { #expect(line[key] is String, "\(line)") }
        }
        let chunks = lines.filter { $0["message"] as? String == "chunk committed" }
        #expect(chunks.compactMap { $0["chunk"] as? Int } == [0, 1, 2, 3, 4])
        let done = try #require(lines.first { $0["message"] as? String == "video done" })
        for line in chunks + [done] {
            #expect(line["video_id"] as? String == video)
            #expect(line["trace_id"] as? String == "0af7651916cd43dd8448eb211c80319c")
        }
        let time = try #require(lines.first?["time"] as? String)
        #expect(time.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/#) != nil, "\(time)")

        let log = try SQLiteLog(path: bench.path)
        var records = 0
        for partition in 0..<16 {
            try await log.readAll(TopicPartition("lapwing.results", partition)) { logged in
                records += 1
                #expect(logged.record.header("lapwing-camera") == Array("gate-1".utf8))
                #expect(logged.record.header("traceparent")?.count == 55)
            }
        }
        #expect(records > 100)
        await log.close()
    }

    @Test("A producer's scrape says what it has sent and that it waits")
    func producer() async throws {
        let bench = try LogBench()
        let clips = try (0..<2).map { try Clips.moving(frames: 100, seed: $0) }
        // The first goes in as there is nothing yet, and leaves no room for another.
        let program = try Program.start(
            ["submit"] + clips + [
                "--log", bench.log, "--chunk-seconds", "1", "--log-limit", "20KiB", "--metrics-port", "0",
                "--log-format", "json",
            ])
        let base = try await address(of: program)
        try await eventually { try await scrape(base)["lapwing_producer_waiting"] == 1 }
        let values = try await scrape(base)
        #expect(values[#"lapwing_producer_videos_total{outcome="submitted"}"#] == 1)
        #expect(try #require(values["lapwing_producer_chunks_total"]) >= 10)
        #expect(try await ask(base, "readyz").status == 200)
        try await eventually { program.errors.contains("waiting for workers") }
        program.send(SIGKILL)
        let lines = try JSONLines(await program.outcome().errors).objects
        let submitted = try #require(lines.first { $0["message"] as? String == "video submitted" })
        #expect((submitted["video_id"] as? String)?.hasPrefix("moving-100-0-") == true)
        #expect((submitted["trace_id"] as? String)?.count == 32)
        #expect(lines.contains { $0["level"] as? String == "warning" })
    }

    @Test("A port in use is an error before any work is begun")
    func portInUse() async throws {
        let bench = try LogBench()
        let first = try Program.start(worker(bench, "--metrics-port", "0"))
        let port = try #require(try await address(of: first).port)
        let second = try await Program.run([
            "worker", "--log", bench.log, "--model", "none.onnx", "--metrics-port", "\(port)",
        ])
        #expect(second.exitCode == 1)
        let message = "another program listens there; choose another port (0: any that is free)"
        #expect(second.errors == "lapwing: error: --metrics-port \(port): 127.0.0.1:\(port): \(message)\n")
        first.send(SIGTERM)
        #expect(await first.outcome().exitCode == 0)
    }

    @Test("A worker that cannot begin says why and ends, though it serves already")
    func failure() async throws {
        let bench = try LogBench()
        let outcome = try await Program.run([
            "worker", "--log", bench.log, "--model", "none.onnx", "--metrics-port", "0",
        ])
        #expect(outcome.exitCode == 1, "\(outcome)")
        #expect(outcome.errors.contains("lapwing: error: ") && outcome.errors.contains("none.onnx"), "\(outcome)")
    }

    @Test("An address that others can reach needs a token that is long enough")
    func token() async throws {
        let bench = try LogBench()
        let folder = try TemporaryFolder()
        let short = try folder.file("short", Array("secret\n".utf8))
        let cases: [(arguments: [String], code: Int32, says: String)] = [
            (["--metrics-host", "0.0.0.0"], 2, "--token-file FILE"),
            (["--token-file", short], 1, "fewer than 16 characters"),
            (["--token-file", folder.path + "/none"], 1, "it cannot be read (No such file or directory)"),
            (["--metrics-host", "none.invalid", "--token-file", short], 1, "fewer than 16 characters"),
        ]
        for (arguments, code, says) in cases {
            let outcome = try await Program.run(worker(bench, "--metrics-port", "0") + arguments)
            #expect(outcome.exitCode == code, "\(outcome)")
            #expect(outcome.errors.contains(says) && !outcome.errors.contains("secret\n"), "\(outcome)")
        }
    }

    @Test("run serves them, too, and what it writes does not change")
    func run() async throws {
        let folder = try TemporaryFolder()
        let clip = try Clips.moving(frames: 100)
        func arguments(_ output: String) -> [String] {
            ["run", clip, "--model", StreetModelTests.model, "--output", folder.path + "/" + output, "--video-id", "v"]
        }
        let measured = try await Program.succeed(arguments("a") + ["--metrics-port", "0"])
        #expect(measured.errors.contains("metrics served address=http://127.0.0.1:"))
        let plain = try await Program.succeed(arguments("b"))
        #expect(!plain.errors.contains("metrics served"))
        let files = try ["a", "b"].map { try Data(contentsOf: folder.url("\($0)/v/results.jsonl")) }
        #expect(files[0] == files[1] && files[0].count > 10_000)
    }

    @Test("A camera's name and a trace are checked")
    func context() async throws {
        let bench = try LogBench()
        let clip = try Clips.moving(frames: 100)
        let wrong = try await Program.run(["submit", clip, "--log", bench.log, "--camera", "gate\n1"])
        #expect(wrong.exitCode == 2 && wrong.errors.contains("--camera must be 1 to 64"), "\(wrong)")
        let outcome = try await Program.succeed(
            ["submit", clip, "--log", bench.log, "--json"], environment: ["TRACEPARENT": "nonsense"])
        let warning = "TRACEPARENT is not a valid W3C traceparent: each video gets a trace of its own"
        #expect(outcome.errors == "lapwing: warning: \(warning)\n")
        #expect(outcome.output.contains(#/"trace_id":"[0-9a-f]{32}"/#))
    }
}
