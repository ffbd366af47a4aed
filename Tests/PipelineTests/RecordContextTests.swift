import EventLog
import Foundation
import PipelineTesting
import SQLiteLog
import Testing

@testable import Pipeline

@Suite("What goes with a video in headers")
struct RecordContextTests {
    private static let given = RecordContext(
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "vendor=1,other=2",
        camera: "gate-1")

    // MARK: Their form

    @Test("A traceparent is as the W3C's recommendation says; versions to come may say more")
    func traceparents() {
        let trace = "0af7651916cd43dd8448eb211c80319c"
        let parent = "b7ad6b7169203331"
        for good in ["00-\(trace)-\(parent)-01", "00-\(trace)-\(parent)-00", "cc-\(trace)-\(parent)-01-what-comes"] {
            #expect(RecordContext.isTraceparent(good), "\(good)")
            #expect(RecordContext(traceparent: good).traceID == trace)
        }
        for bad in [
            "", "00", "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-01-more", "ff-\(trace)-\(parent)-01",
            "00-\(trace.uppercased())-\(parent)-01", "00-\(String(repeating: "0", count: 32))-\(parent)-01",
            "00-\(trace)-\(String(repeating: "0", count: 16))-01", "00-\(trace)-\(parent)-0g",
            " 00-\(trace)-\(parent)-01",
            "cc-\(trace)-\(parent)-01-\(String(repeating: "a", count: 300))", "00-\(trace)-\(parent)-01\n",
        ] {
            #expect(!RecordContext.isTraceparent(bad), "\(bad)")
        }
    }

    @Test("Cameras are 1 to 64 printable ASCII characters; a tracestate goes with a traceparent only")
    func form() {
        for good in ["gate-1", "Parking lot, level 2", String(repeating: "c", count: 64)] {
            #expect(RecordContext(traceparent: nil, camera: good).camera == good)
        }
        for bad in ["", " a", "a ", "a\nb", "caméra", String(repeating: "c", count: 65), "\u{1b}[0m"] {
            #expect(RecordContext(traceparent: nil, camera: bad).camera == nil, "\(bad)")
        }
        #expect(RecordContext(traceparent: "nonsense", tracestate: "a=1").tracestate == nil)
        #expect(RecordContext(traceparent: Self.given.traceparent, tracestate: "a=1\n").tracestate == nil)
        let long = String(repeating: "a", count: 513)
        #expect(RecordContext(traceparent: Self.given.traceparent, tracestate: long).tracestate == nil)
    }

    @Test("A trace of its own is valid, and another one each time; one that is there stays")
    func traces() {
        let traces = (0..<200).compactMap { _ in RecordContext().traced().traceparent }
        #expect(Set(traces).count == 200)
        #expect(traces.allSatisfy(RecordContext.isTraceparent))
        #expect(Self.given.traced() == Self.given)
        #expect(RecordContext(traceparent: nil, camera: "c").traced().camera == "c")
    }

    @Test("What a record's headers say is read back; what is malformed there is as if it were not")
    func headers() {
        let record = Record(key: "v", value: nil, headers: Self.given.headers)
        #expect(RecordContext(of: record) == Self.given)
        let hostile = Record(
            key: "v", value: nil,
            headers: [
                .init("traceparent", [0xff, 0xfe]), .init("lapwing-camera", Array(repeating: 0x41, count: 100_000)),
                .init("tracestate", "a=1"),
            ])
        #expect(RecordContext(of: hostile).isEmpty)
        #expect(RecordContext(of: hostile).headers.isEmpty)
    }

    // MARK: Their way

    /// What the records of a topic say, by key, and how many there are.
    private func contexts(
        of topic: String, in log: any EventLog
    ) async throws -> [String: (context: RecordContext, count: Int)] {
        var found: [String: (context: RecordContext, count: Int)] = [:]
        for partition in 0..<(try await log.partitionCount(of: topic) ?? 0) {
            try await log.readAll(TopicPartition(topic, partition)) { logged in
                let key = String((logged.record.key ?? "?").prefix { $0 != "/" })
                let context = RecordContext(of: logged.record)
                let count = logged.record.headers.count { $0.name == "lapwing-camera" }
                #expect(count <= 1, "\(topic) \(logged.offset): once")
                if let known = found[key] {
                    #expect(known.context == context, "\(topic) \(logged.offset)")
                }
                found[key] = (context, (found[key]?.count ?? 0) + 1)
            }
        }
        return found
    }

    private func pair(
        _ rig: Rig, _ log: any EventLog, videoTimeout: Duration? = nil,
        onBadChunk: ProcessingConfiguration.BadChunkPolicy = .gap
    ) throws -> WorkerPair {
        let processing = try rig.configuration(onBadChunk: onBadChunk)
        return try WorkerPair(
            log: log, topics: rig.topics,
            handler: Processor(detector: ScriptedDetector(), configuration: processing, topics: rig.topics),
            processing: processing,
            configuration: WorkerConfiguration(
                group: rig.topics.workerGroup, start: .streaming, memoryLimit: 64 << 20, spoolRoot: rig.folder.path,
                sessionTimeout: .seconds(2), videoTimeout: videoTimeout, exitWhenIdle: true,
                commitInterval: .milliseconds(20)),
            logger: Rig.quiet)
    }

