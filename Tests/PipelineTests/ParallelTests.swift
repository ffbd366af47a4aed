import EventLog
import Foundation
import KafkaLog
import KafkaLogTesting
import Logging
import Media
import PipelineTesting
import SQLiteLog
import Synchronization
import Testing
import Tracking
import Vision

@testable import Pipeline

/// Videos whose chunks are spread over all partitions: detected anywhere, tracked in order.
@Suite("Detection in parallel")
struct ParallelTests {
    private func workers(
        _ rig: Rig, _ log: any EventLog, processing: ProcessingConfiguration? = nil, processors: Int = 1,
        start: StartPolicy = .complete, exitWhenIdle: Bool = true, videoTimeout: Duration? = nil,
        commitInterval: Duration = .milliseconds(20), memberID: String? = nil, sessionTimeout: Duration = .seconds(2),
        logger: Logger = Rig.quiet, onPicture: @escaping @Sendable (_ processor: Int) throws -> Void = { _ in }
    ) throws -> WorkerPair {
        let processing = try processing ?? rig.configuration()
        let processors = (0..<processors).map { number in
            Processor(
                detector: ScriptedDetector(beforeFrame: { try onPicture(number) }), configuration: processing,
                topics: rig.topics)
        }
        return try WorkerPair(
            log: log, topics: rig.topics, handler: processors.count == 1 ? processors[0] : ProcessorPool(processors),
            processing: processing,
            configuration: WorkerConfiguration(
                group: rig.topics.workerGroup, start: start, memoryLimit: 64 << 20, spoolRoot: rig.folder.path,
                sessionTimeout: sessionTimeout, videoTimeout: videoTimeout, exitWhenIdle: exitWhenIdle,
                memberID: memberID, commitInterval: commitInterval),
            logger: logger)
    }

    /// What there is of the expected results, and whether anything follows them.
    private func check(
        _ expected: [VideoID: [[UInt8]]], _ rig: Rig, _ log: any EventLog, _ location: SourceLocation = #_sourceLocation
    ) async throws {
        for (id, records) in expected {
            #expect(firstDifference(records, try await rig.results(id, from: log)) == nil, sourceLocation: location)
        }
    }

    private func clips() throws -> [String] {
        [try Rig.clip("parallel", frames: 120), try Rig.clip("parallel", frames: 45, seed: 1)]
    }

    @Test("The bytes are those of one worker and one processor, whatever the settings", arguments: [1, 3])
    func sameBytes(processors: Int) async throws {
        let clips = try clips()
        for (every, start) in [(1, StartPolicy.complete), (3, .streaming)] {
            let rig = try await Rig(partitions: 3)
            let processing = try rig.configuration(every: every, emitPredicted: true)
            let expected = try await Rig.undisturbed(clips, configuration: processing)
            let log = try rig.open()
            try await rig.submit(clips, to: log, parallelDetect: true)
            var spread: Set<Int> = []
            for partition in 0..<3 {
                try await log.readAll(TopicPartition(rig.topics.chunks, partition)) { _ in spread.insert(partition) }
            }
            #expect(spread == [0, 1, 2])
            let pictures = Mutex([Int](repeating: 0, count: processors))
            try await workers(rig, log, processing: processing, processors: processors, start: start) { number in
                pictures.withLock { $0[number] += 1 }
            }.run()
            try await check(expected, rig, log)
            #expect(pictures.withLock { $0 }.allSatisfy { $0 > 0 })
            // Nothing is left of what was on its way.
            for topic in [rig.topics.chunks, rig.topics.detections] {
                for partition in 0..<3 {
                    let range = try await log.offsets(of: TopicPartition(topic, partition))
                    #expect(range.isEmpty, "\(topic) \(partition): \(range)")
                }
            }
            let status = try await PipelineStatus(of: log, topics: rig.topics)
            #expect(status.videos.map(\.state) == ["ended", "ended"])
            #expect(status.detections.map(\.lag) == [0, 0, 0])
            #expect(status.detections.contains { $0.end > 0 })
            await log.close()
        }
    }

