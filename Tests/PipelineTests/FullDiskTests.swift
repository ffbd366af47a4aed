import EventLog
import Foundation
import Logging
import SQLiteLog
import Testing

@testable import Pipeline

@Suite("A disk that fills up")
struct FullDiskTests {
    @Test("A spool on a full disk says so, and holds nothing of what it could not take")
    func noSpace() throws {
        let root = try TemporaryFolder()
        let spool = try Spool(root: root.path)
        let path = spool.makePath()
        // Every write to this device fails with ENOSPC.
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
        let error = #expect(throws: PipelineError.self) { try spool.write([1, 2, 3], to: path, at: 0) }
        #expect(error?.code == .full)
        #expect(error?.detail.contains("--spool-dir") == true && error?.detail.contains(root.path) == true)
        #expect(spool.bytesUsed == 0)
        let unwritable = #expect(throws: PipelineError.self) { try spool.write([1], to: root.path, at: 0) }
        #expect(unwritable?.code == .unwritable, "what will not pass is not waited out")
    }

    @Test("A chunk that only half fits into the spool is whole, and gives all of it back")
    func half() throws {
        let root = try TemporaryFolder()
        let budget = MemoryBudget(limit: 1)
        let spool = try Spool(root: root.path, limit: 250)
        let data = (0..<400).map { UInt8(truncatingIfNeeded: $0) }
        let records = TestChunk.records(video: "v", index: 0, bytes: data, parts: 4)
        do {
            let chunk = ChunkAssembly(
                header: try ChunkHeader(of: records[0]), topicPartition: records[0].topicPartition, budget: budget)
            for record in records { #expect(chunk.add(try ChunkHeader(of: record), record)) }
            let error = #expect(throws: PipelineError.self) { try chunk.spill(to: spool) }
            #expect(error?.code == .full)
            #expect(error?.detail.contains("--spool-limit") == true)
            #expect(spool.bytesUsed == 200)
            #expect(try chunk.load() == data)
        }
        #expect(spool.bytesUsed == 0)
        #expect(budget.bytesUsed == 0)
    }

    /// Chunks of several videos by turns in one partition.
    private func interleaved(_ clips: [String]) async throws -> (rig: Rig, log: SQLiteLog, ids: [VideoID]) {
        let source = try await Rig(partitions: 1)
        let first = try source.open()
        let ids = try await source.submit(clips, to: first)
        var byVideo: [String: [LoggedRecord]] = [:]
        try await first.readAll(TopicPartition(source.topics.chunks, 0)) { logged in
            byVideo[logged.record.key ?? "", default: []].append(logged)
        }
        await first.close()
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        for turn in 0..<(byVideo.values.map(\.count).max() ?? 0) {
            try await log.append(
                ids.compactMap { byVideo[$0.rawValue]?.dropFirst(turn).first }
                    .map { .init(topic: rig.topics.chunks, partition: 0, record: $0.record) })
        }
        return (rig, log, ids)
    }

    @Test("A spool that takes nothing holds up neither the work nor changes its bytes; it is said once")
    func spoolIsFull() async throws {
        let clips = try (0..<3).map { try Rig.clip("full", frames: 45 - 10 * $0, seed: $0) }
        let expected = try await Rig.undisturbed(clips)
        let (rig, log, ids) = try await interleaved(clips)
        let messages = CapturedMessages()
        try await rig.worker(log, memory: 1, spoolLimit: 0, pollBytes: 1, logger: messages.logger()).run()
        for id in ids { #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil) }
        await log.close()
        let said = messages.all.filter { $0.contains("the spool is full") }
        #expect(said.count == 1 && said[0].contains("--spool-limit"))
        // One byte is too little for any chunk.
        #expect(messages.all.count { $0.contains("raise --memory") } == 1)
        #expect(messages.all.count == 2, "\(messages.all)")
    }

    @Test("Videos are rebuilt one after the other, though the spool takes nothing and they come by turns")
    func rebuilding() async throws {
        let (rig, log, ids) = try await interleaved((0..<3).map { try Rig.clip("turns", frames: 35, seed: $0) })
        let folder = rig.folder.path + "/rebuilt"
        var configuration = WorkerConfiguration(
            group: rig.topics.collectGroup, memoryLimit: 1, spoolRoot: rig.folder.path, spoolLimit: 0,
            exitWhenIdle: true)
        configuration.pollBytes = 1
        let worker = try Worker(
            log: log, topics: rig.topics, handler: try Rebuilder(folder: folder, logger: Rig.quiet),
            configuration: configuration, logger: Rig.quiet)
        try await worker.run()
        await log.close()
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(files == ids.map { "\($0).mp4" }.sorted())
    }

    /// Takes what is in the partitions of a topic for a group, so that it can be deleted.
    private static func consume(_ topic: String, group: String, from log: SQLiteLog, partitions: Int) async throws {
        let consumer = try await log.join(ConsumerConfiguration(group: group, topics: [topic]))
        var left = 0
        for number in 0..<partitions {
            let partition = TopicPartition(topic, number)
            left += try await log.offsets(of: partition).count
        }
        while left > 0 {
            guard case .records(let records) = try await consumer.poll(timeout: .seconds(10)) else { continue }
            left -= records.count
            var offsets: [TopicPartition: Int64] = [:]
            for record in records { offsets[record.topicPartition] = record.offset + 1 }
            try await consumer.commit(LogTransaction(offsets: offsets))
        }
        try await consumer.leave()
    }

    @Test("Submitting to a log whose disk is full waits and says so, and goes on when there is room")
    func producer() async throws {
        let rig = try await Rig(partitions: 1)
        let roomy = try rig.open()
        // SQLite answers as on a full disk once the file would have to grow.
        let size = roomy.fileSize
        let full = try SQLiteLog(path: rig.path, configuration: .init(maximumFileSize: size + 8 * 16384))
        let (said, saying) = AsyncStream.makeStream(of: String.self)
        let (topics, clip) = (rig.topics, try Rig.clip("disk", frames: 200))
        async let submission = {
            defer { saying.finish() }
            let producer = Producer(log: full, topics: topics, chunkSeconds: 1, appendBytes: 1)
            return try await producer.submit(path: clip) { progress in
                if progress.isWaiting, let reason = progress.diskIsFull { saying.yield(reason) }
            }
        }()
        var reasons: [String] = []
        for await reason in said {
            reasons.append(reason)
            try await Self.consume(topics.chunks, group: topics.workerGroup, from: roomy, partitions: 1)
        }
        let video = try await submission.registration
        #expect(video.state == .submitted && video.frames == 200 && video.chunks == 20)
        #expect(reasons.first?.contains("free some space") == true)
        let range = try await roomy.offsets(of: TopicPartition(topics.chunks, 0))
        #expect(range.upperBound == 20, "each chunk was sent once")
        await full.close()
        await roomy.close()
    }

    /// A log that is not full, and another handle on it for which it is, until somebody takes the topic `filler`.
    private static func full(_ rig: Rig) async throws -> (roomy: SQLiteLog, full: SQLiteLog) {
        let roomy = try rig.open()
        try await roomy.createTopics([
            .init(name: "filler", partitions: 1, cleanup: .deleteConsumed, consumers: ["filler"])
        ])
        for _ in 0..<4 {
            let value = [UInt8](repeating: 1, count: 1 << 20)
            try await roomy.append([.init(topic: "filler", partition: 0, record: Record(key: nil, value: value))])
        }
        // No page more than there is.
        return (roomy, try SQLiteLog(path: rig.path, configuration: .init(maximumFileSize: 1)))
    }

    /// A member's name that needs pages of its own.
    private static let longName = String(repeating: "m", count: 40_000)

    /// Runs a worker, and `respond` on each of its messages that has `text` in it; returns all of them.
    private static func run(
        _ make: (Logger) throws -> Worker, onEach text: String, do respond: (Worker, String) async throws -> Void
    ) async throws -> [String] {
        let (said, saying) = AsyncStream.makeStream(of: String.self)
        let messages = CapturedMessages { saying.yield($0) }
        let worker = try make(messages.logger())
        async let working: Void = {
            defer { saying.finish() }
            try await worker.run()
        }()
        for await message in said where message.contains(text) { try await respond(worker, message) }
        try await working
        return messages.all
    }

    @Test("A worker that begins while the disk is full waits and says so, and then does its work")
    func joining() async throws {
        let clips = try [Rig.clip("disk", frames: 20, seed: 2)]
        let expected = try await Rig.undisturbed(clips)
        let rig = try await Rig(partitions: 1)
        let (roomy, full) = try await Self.full(rig)
        let ids = try await rig.submit(clips, to: roomy)
        let messages = try await Self.run(
            { try rig.worker(full, memberID: Self.longName, logger: $0) }, onEach: "disk is full",
            do: {
                #expect($1.contains("free some space"))
                try await Self.consume("filler", group: "filler", from: roomy, partitions: 1)
            })
        #expect(messages.count { $0.contains("disk is full") } == 1, "\(messages)")
        for id in ids { #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: roomy)) == nil) }
        await full.close()
        await roomy.close()
    }

    @Test("A worker that is stopped while it waits for room to begin ends")
    func joiningInVain() async throws {
        let rig = try await Rig(partitions: 1)
        let (roomy, full) = try await Self.full(rig)
        _ = try await Self.run(
            { try rig.worker(full, memberID: Self.longName, logger: $0) }, onEach: "disk is full",
            do: { worker, _ in await worker.stop() })
        await full.close()
        await roomy.close()
    }

    @Test("Making topics on a full disk is tried again until there is room")
    func topics() async throws {
        let rig = try await Rig(partitions: 1)
        let (roomy, full) = try await Self.full(rig)
        let (said, saying) = AsyncStream.makeStream(of: String.self)
        let many = Topics(prefix: "many.").specifications(partitions: 4096)
        async let making: Void = {
            defer { saying.finish() }
            try await waitingForRoom {
                saying.yield($0)
            } _: {
                try await full.createTopics(many)
            }
        }()
        var reasons: [String] = []
        for await reason in said {
            reasons.append(reason)
            try await Self.consume("filler", group: "filler", from: roomy, partitions: 1)
        }
        try await making
        #expect(reasons.first?.contains("free some space") == true)
        #expect(try await roomy.partitionCount(of: "many.chunks") == 4096)
        await full.close()
        await roomy.close()
    }

    @Test("A worker whose commits find the disk full waits and says so, and loses nothing")
    func commits() async throws {
        let clips = try [Rig.clip("disk", frames: 60, seed: 1)]
        let expected = try await Rig.undisturbed(clips)
        let rig = try await Rig(partitions: 1)
        let (roomy, full) = try await Self.full(rig)
        let ids = try await rig.submit(clips, to: roomy)
        // Somebody else wants the chunks, too: no commit makes room by letting go of them.
        try await roomy.join(ConsumerConfiguration(group: "other", topics: [rig.topics.chunks])).leave()
        let messages = try await Self.run(
            { try rig.worker(full, logger: $0) }, onEach: "commit failed",
            do: {
                #expect($1.contains("free some space"))
                try await Self.consume("filler", group: "filler", from: roomy, partitions: 1)
            })
        #expect(messages.count { $0.contains("commit failed") } == 1, "\(messages)")
        for id in ids { #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: roomy)) == nil) }
        await full.close()
        await roomy.close()
    }
}