    @Test(
        "They are on all that is written of the video, whoever writes it and how often workers die; the bytes are the same",
        arguments: [false, true])
    func carried(parallel: Bool) async throws {
        let clips = try [Rig.clip("ctx", frames: 60), Rig.clip("ctx", frames: 35, seed: 1)]
        let expected = try await Rig.undisturbed(clips)
        let rig = try await Rig(partitions: 3)
        let log = try rig.open()
        let first = try await rig.submit([clips[0]], to: log, parallelDetect: parallel, context: Self.given)[0]
        let second = try await rig.submit([clips[1]], to: log, parallelDetect: parallel, context: RecordContext())[0]
        for crashAt in [2, 3] {
            let crashing = CrashingLog(log, crashAt: crashAt, crashAt == 2 ? .beforeCommit : .afterCommit)
            await #expect(throws: CrashingLog.Crash.self) { try await pair(rig, crashing).run() }
        }
        try await pair(rig, log).run()
        for (id, bytes) in expected {
            #expect(firstDifference(bytes, try await rig.results(id, from: log)) == nil)
        }
        let topics = rig.topics
        let own = try #require(try await contexts(of: topics.videos, in: log)[second.rawValue]?.context)
        #expect(own.traceparent != nil && own.camera == nil && own.traceID != Self.given.traceID)
        for topic in [topics.results, topics.checkpoints, topics.videos] {
            let found = try await contexts(of: topic, in: log)
            #expect(found[first.rawValue]?.context == Self.given, "\(topic)")
            #expect(found[second.rawValue]?.context == own, "\(topic)")
        }
        #expect(try await contexts(of: topics.results, in: log)[first.rawValue]?.count == expected[first]?.count)
        await log.close()
    }

    @Test("Chunks, detections and dead letters have them, too; a letter that is sent again keeps them")
    func letters() async throws {
        for parallel in [false, true] {
            let source = try await Rig(partitions: 1)
            let from = try source.open()
            let id = try await source.submit(
                [Rig.clip("ctx", frames: 60)], to: from, parallelDetect: parallel, context: Self.given)[0]
            #expect(try await contexts(of: source.topics.chunks, in: from)[id.rawValue]?.context == Self.given)
            var records: [OutgoingRecord] = []
            try await from.readAll(TopicPartition(source.topics.chunks, 0)) { logged in
                var record = logged.record
                if try ChunkHeader(of: logged).index == 2 { record.value?[100] ^= 0xff }
                records.append(OutgoingRecord(topic: source.topics.chunks, record: record))
            }
            await from.close()
            let rig = try await Rig(partitions: 1)
            let log = try rig.open()
            // What was found lies in the log until all who read it are through; a reader that never comes keeps it.
            let keeper = try await log.join(.init(group: "keeper", topics: [rig.topics.detections]))
            try await log.append(records)
            try await pair(rig, log).run()
            for topic in [rig.topics.results, rig.topics.checkpoints, rig.topics.deadLetters] {
                #expect(try await contexts(of: topic, in: log)[id.rawValue]?.context == Self.given, "\(topic)")
            }
            if parallel {
                let found = try await contexts(of: rig.topics.detections, in: log)
                #expect(found[id.rawValue]?.context == Self.given)
            }
            var letters: [DeadLetterBox.Letter] = []
            try await DeadLetterBox(log: log, topics: rig.topics).read { letters.append($0) }
            #expect(letters.count == 1)
            #expect(letters.allSatisfy { RecordContext(of: $0.record) == Self.given })
            try await keeper.leave()
            await log.close()
        }
    }

    @Test("A video that is given up has those of its last chunk, also when another worker had that")
    func givenUp() async throws {
        let source = try await Rig(partitions: 1)
        let from = try source.open()
        let id = try await source.submit([Rig.clip("ctx", frames: 60)], to: from, context: Self.given)[0]
        var records: [OutgoingRecord] = []
        try await from.readAll(TopicPartition(source.topics.chunks, 0)) { logged in
            // The last ones never come.
            guard try ChunkHeader(of: logged).index < 3 else { return }
            records.append(OutgoingRecord(topic: source.topics.chunks, record: logged.record))
        }
        await from.close()
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        try await log.append(records)
        // It is through with all that there is.
        try await rig.worker(log, start: .streaming, exitWhenIdle: true).run()
        #expect(try await rig.decoded(id, from: log).last?.event != "failed")
        let stopper = try rig.worker(log, start: .streaming, videoTimeout: .milliseconds(200), exitWhenIdle: false)
        async let running: Void = stopper.run()
        let end = try await ResultsReader(log: log, topics: rig.topics).read(id, follow: true) { _ in }
        #expect(end?.event == "failed")
        await stopper.stop()
        try await running
        #expect(try await contexts(of: rig.topics.results, in: log)[id.rawValue]?.context == Self.given)
        #expect(try await contexts(of: rig.topics.checkpoints, in: log)[id.rawValue]?.context == Self.given)
        await log.close()
    }

    @Test("A submission that is taken up again keeps what it was begun with")
    func resumed() async throws {
        let clip = try Rig.clip("ctx", frames: 60)
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        // The second append of chunks fails.
        let dying = CrashingLog(log, crashAt: 3, .beforeAppend)
        await #expect(throws: CrashingLog.Crash.self) {
            try await rig.submit([clip], to: dying, context: Self.given)
        }
        let id = try await rig.submit([clip], to: log, context: RecordContext(traceparent: nil, camera: "another"))[0]
        for topic in [rig.topics.chunks, rig.topics.videos] {
            #expect(try await contexts(of: topic, in: log)[id.rawValue]?.context == Self.given, "\(topic)")
        }
        await log.close()
    }

    @Test("Without being asked for, nothing is added")
    func none() async throws {
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        let id = try await rig.submit([Rig.clip("ctx", frames: 35, seed: 1)], to: log)[0]
        try await rig.worker(log).run()
        try await log.readAll(TopicPartition(rig.topics.results, 0)) {
            #expect($0.record.headers.map(\.name) == ["lapwing-worker"])
        }
        #expect(try await contexts(of: rig.topics.results, in: log)[id.rawValue]?.context == RecordContext())
        await log.close()
    }
}