    @Test("Three workers share one video, each has some of it, and plain videos beside it are as ever")
    func sharing() async throws {
        let clips = try clips()
        let expected = try await Rig.undisturbed(clips)
        let rig = try await Rig(partitions: 6)
        let log = try rig.open()
        let pictures = Mutex([Int](repeating: 0, count: 3))
        try await withThrowingTaskGroup(of: Void.self) { group in
            var pairs: [WorkerPair] = []
            for number in 0..<3 {
                let pair = try workers(rig, try rig.open(), exitWhenIdle: false) { _ in
                    pictures.withLock { $0[number] += 1 }
                    // Else the first would have done all before the others get their turn.
                    Thread.sleep(forTimeInterval: 0.005)
                }
                pairs.append(pair)
                group.addTask { try await pair.run() }
            }
            while try await log.group(rig.topics.workerGroup)?.members.filter({ $0.partitions.count == 2 }).count != 3 {
                try await Task.sleep(for: .milliseconds(20))
            }
            try await rig.submit([clips[0]], to: log, parallelDetect: true)
            try await rig.submit([clips[1]], to: log)
            for id in expected.keys {
                try await ResultsReader(log: log, topics: rig.topics).read(id, follow: true) { _ in }
            }
            for pair in pairs { await pair.stop() }
            try await group.waitForAll()
        }
        try await check(expected, rig, log)
        let counts = pictures.withLock { $0 }
        #expect(counts.allSatisfy { $0 > 20 }, "\(counts)")
        await log.close()
    }

    @Test("Killed at any commit, others go on to the same bytes", arguments: [Duration.zero, .milliseconds(20)])
    func crash(commitInterval: Duration) async throws {
        let clips = try clips()
        let expected = try await Rig.undisturbed(clips)
        var crashes = 0
        for commit in commitInterval == .zero ? [2, 5, 9, 14] : [1, 3, 6] {
            let rig = try await Rig(partitions: 2)
            let log = try rig.open()
            try await rig.submit(clips, to: log, parallelDetect: true)
            for moment in [CrashMoment.beforeCommit, .afterCommit] {
                let dying = CrashingLog(log, crashAt: commit, moment)
                do {
                    try await workers(rig, dying, commitInterval: commitInterval).run()
                } catch is CrashingLog.Crash {
                    crashes += 1
                }
            }
            try await workers(rig, log, commitInterval: commitInterval).run()
            try await check(expected, rig, log)
            await log.close()
        }
        #expect(crashes >= 5, "\(crashes)")
    }

    @Test(
        "A chunk that cannot be used leaves the same gap, or ends the video the same way, and is in the dead letters",
        arguments: [ProcessingConfiguration.BadChunkPolicy.gap, .fail])
    func badChunk(policy: ProcessingConfiguration.BadChunkPolicy) async throws {
        let clip = try Rig.clip("parallel", frames: 120)
        var results: [[[UInt8]]] = []
        for parallel in [false, true] {
            let rig = try await Rig(partitions: 3)
            let log = try rig.open()
            let whole = try await Rig(partitions: 1)
            let source = try whole.open()
            let id = try await whole.submit([clip], to: source, parallelDetect: parallel)[0]
            var records: [OutgoingRecord] = []
            try await source.readAll(TopicPartition(whole.topics.chunks, 0)) { logged in
                let header = try ChunkHeader(of: logged)
                var record = logged.record
                // One with other bytes than its sum says, one that is no video though its sums are right.
                if header.index == 3 { record.value?[40] ^= 1 }
                if header.index == 5 {
                    let cut = ChunkParts.records(header, Array("no video".utf8), topic: "", partition: nil)
                    record = cut[0].record
                }
                records.append(
                    OutgoingRecord(
                        topic: rig.topics.chunks, partition: parallel ? header.index % 3 : nil, record: record))
            }
            await source.close()
            try await log.append(records)
            try await workers(rig, log, processing: rig.configuration(onBadChunk: policy)).run()
            results.append(try await rig.results(id, from: log))
            // Nothing follows the end.
            var all = 0
            for partition in 0..<3 {
                try await log.readAll(TopicPartition(rig.topics.results, partition)) { _ in all += 1 }
            }
            #expect(all == results.last?.count)
            var letters: [DeadLetterBox.Letter] = []
            let box = DeadLetterBox(log: log, topics: rig.topics)
            try await box.read { letters.append($0) }
            #expect(letters.allSatisfy { $0.origin.topic == rig.topics.chunks })
            #expect(letters.compactMap(\.chunk?.index).contains(3))
            #expect(parallel || letters.count == (policy == .gap ? 2 : 1))
            let replayed = try await box.replay(letters)
            #expect(!replayed.contains(.sent), "\(replayed)")
            await log.close()
        }
        #expect(firstDifference(results[0], results[1]) == nil)
        #expect(results[0].count > 10)
    }

