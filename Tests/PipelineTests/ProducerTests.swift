import EventLog
import Foundation
import PipelineTesting
import SQLiteLog
import Synchronization
import Testing

@testable import Pipeline

@Suite("The producer")
struct ProducerTests {
    /// Refuses the n-th append.
    private final class FailingLog: EventLog {
        struct Refused: Error {}
        let base: any EventLog
        let failAt: Int
        let appends = Mutex(0)

        init(_ base: any EventLog, failAt: Int) {
            self.base = base
            self.failAt = failAt
        }

        var name: String { base.name }
        func append(_ records: [OutgoingRecord], onWait: (@Sendable () -> Void)?) async throws {
            let number = appends.withLock {
                $0 += 1
                return $0
            }
            if number >= failAt { throw Refused() }
            try await base.append(records, onWait: onWait)
        }
        func createTopics(_ topics: [TopicSpecification]) async throws { try await base.createTopics(topics) }
        func partitionCount(of topic: String) async throws -> Int? { try await base.partitionCount(of: topic) }
        func describe(_ topic: String) async throws -> TopicDescription? { try await base.describe(topic) }
        func read(_ partition: TopicPartition, from offset: Int64, maxBytes: Int, wait: Duration) async throws
            -> [LoggedRecord]
        { try await base.read(partition, from: offset, maxBytes: maxBytes, wait: wait) }
        func offsets(of partition: TopicPartition) async throws -> Range<Int64> {
            try await base.offsets(of: partition)
        }
        func join(_ configuration: ConsumerConfiguration) async throws -> any LogConsumer {
            try await base.join(configuration)
        }
        func group(_ name: String) async throws -> GroupDescription? { try await base.group(name) }
        func isFull(_ topic: String) async throws -> Bool { try await base.isFull(topic) }
        func close() async { await base.close() }
    }

    private func chunkHeaders(_ rig: Rig, _ log: any EventLog) async throws -> [ChunkHeader] {
        var headers: [ChunkHeader] = []
        for partition in 0..<(try await log.partitionCount(of: rig.topics.chunks) ?? 0) {
            try await log.readAll(TopicPartition(rig.topics.chunks, partition)) {
                headers.append(try ChunkHeader(of: $0))
            }
        }
        return headers
    }

    @Test("A video whose chunks the log deleted before a worker had done them is sent again", arguments: [0, 2])
    func expired(chunksDone: Int) async throws {
        let clip = try Rig.clip("expired", frames: 50)
        let expected = try await Rig.undisturbed([clip])
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        let id = try await rig.submit([clip], to: log)[0]
        if chunksDone > 0 {
            await #expect(throws: CrashingLog.Crash.self) {
                let crashing = CrashingLog(log, crashAt: chunksDone + 1, .beforeCommit)
                try await rig.worker(crashing, start: .streaming).run()
            }
        }
        // Somebody passes over all that is there, as retention does.
        let chunks = TopicPartition(rig.topics.chunks, 0)
        let consumer = try await log.join(
            ConsumerConfiguration(group: rig.topics.workerGroup, topics: [rig.topics.chunks]))
        var assigned = false
        while !assigned { if case .assigned = try await consumer.poll(timeout: .seconds(1)) { assigned = true } }
        let end = try await log.offsets(of: chunks).upperBound
        try await consumer.commit(LogTransaction(records: [], offsets: [chunks: end]))
        try await consumer.leave()
        try #expect(await log.offsets(of: chunks).isEmpty)

