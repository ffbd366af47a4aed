import EventLog
import Foundation
import PipelineTesting
import SQLiteLog
import Testing

@testable import Pipeline

@Suite("Records keep to their schemas")
struct SchemaTests {
    private func check(_ json: [UInt8], _ schema: JSONSchema) {
        let faults = schema.faults(of: json)
        #expect(faults.isEmpty, "\(faults) in \(String(decoding: json.prefix(600), as: UTF8.self))")
    }

    @Test("in every topic, for every kind of record that a run writes")
    func everyTopic() async throws {
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        let ids = try await rig.submit([Rig.clip("j", frames: 33), Rig.clip("j", frames: 20, seed: 1)], to: log)
        // A video that never ends, one damaged chunk, and a record of no kind.
        let damaged = TestChunk.records(video: "damaged", index: 0, bytes: Array("no video".utf8), isLast: true)
        let lonely = TestChunk.records(video: "lonely", index: 4, bytes: [1], isLast: true)
        try await log.append((damaged + lonely).map { OutgoingRecord(topic: rig.topics.chunks, record: $0.record) })
        try await log.append([OutgoingRecord(topic: rig.topics.chunks, record: Record(key: nil, value: [1]))])
        var schemas: [String: JSONSchema] = [:]
        for name in ["chunk-header", "result", "checkpoint", "video", "deadletter"] {
            schemas[name] = try JSONSchema(name)
        }
        let chunks = try #require(schemas["chunk-header"])
        try await log.readAll(TopicPartition(rig.topics.chunks, 0)) { logged in
            if let header = logged.record.header(ChunkHeader.headerName) { check(header, chunks) }
        }
        let crash = CrashingLog(log, crashAt: 3, .beforeCommit)
        await #expect(throws: CrashingLog.Crash.self) { try await rig.worker(crash, start: .streaming).run() }
        let topics = [
            (rig.topics.results, "result"), (rig.topics.checkpoints, "checkpoint"), (rig.topics.videos, "video"),
        ]
        var kinds: Set<String> = []
        for isFinished in [false, true] {
            if isFinished {
                try await rig.worker(
                    log, configuration: rig.configuration(emitPredicted: false), start: .streaming,
                    videoTimeout: .milliseconds(300)
                ).run()
            }
            for (topic, name) in topics {
                let schema = try #require(schemas[name])
                try await log.readAll(TopicPartition(topic, 0)) { logged in
                    let value = logged.record.value ?? []
                    check(value, schema)
                    guard topic == rig.topics.results else { return }
                    let record = try ResultRecord.decode(value, what: "a result")
                    kinds.insert(record.event.map { "\(record.type.rawValue) \($0)" } ?? record.type.rawValue)
                }
            }
        }
        let letters = try #require(schemas["deadletter"])
        var count = 0
        try await log.readAll(TopicPartition(rig.topics.deadLetters, 0)) { logged in
            check(logged.record.header(DeadLetter.headerName) ?? [], letters)
            count += 1
        }
        #expect(count == 2)
        #expect(
            kinds.isSuperset(of: [
                "frame", "track_event born", "track_event confirmed", "track_event ended", "video_event started",
                "video_event gap", "video_event ended", "video_event failed",
            ]), "\(kinds)")
        #expect(ids.count == 2)
        await log.close()
    }

    @Test("also of a video whose chunks are spread")
    func spread() async throws {
        let rig = try await Rig(partitions: 2)
        let log = try rig.open()
        try await rig.submit([Rig.clip("j", frames: 33)], to: log, parallelDetect: true)
        let chunks = try JSONSchema("chunk-header")
        // They are deleted once they are done.
        for partition in 0..<2 {
            try await log.readAll(TopicPartition(rig.topics.chunks, partition)) { logged in
                check(logged.record.header(ChunkHeader.headerName) ?? [], chunks)
            }
        }
        let videos = try JSONSchema("video")
        let checkpoints = try JSONSchema("checkpoint")
        try await rig.worker(log).run()
        var count = 0
        for partition in 0..<2 {
            try await log.readAll(TopicPartition(rig.topics.detections, partition)) { logged in
                let header = logged.record.header(ChunkHeader.headerName) ?? []
                check(header, chunks)
                #expect(String(decoding: header, as: UTF8.self).contains("\"configuration_hash\""))
                count += 1
            }
        }
        #expect(count == 4)
        try await Worker(
            log: log, topics: rig.topics,
            handler: DetectionTracker(configuration: try rig.configuration(), topics: rig.topics),
            configuration: WorkerConfiguration(
                group: rig.topics.trackerGroup, spoolRoot: rig.folder.path, sessionTimeout: .seconds(2),
                exitWhenIdle: true), logger: Rig.quiet
        ).run()
        for partition in 0..<2 {
            for (topic, schema) in [(rig.topics.videos, videos), (rig.topics.checkpoints, checkpoints)] {
                try await log.readAll(TopicPartition(topic, partition)) { logged in
                    check(logged.record.value ?? [], schema)
                    #expect(String(decoding: logged.record.value ?? [], as: UTF8.self).contains("\"parallel\":true"))
                }
            }
        }
        await log.close()
    }

    @Test("and a schema refuses what is not in it")
    func refusals() throws {
        let schema = try JSONSchema("deadletter")
        #expect(
            schema.faults(of: Array(#"{"schema":1,"reason":"x","topic":"t","partition":0,"offset":1}"#.utf8)).isEmpty)
        for bad in [
            "7", "{}", #"{"schema":2,"reason":"x","topic":"t","partition":0,"offset":1}"#,
            #"{"schema":1,"reason":1,"topic":"t","partition":0,"offset":1}"#,
            #"{"schema":1,"reason":"x","topic":"t","partition":-1,"offset":1}"#,
            #"{"schema":1,"reason":"x","topic":"t","partition":0,"offset":1,"more":1}"#,
        ] {
            #expect(!schema.faults(of: Array(bad.utf8)).isEmpty, "\(bad)")
        }
    }
}
