import EventLog
import Foundation
import Logging
import PipelineTesting
import SQLiteLog
import Synchronization
import Telemetry
import Testing

@testable import Pipeline

@Suite("Metrics")
struct MetricsTests {
    /// Values by series, as `name{label="value"}`, of one registry.
    private func series(_ registry: MetricRegistry) -> [String: Double] {
        var values: [String: Double] = [:]
        for line in PrometheusText.of(registry).split(separator: "\n") where !line.hasPrefix("#") {
            guard let end = line.lastIndex(of: " ") else { continue }
            values[String(line[..<end])] = Double(line[line.index(after: end)...])
        }
        return values
    }

    private func ledgers(_ ids: some Sequence<VideoID>, _ rig: Rig, _ log: any EventLog) async throws -> [Ledger] {
        var ledgers: [Ledger] = []
        for id in ids { ledgers.append(try #require(try await rig.decoded(id, from: log).last?.ledger)) }
        return ledgers
    }

    @Test("After a run they agree with the ledgers, with the log and with what the detector saw")
    func agreement() async throws {
        let clips = try [
            Rig.clip("metrics", frames: 60), Rig.clip("metrics", frames: 35, seed: 1),
            Rig.clip("metrics", frames: 21, seed: 2),
        ]
        let configuration = try await Rig(partitions: 1).configuration(every: 2)
        let expected = try await Rig.undisturbed(clips, configuration: configuration)
        let rig = try await Rig(partitions: 3)
        let log = try rig.open()
        let metrics = MetricRegistry()
        let ids = try await rig.submit(clips, to: log, metrics: metrics)
        _ = try await rig.submit([clips[0]], to: log, metrics: metrics)
        let batches = Mutex<[Int]>([])
        try await rig.worker(
            log, configuration: configuration, capacity: 8, batchSize: 4,
            onBatch: { size in batches.withLock { $0.append(size) } }, decoderRestarts: { 3 }, metrics: metrics
        ).run()
        for (id, bytes) in expected {
            #expect(firstDifference(bytes, try await rig.results(id, from: log)) == nil, "measuring changes nothing")
        }

        let values = series(metrics)
        let ledgers = try await ledgers(ids, rig, log)
        func sum(_ field: KeyPath<Ledger, Int>) -> Double { Double(ledgers.reduce(0) { $0 + $1[keyPath: field] }) }
        #expect(values[#"lapwing_frames_total{result="processed"}"#] == sum(\.framesProcessed))
        #expect(values[#"lapwing_frames_total{result="skipped"}"#] == sum(\.framesSkipped))
        #expect(sum(\.framesProcessed) > 50 && sum(\.framesSkipped) > 50)
        #expect(values[#"lapwing_chunks_total{result="processed"}"#] == sum(\.chunksProcessed))
        #expect(values[#"lapwing_videos_total{outcome="ended"}"#] == 3)

        let records = expected.values.reduce(0) { $0 + $1.count }
        let bytes = expected.values.joined().reduce(0) { $0 + $1.count }
        let written = try #require(values[#"lapwing_written_records_total{role="worker"}"#])
        // A checkpoint per chunk; compaction takes old ones away.
        #expect(written == Double(records) + sum(\.chunksProcessed))
        #expect(try #require(values[#"lapwing_written_bytes_total{role="worker"}"#]) > Double(bytes))
        let detections = try await ids.asyncSum {
            try await rig.decoded($0, from: log).reduce(0) { $0 + ($1.objects?.count ?? 0) }
        }
        #expect(values["lapwing_detections_total"] == Double(detections))
        for kind in ["born", "confirmed", "lost", "recovered", "ended"] {
            let count = try await ids.asyncSum { id in
                try await rig.decoded(id, from: log).count { $0.type == .trackEvent && $0.event == kind }
            }
            #expect(values["lapwing_track_events_total{event=\"\(kind)\"}"] == Double(count), "\(kind)")
        }

        let sizes = batches.withLock { $0 }
        #expect(values["lapwing_batch_frames_count"] == Double(sizes.count))
        #expect(values["lapwing_batch_frames_sum"] == Double(sizes.reduce(0, +)))
        #expect(values["lapwing_batch_frames_limit"] == 4)
        #expect(sizes.contains { $0 < 4 } && sizes.contains(4), "full ones and others")
        let processed = sum(\.framesProcessed)
        for name in [
            "lapwing_inference_duration_seconds_count", #"lapwing_stage_duration_seconds_count{stage="tracking"}"#,
        ] {
            // Skipped frames are passed by the tracker, too.
            #expect(try #require(values[name]) >= processed, "\(name)")
        }
        #expect(values["lapwing_inference_duration_seconds_count"] == processed)
        #expect(values[#"lapwing_stage_duration_seconds_count{stage="scaling"}"#] == processed)
        for name in [
            "lapwing_chunk_work_duration_seconds", "lapwing_chunk_latency_seconds",
            "lapwing_end_to_end_latency_seconds",
        ] {
            #expect(values["\(name)_count{role=\"worker\"}"] == sum(\.chunksProcessed), "\(name)")
        }
        let chunkTime = try #require(values[#"lapwing_chunk_work_duration_seconds_sum{role="worker"}"#])
        let latency = try #require(values[#"lapwing_chunk_latency_seconds_sum{role="worker"}"#])
        #expect(chunkTime > 0 && latency > 0)
        #expect(try #require(values[#"lapwing_transactions_total{role="worker",result="committed"}"#]) >= 1)
        #expect(values["lapwing_decoder_restarts_total"] == 3)
        #expect(try #require(values[#"lapwing_rebalances_total{role="worker",event="assigned"}"#]) >= 1)
        #expect(try #require(values[#"lapwing_work_seconds_total{stage="decoding"}"#]) > 0)
        #expect(values["lapwing_chunk_memory_limit_bytes"] ?? 0 > 0)

        let submitted = ledgers.reduce(0) { $0 + ($1.framesExpected ?? 0) }
        #expect(values["lapwing_producer_frames_total"] == Double(submitted))
        #expect(values["lapwing_producer_chunks_total"] == sum(\.chunksProcessed))
        #expect(values[#"lapwing_producer_videos_total{outcome="submitted"}"#] == 3)
        #expect(values[#"lapwing_producer_videos_total{outcome="present"}"#] == 1)
        let received = try #require(values[#"lapwing_received_records_total{role="worker"}"#])
        #expect(received >= sum(\.chunksProcessed))
        await log.close()
    }

    @Test("With chunks spread, the sums are the same; what is found in them is counted by itself")
    func parallel() async throws {
        let rig = try await Rig(partitions: 2)
        let log = try rig.open()
        let id = try await rig.submit([Rig.clip("metrics", frames: 60)], to: log, parallelDetect: true)[0]
        let metrics = MetricRegistry()
        let processing = try rig.configuration()
        var configuration = WorkerConfiguration(
            group: rig.topics.workerGroup, memoryLimit: 64 << 20, spoolRoot: rig.folder.path,
            sessionTimeout: .seconds(2), exitWhenIdle: true)
        configuration.metrics = metrics
        try await WorkerPair(
            log: log, topics: rig.topics,
            handler: Processor(detector: ScriptedDetector(), configuration: processing, topics: rig.topics),
            processing: processing, configuration: configuration, logger: Rig.quiet
        ).run()
        let values = series(metrics)
        #expect(try await ledgers([id], rig, log)[0].isBalanced)
        #expect(values[#"lapwing_frames_total{result="processed"}"#] == 60)
        #expect(values[#"lapwing_chunks_total{result="processed"}"#] == 6)
        #expect(values[#"lapwing_chunks_total{result="detected"}"#] == 6)
        #expect(values[#"lapwing_end_to_end_latency_seconds_count{role="worker"}"#] == 6)
        #expect(values[#"lapwing_end_to_end_latency_seconds_count{role="tracker"}"#] == 6)
        await log.close()
    }

    @Test("What cannot be used is counted by why, as are videos that fail and submissions that do")
    func failures() async throws {
        let source = try await Rig(partitions: 1)
        let from = try source.open()
        let id = try await source.submit([Rig.clip("metrics", frames: 60)], to: from)[0]
        var records: [OutgoingRecord] = []
        try await from.readAll(TopicPartition(source.topics.chunks, 0)) { logged in
            var record = logged.record
            let header = try ChunkHeader(of: logged)
            if header.index == 2 { record.value?[100] ^= 0xff }
            if header.index == 4 {
                record = ChunkParts.records(header, Array("no video".utf8), topic: "", partition: nil)[0].record
            }
            records.append(OutgoingRecord(topic: source.topics.chunks, record: record))
        }
        await from.close()
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        try await log.append([OutgoingRecord(topic: rig.topics.chunks, record: Record(key: "x", value: [1]))] + records)
        let metrics = MetricRegistry()
        let messages = CapturedMessages()
        try await rig.worker(log, logger: messages.logger(.notice), metrics: metrics).run()
        let values = series(metrics)
        for (reason, count) in [("unreadable", 1.0), ("damaged", 1), ("undecodable", 1), ("detections", 0)] {
            #expect(values["lapwing_dead_letters_total{reason=\"\(reason)\"}"] == count, "\(reason)")
        }
        let ledger = try await ledgers([id], rig, log)[0]
        #expect(values[#"lapwing_frames_total{result="undecodable"}"#] == Double(ledger.framesUndecodable))
        #expect(values[#"lapwing_chunks_total{result="bad"}"#] == 2)
        #expect(
            messages.all.contains { $0.hasPrefix("chunk cannot be used; it is among the dead letters chunk=2 reason=") }
        )
        #expect(messages.all.contains { $0.contains("record cannot be read") && $0.contains("video_id=x") })

        let producing = MetricRegistry()
        let producer = Producer(log: log, topics: rig.topics, metrics: producing)
        await #expect(throws: (any Error).self) { try await producer.submit(path: rig.path) }
        #expect(producing.counter(.producerVideos, ["failed"]).value == 1)
        await log.close()
    }

    @Test("Lag is that of the partitions that the worker has, and goes down to nothing")
    func lag() async throws {
        let rig = try await Rig(partitions: 2)
        let log = try rig.open()
        let metrics = MetricRegistry()
        let gate = Mutex(false)
        let worker = try rig.worker(
            log, start: .streaming, exitWhenIdle: false, beforeFrame: { while !gate.withLock({ $0 }) { usleep(1000) } },
            metrics: metrics)
        let id = try await rig.submit([Rig.clip("metrics", frames: 60)], to: log)[0]
        let home = Partitioner.partition(forKey: id.rawValue, partitions: 2)
        async let running: Void = worker.run()
        try await eventually {
            series(metrics)["lapwing_lag_records{topic=\"lapwing.chunks\",partition=\"\(home)\"}"] == 6
        }
        try await eventually { series(metrics)[#"lapwing_partitions{role="worker"}"#] == 2 }
        try await eventually { series(metrics)[#"lapwing_queued_chunks{role="worker",queue="processor"}"#] ?? 0 > 0 }
        gate.withLock { $0 = true }
        try await eventually {
            series(metrics)["lapwing_lag_records{topic=\"lapwing.chunks\",partition=\"\(home)\"}"] == 0
        }
        await worker.stop()
        try await running
        await log.close()
    }

    @Test(
        "Ready once it has joined and the log answers, not before and not after; alive until its poll loop stands still"
    )
    func health() async throws {
        let rig = try await Rig(partitions: 2)
        let log = try rig.open()
        let health = HealthMonitor(patience: .seconds(3))
        let holding = CrashingLog(log, crashAt: .max, .beforeCommit)
        let worker = try rig.worker(holding, exitWhenIdle: false, health: health)
        #expect(health.readiness().problems == ["worker: group: it has not joined its group"])
        #expect(health.liveness().isGood)
        async let running: Void = worker.run()
        try await eventually { health.readiness().isGood }
        // No poll begins any more: all else goes on, and the log answers.
        try await holding.holdUp()
        try await eventually { !health.liveness().isGood }
        #expect(health.liveness().problems.first?.hasPrefix("worker: no sign of life for ") == true)
        #expect(!health.readiness().isGood)
        holding.goOn()
        try await eventually { health.readiness().isGood }
        await worker.stop()
        try await running
        #expect(health.readiness().problems == ["worker: group: it has left its group"])
        #expect(health.liveness().isGood)
        await log.close()
    }

    @Test("Not ready while the log does not answer")
    func logGone() async throws {
        let rig = try await Rig(partitions: 2)
        let log = try rig.open()
        let health = HealthMonitor()
        let dying = CrashingLog(log, crashAt: .max, .beforeCommit)
        let worker = try rig.worker(dying, exitWhenIdle: false, health: health)
        let running = Task { try await worker.run() }
        try await eventually { health.readiness().isGood }
        try await dying.holdUp()
        dying.kill()
        try await eventually { health.readiness().problems.contains { $0.hasPrefix("worker: log: ") } }
        dying.goOn()
        await #expect(throws: CrashingLog.Crash.self) { try await running.value }
        await log.close()
    }

    /// Looks until it is so; when it never is, that is the failure.
    private func eventually(
        _ condition: () -> Bool, location: SourceLocation = #_sourceLocation
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !condition() {
            try #require(.now < deadline, "it never came to that", sourceLocation: location)
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

extension Sequence {
    fileprivate func asyncSum(_ body: (Element) async throws -> Int) async rethrows -> Int {
        var sum = 0
        for element in self { sum += try await body(element) }
        return sum
    }
}