    @Test("What comes twice is done once: chunks, detections, the whole video")
    func duplicates() async throws {
        let clip = try Rig.clip("parallel", frames: 120)
        let expected = try await Rig.undisturbed([clip])
        let rig = try await Rig(partitions: 3)
        let log = try rig.open()
        let id = try await rig.submit([clip], to: log, parallelDetect: true)[0]
        var chunks: [OutgoingRecord] = []
        for partition in 0..<3 {
            try await log.readAll(TopicPartition(rig.topics.chunks, partition)) {
                chunks.append(OutgoingRecord(topic: rig.topics.chunks, partition: partition, record: $0.record))
            }
        }
        #expect(chunks.count == 12)
        try await log.append(chunks.reversed())
        // Half of the way, then all once more.
        let dying = CrashingLog(log, crashAt: 8, .afterCommit)
        await #expect(throws: CrashingLog.Crash.self) {
            try await workers(rig, dying, commitInterval: .zero).run()
        }
        var again = try await Producer(log: log, topics: rig.topics, chunkSeconds: 1).submit(path: clip)
        #expect(again.wasThere)
        try await log.append(chunks)
        try await workers(rig, log).run()
        try await check(expected, rig, log)
        try await log.append(chunks)
        try await workers(rig, log).run()
        try await check(expected, rig, log)
        again = try await Producer(log: log, topics: rig.topics, chunkSeconds: 1, parallelDetect: true).submit(
            path: clip)
        #expect(again.wasThere)
        #expect(again.registration.parallel == true)
        #expect(again.registration.videoID == id)
        await log.close()
    }

    @Test("A submission that broke off, whose chunks are at every stage, goes on where it stopped")
    func resumedSubmission() async throws {
        let clip = try Rig.clip("parallel", frames: 120)
        let expected = try await Rig.undisturbed([clip])
        for append in [3, 6, 10] {
            let rig = try await Rig(partitions: 3)
            let log = try rig.open()
            let dying = CrashingLog(log, crashAt: append, .afterAppend)
            await #expect(throws: CrashingLog.Crash.self) {
                try await rig.submit([clip], to: dying, parallelDetect: true)
            }
            let crashing = CrashingLog(log, crashAt: 3, .afterCommit)
            do { try await workers(rig, crashing, commitInterval: .zero).run() } catch is CrashingLog.Crash {}
            // Without being told that it is to be spread.
            let ids = try await rig.submit([clip], to: log)
            #expect(ids == Array(expected.keys))
            var sent: [Int] = []
            for partition in 0..<3 {
                try await log.readAll(TopicPartition(rig.topics.chunks, partition)) { logged in
                    let header = try ChunkHeader(of: logged)
                    #expect(header.parallel == true)
                    sent.append(header.index)
                }
            }
            #expect(Set(sent).count == sent.count, "\(sent)")
            try await workers(rig, log).run()
            try await check(expected, rig, log)
            await log.close()
        }
    }

    @Test("A video is not given up while its chunks wait for a detector, and is when they do not come")
    func timeout() async throws {
        let clip = try Rig.clip("parallel", frames: 60)
        let expected = try await Rig.undisturbed([clip])
        // Chunk 1 is in a partition whose owner takes its time.
        var rig = try await Rig(partitions: 2)
        var log = try rig.open()
        try await rig.submit([clip], to: log, parallelDetect: true)
        try await workers(rig, log, videoTimeout: .milliseconds(100)) { _ in Thread.sleep(forTimeInterval: 0.02) }.run()
        try await check(expected, rig, log)
        await log.close()

        rig = try await Rig(partitions: 2)
        log = try rig.open()
        let dying = CrashingLog(log, crashAt: 4, .afterAppend)
        await #expect(throws: CrashingLog.Crash.self) {
            try await rig.submit([clip], to: dying, parallelDetect: true)
        }
        try await workers(rig, log, exitWhenIdle: true).run()
        let messages = CapturedMessages()
        let pair = try workers(
            rig, log, exitWhenIdle: false, videoTimeout: .milliseconds(300), logger: messages.logger())
        let id = try #require(expected.keys.first)
        async let running: Void = pair.run()
        let end = try await ResultsReader(log: log, topics: rig.topics).read(id, follow: true) { _ in }
        await pair.stop()
        try await running
        #expect(end?.event == "failed")
        #expect(end?.reason == "incomplete: its chunks stopped coming")
        await log.close()
    }

    @Test("A worker with other settings stops, and so does one whose tracker looks at pictures; nothing is lost")
    func settings() async throws {
        let clip = try Rig.clip("parallel", frames: 120)
        let expected = try await Rig.undisturbed([clip])
        let rig = try await Rig(partitions: 2)
        let log = try rig.open()
        let id = try await rig.submit([clip], to: log, parallelDetect: true)[0]
        var moving = try rig.configuration()
        moving.cameraMotion = .frames
        do {
            try await workers(rig, log, processing: moving).run()
            Issue.record("a worker tracked without pictures")
        } catch let error as PipelineError {
            #expect(error.code == .unsuitableSettings)
            #expect(error.detail.contains("\(id)") && error.detail.contains("--camera-motion off"))
        }
        // Some of it is detected, none of it tracked.
        let half = Processor(detector: ScriptedDetector(), configuration: try rig.configuration(), topics: rig.topics)
        try await Worker(
            log: log, topics: rig.topics, handler: half,
            configuration: WorkerConfiguration(
                group: rig.topics.workerGroup, spoolRoot: rig.folder.path, sessionTimeout: .seconds(2),
                exitWhenIdle: true), logger: Rig.quiet
        ).run()
        #expect(try await rig.results(id, from: log).isEmpty)
        do {
            try await workers(rig, log, processing: rig.configuration(maxAge: 9)).run()
            Issue.record("a worker with other settings went on")
        } catch let error as PipelineError {
            #expect(error.code == .checkpointMismatch)
            #expect(error.detail.contains("other settings"))
        }
        try await workers(rig, log).run()
        try await check(expected, rig, log)
        await log.close()
    }

    @Test("To rebuild such a video is refused once, and others are rebuilt")
    func rebuilding() async throws {
        let clips = try clips()
        let rig = try await Rig(partitions: 2)
        let log = try rig.open()
        try await rig.submit([clips[0]], to: log, parallelDetect: true)
        try await rig.submit([clips[1]], to: log)
        let messages = CapturedMessages()
        let files = Mutex<[String]>([])
        let rebuilder = try Rebuilder(folder: rig.folder.path + "/videos", logger: messages.logger()) { path, _ in
            files.withLock { $0.append(path) }
        }
        try await Worker(
            log: log, topics: rig.topics, handler: rebuilder,
            configuration: WorkerConfiguration(
                group: rig.topics.collectGroup, spoolRoot: rig.folder.path, sessionTimeout: .seconds(2),
                exitWhenIdle: true), logger: Rig.quiet
        ).run()
        #expect(files.withLock { $0.count } == 1)
        #expect(messages.all.filter { $0.contains("cannot be rebuilt") }.count == 1, "\(messages.all)")
        await log.close()
    }

    @Test("Detections are kept to the bit, and whatever else is in their place is refused")
    func format() throws {
        var header = TestChunk.header(video: "v", index: 2, byteCount: 0)
        header.frameCount = 3
        let box = BoundingBox(x1: 0.1, y1: -1e-300, x2: .pi, y2: 1_048_576.3)
        let found = [
            Detection(box: box, confidence: 0.1 + 0.2, classID: 0), Detection(box: box, confidence: 1, classID: 79),
        ]
        func place(_ frame: Int) -> FramePlace {
            header.place(frame: frame, pts: Int64(frame) - 5, size: (64, 48), timeBase: Rational(1, 10))
        }
        var writer = DetectionsWriter()
        writer.append(.inFlight(place(20), nil), found)
        writer.append(.skipped(place(21)), [])
        writer.append(.undecodable(place(22)), [])
        let bytes = writer.finish()
        var reader = try DetectionsReader(bytes, header)
        #expect(reader.fault == nil)
        let first = try #require(try reader.next())
        #expect(first.detections == found)
        guard case .inFlight(let found, nil) = first.content else { throw PipelineError(.invalidRecord, "\(first)") }
        #expect(found.index == 20 && found.pts == 15 && found.timeMilliseconds == place(20).timeMilliseconds)
        guard case .skipped(let skipped)? = try reader.next()?.content else { throw PipelineError(.invalidRecord, "") }
        #expect(skipped.index == 21)
        guard case .undecodable? = try reader.next()?.content else { throw PipelineError(.invalidRecord, "") }
        #expect(try reader.next() == nil)
        #expect(try DetectionsReader(DetectionsWriter.unusable("no video"), header).fault == "no video")

        for wrong in [Double.nan, .infinity, -1e300] {
            var writer = DetectionsWriter()
            let box = BoundingBox(x1: 0, y1: wrong, x2: 1, y2: 1)
            writer.append(.inFlight(place(20), nil), [Detection(box: box, confidence: 1, classID: 0)])
            var reader = try DetectionsReader(writer.finish(), header)
            #expect(throws: PipelineError.self) { try reader.next() }
        }

        // Cut short, changed, too long, for another number of frames.
        func read(_ bytes: [UInt8], _ header: ChunkHeader) throws {
            var reader = try DetectionsReader(bytes, header)
            while try reader.next() != nil {}
        }
        for count in 0..<bytes.count {
            #expect(throws: PipelineError.self) { try read(Array(bytes[..<count]), header) }
            var changed = bytes
            changed[count] ^= 0x40
            #expect(throws: PipelineError.self) { try read(changed, header) }
        }
        for frames in [0, 2, 4, 1 << 20] {
            header.frameCount = frames
            #expect(throws: PipelineError.self) { try read(bytes, header) }
        }
    }

    @Test(
        "On Kafka the bytes are the same", .timeLimit(.minutes(2)),
        .enabled(if: TestedKafka.isWanted, "takes half a minute on a cluster in the process: make test-kafka"))
    func kafka() async throws {
        let clips = try clips()
        let expected = try await Rig.undisturbed(clips)
        let mock = MockCluster()
        let rig = try await Rig(topics: Topics(prefix: "parallel."))
        for topic in rig.topics.specifications(partitions: 4) { try mock.createTopic(topic) }
        let log = try MockClusterLog(mock, configuration: KafkaLogConfiguration(logger: Rig.quiet))
        try await rig.submit(clips, to: log, parallelDetect: true)
        let other = try MockClusterLog(mock, configuration: KafkaLogConfiguration(logger: Rig.quiet))
        async let one: Void = workers(rig, log, sessionTimeout: .seconds(6)).run()
        async let two: Void = workers(rig, other, sessionTimeout: .seconds(6)).run()
        _ = try await (one, two)
        try await check(expected, rig, log)
        let status = try await PipelineStatus(of: log, topics: rig.topics)
        #expect(status.detections.allSatisfy { $0.lag == 0 }, "\(status.detections)")
        await other.close()
        await log.close()
    }
}