        let again = try await Producer(log: log, topics: rig.topics, chunkSeconds: 1).submit(path: clip)
        #expect(!again.wasThere)
        let sent = Set(try await chunkHeaders(rig, log).map(\.index))
        #expect(sent == Set(chunksDone..<5))
        let third = try await Producer(log: log, topics: rig.topics, chunkSeconds: 1).submit(path: clip)
        #expect(third.wasThere)
        try await rig.worker(log).run()
        #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil)
        let fourth = try await Producer(log: log, topics: rig.topics, chunkSeconds: 1).submit(path: clip)
        #expect(fourth.wasThere)
        await log.close()
    }

    @Test("The same file twice is sent once")
    func twice() async throws {
        let rig = try await Rig()
        let log = try rig.open()
        let clip = try Rig.clip("p", frames: 30)
        let first = try await Producer(log: log, topics: rig.topics, chunkSeconds: 1).submit(path: clip)
        #expect(!first.wasThere && first.registration.chunks == 3 && first.registration.frames == 30)
        let headers = try await chunkHeaders(rig, log)
        for producer in [1.0, 2.0].map({ Producer(log: log, topics: rig.topics, chunkSeconds: $0) }) {
            let again = try await producer.submit(path: clip)
            #expect(again.wasThere && again.registration == first.registration)
        }
        #expect(try await chunkHeaders(rig, log) == headers)
        await log.close()
    }

    @Test(
        "Broken off after any append and submitted again, even with another cut, each chunk is in the log once",
        arguments: 1...5)
    func resumed(failAt: Int) async throws {
        let rig = try await Rig()
        let log = try rig.open()
        let clip = try Rig.clip("p", frames: 30)
        await #expect(throws: FailingLog.Refused.self) {
            try await Producer(
                log: FailingLog(log, failAt: failAt), topics: rig.topics, chunkSeconds: 1, appendBytes: 1
            ).submit(
                path: clip)
        }
        // At 1 nothing is known of the first attempt, so that the new cut counts.
        let resumed = try await Producer(log: log, topics: rig.topics, chunkSeconds: failAt == 1 ? 1 : 2).submit(
            path: clip)
        #expect(!resumed.wasThere)
        let headers = try await chunkHeaders(rig, log)
        #expect(headers.map(\.index) == [0, 1, 2])
        #expect(headers.last?.totalFrames == 30 && headers.last?.totalChunks == 3)
        await log.close()
    }

    @Test("A chunk larger than a record goes in parts, none of them above the limit")
    func parts() async throws {
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        let url = rig.folder.url("noise.mp4")
        try SyntheticClip.ffmpeg([
            "-f", "lavfi", "-i", "nullsrc=size=640x480:rate=10,geq=random(1)*255:128:128", "-frames:v", "12", "-c:v",
            "libx264",
            "-preset", "ultrafast", "-qp", "1", "-g", "100", url.path,
        ])
        let id = try await rig.submit([url.path], to: log)[0]
        let headers = try await chunkHeaders(rig, log)
        #expect(headers.count > 2)
        #expect(Set(headers.map(\.index)) == [0])
        #expect(headers.map(\.part) == Array(0..<headers.count))
        #expect(headers.allSatisfy { $0.byteCount <= 900_000 })
        #expect(headers.map(\.sha256).dropLast().allSatisfy { $0 == nil } && headers.last?.sha256 != nil)
        try await rig.worker(log).run()
        #expect(try await rig.decoded(id, from: log).last?.ledger?.framesProcessed == 12)
        await log.close()
    }

    @Test("What is no video is refused before anything is sent")
    func notAVideo() async throws {
        let rig = try await Rig()
        let log = try rig.open()
        let producer = Producer(log: log, topics: rig.topics)
        let text = try rig.folder.file("notes.mp4", Array("not a video at all".utf8))
        let empty = try rig.folder.file("empty.mp4", [])
        for path in [text, empty, rig.folder.path + "/none.mp4", rig.folder.path] {
            await #expect(throws: (any Error).self) { try await producer.submit(path: path) }
        }
        #expect(try await PipelineStatus(of: log, topics: rig.topics).videos.isEmpty)
        await log.close()
    }

    @Test("The collector's files hold the source's pictures and packets")
    func rebuilt() async throws {
        let rig = try await Rig()
        let log = try rig.open()
        let clips = try (0..<3).map { try Rig.clip("r", frames: 40, seed: $0) }
        let ids = try await rig.submit(clips, to: log)
        let output = rig.folder.path + "/videos"
        for _ in 0..<2 {
            // The second time, everything is there already.
            let rebuilder = try Rebuilder(folder: output, logger: Rig.quiet)
            let worker = try Worker(
                log: log, topics: rig.topics, handler: rebuilder,
                configuration: WorkerConfiguration(
                    group: rig.topics.collectGroup, spoolRoot: rig.folder.path, exitWhenIdle: true),
                logger: Rig.quiet)
            try await worker.run()
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: output).sorted()
        #expect(names == ids.map { "\($0).mp4" }.sorted())
        for (clip, id) in zip(clips, ids) {
            let sums = try ["\(output)/\(id).mp4", clip].map { path in
                let sum = rig.folder.url("sum.txt")
                try SyntheticClip.ffmpeg(["-i", path, "-map", "0:v", "-f", "framemd5", sum.path])
                let packets = rig.folder.url("packets.txt")
                try SyntheticClip.ffmpeg(["-i", path, "-map", "0:v", "-c", "copy", "-f", "streamhash", packets.path])
                return try String(contentsOf: sum, encoding: .utf8) + String(contentsOf: packets, encoding: .utf8)
            }
            #expect(sums[0] == sums[1])
        }
        await log.close()
    }
}
