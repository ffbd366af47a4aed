import EventLog
import Foundation
import PipelineTesting
import SQLiteLog
import Synchronization
import Testing
import Tracking

@testable import Pipeline

@Suite("A worker")
struct WorkerTests {
    @Test("Every frame comes out once, in order, with its time; the ledger balances; IDs are unique")
    func everyFrameOnce() async throws {
        let rig = try await Rig()
        let log = try rig.open()
        let id = try await rig.submit([Rig.clip("a", frames: 43)], to: log)[0]
        try await rig.worker(log).run()
        let records = try await rig.decoded(id, from: log)
        let frames = records.filter { $0.type == .frame }
        #expect(frames.map(\.frame) == (0..<43).map { $0 })
        #expect(frames.map(\.timeMilliseconds) == (0..<43).map { Double($0) * 100 })
        #expect(frames.map(\.chunkIndex) == (0..<43).map { $0 / 10 })
        let detections = frames.flatMap { $0.objects ?? [] }.compactMap(\.detectionID)
        #expect(detections.count > 100)
        #expect(Set(detections).count == detections.count)
        #expect(records.first?.event == "started")
        let end = try #require(records.last)
        #expect(end.event == "ended")
        #expect(end.ledger?.isBalanced == true)
        #expect(end.ledger?.framesProcessed == 43)
        #expect(end.ledger?.chunksExpected == 5)
        let objects = Set(frames.flatMap { $0.objects ?? [] }.compactMap(\.objectID))
        #expect(objects.isSubset(of: Set(detections)), "an object's ID is the ID of its first detection")
        let ended = records.filter { $0.type == .trackEvent && $0.event == "ended" }.compactMap(\.objectID)
        #expect(Set(ended) == objects && ended.count == objects.count, "every object ends once")
        await log.close()
    }

    @Test("The objects of a frame are the same whether the video was cut into 1 chunk or many")
    func chunkingDoesNotMatter() async throws {
        let clip = try Rig.clip("cut", frames: 60, gop: 5)
        var seen: [[ResultRecord.Object]]?
        for seconds in [0.1, 1, 1000] {
            let rig = try await Rig()
            let log = try rig.open()
            let id = try await rig.submit([clip], to: log, chunkSeconds: seconds)[0]
            try await rig.worker(log).run()
            let objects = try await rig.decoded(id, from: log).filter { $0.type == .frame }.map { $0.objects ?? [] }
            #expect(objects.count == 60)
            if let seen { #expect(seen == objects, "chunks of \(seconds) s") }
            seen = objects
            await log.close()
        }
    }

    @Test("Frames in flight, start policy, memory and partitions change nothing of the bytes")
    func settingsThatDoNotMatter() async throws {
        let clips = try [Rig.clip("m", frames: 31), Rig.clip("m", frames: 25, seed: 1)]
        let expected = try await Rig.undisturbed(clips)
        for (capacity, start, partitions) in [(1, StartPolicy.streaming, 1), (7, .complete, 16), (3, .streaming, 5)] {
            let rig = try await Rig(partitions: partitions)
            let log = try rig.open()
            try await rig.submit(clips, to: log)
            try await rig.worker(log, capacity: capacity, start: start, memory: 1).run()
            for (id, bytes) in expected {
                #expect(firstDifference(bytes, try await rig.results(id, from: log)) == nil)
            }
            await log.close()
        }
    }

    @Test("Frames of a chunk go into the detector before those of the chunk before are out; the bytes are the same")
    func overlap() async throws {
        let clips = try [Rig.clip("o", frames: 40), Rig.clip("o", frames: 21, seed: 2)]
        let expected = try await Rig.undisturbed(clips)
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        let ids = try await rig.submit(clips, to: log)
        let counts = Mutex((went: 0, came: 0, most: 0))
        try await rig.worker(
            log, capacity: 4, commitInterval: .milliseconds(20),
            onFrame: { _ in counts.withLock { $0.came += 1 } },
            beforeFrame: {
                counts.withLock {
                    $0.went += 1
                    // The first frames of a chunk, of ten frames each.
                    if $0.went % 10 == 1, $0.went > 1 { $0.most = max($0.most, $0.went - $0.came) }
                }
            }
        ).run()
        for id in ids { #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil) }
        #expect(counts.withLock { $0.most } > 1, "the detector does not run empty where a chunk ends")
        await log.close()
    }

    @Test(
        "Killed before or after any commit, another worker goes on to the same bytes",
        arguments: [CrashMoment.beforeCommit, .afterCommit])
    func crashAtAnyCommit(moment: CrashMoment) async throws {
        let clips = try [Rig.clip("k", frames: 35), Rig.clip("k", frames: 21, seed: 2)]
        let expected = try await Rig.undisturbed(clips)
        var crashes = 0
        for commit in 1...20 {
            let rig = try await Rig(partitions: 2)
            let log = try rig.open()
            let ids = try await rig.submit(clips, to: log)
            try await log.append(
                (0..<2).map { .init(topic: rig.topics.chunks, partition: $0, record: Record(key: nil, value: [1])) })
            let crashing = CrashingLog(log, crashAt: commit, moment)
            do {
                try await rig.worker(crashing, start: .streaming).run()
            } catch is CrashingLog.Crash {
                crashes += 1
            }
            try await rig.worker(log, start: .streaming).run()
            for id in ids {
                let difference = firstDifference(expected[id] ?? [], try await rig.results(id, from: log))
                #expect(difference == nil, "crash \(moment) \(commit)")
            }
            for partition in 0..<2 {
                let letters = try await log.offsets(of: TopicPartition(rig.topics.deadLetters, partition)).count
                #expect(letters == 1, "crash \(moment) \(commit): a dead letter is there once")
            }
            await log.close()
            if !crashing.hasCrashed { break }
        }
        #expect(crashes >= 7, "one per chunk at least")
    }

    @Test(
        "Whichever tracker follows, a video that was killed in the middle gives the same bytes",
        arguments: TrackerKind.allCases.filter { $0 != .sort })
    func otherTrackers(kind: TrackerKind) async throws {
        let clip = try Rig.clip("k", frames: 35)
        // The scripted detector's scores are brightnesses.
        let options = kind.options.contains { $0.name == "new_thresh" } ? ["new_thresh": "0.6"] : [:]
        let rig = try await Rig()
        let log = try rig.open()
        let configuration = try rig.configuration(
            emitPredicted: true, tracker: TrackerConfiguration(kind, options: options))
        let expected = try await Rig.undisturbed([clip], configuration: configuration)
        let id = try await rig.submit([clip], to: log)[0]
        for crashAt in [2, 2] {
            await #expect(throws: CrashingLog.Crash.self) {
                let crashing = CrashingLog(log, crashAt: crashAt, .beforeCommit)
                try await rig.worker(crashing, configuration: configuration, start: .streaming).run()
            }
        }
        try await rig.worker(log, configuration: configuration).run()
        #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil)
        let records = try await rig.decoded(id, from: log)
        let objects = records.flatMap { $0.objects ?? [] }
        #expect(objects.contains { $0.trackID != nil && $0.state == "confirmed" })
        await log.close()
    }

    @Test("What is ready together is committed together, and killed in between it gives the same bytes")
    func sharedCommits() async throws {
        let clips = try (0..<6).map { try Rig.clip("s", frames: 35, seed: $0) }
        let expected = try await Rig.undisturbed(clips)
        for crashAt in [1, 2, Int.max] {
            let rig = try await Rig()
            let log = try rig.open()
            try await rig.submit(clips, to: log)
            let counting = CrashingLog(log, crashAt: crashAt, .beforeCommit)
            do {
                try await rig.worker(counting, commitInterval: .seconds(60)).run()
                #expect(crashAt == .max)
            } catch is CrashingLog.Crash {
                #expect(crashAt != .max)
                try await rig.worker(log).run()
            }
            #expect(counting.commitCount < 12, "24 chunks; crash at \(crashAt)")
            for (id, bytes) in expected {
                #expect(firstDifference(bytes, try await rig.results(id, from: log)) == nil, "crash at \(crashAt)")
            }
            await log.close()
        }
    }

    @Test("Stopped in the middle of a video, it commits the chunk in hand; another goes on to the same bytes")
    func gracefulStop() async throws {
        let clip = try Rig.clip("g", frames: 50)
        let expected = try await Rig.undisturbed([clip])
        let rig = try await Rig()
        let log = try rig.open()
        let id = try await rig.submit([clip], to: log)[0]
        let stopper = Mutex<Worker?>(nil)
        let frames = Mutex(0)
        let worker = try rig.worker(log, exitWhenIdle: false) { _ in
            let count = frames.withLock {
                $0 += 1
                return $0
            }
            guard count == 13, let worker = stopper.withLock({ $0 }) else { return }
            Task { await worker.stop() }
        }
        stopper.withLock { $0 = worker }
        try await worker.run()
        // The worker holds what it calls for each frame, which holds this.
        stopper.withLock { $0 = nil }
        let partial = try await rig.results(id, from: log)
        #expect(partial.count < expected[id]?.count ?? 0)
        #expect(!partial.isEmpty, "the chunk in hand was committed")
        try await rig.worker(log).run()
        #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil)
        await log.close()
    }

    @Test("Two workers share the partitions of 8 videos; each video is one worker's; the bytes are those of one worker")
    func twoWorkers() async throws {
        let clips = try (0..<8).map { try Rig.clip("two", frames: 30, seed: $0) }
        let expected = try await Rig.undisturbed(clips)
        let rig = try await Rig(partitions: 8)
        // Two handles, as two processes would have.
        let logs = [try rig.open(), try rig.open()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            let workers = try logs.map { try rig.worker($0, exitWhenIdle: false, beforeFrame: { usleep(2000) }) }
            for worker in workers { group.addTask { try await worker.run() } }
            let producer = try rig.open()
            // Once each has its half, so that both have work.
            while true {
                let group = try await producer.group(rig.topics.workerGroup)
                if group?.members.map(\.partitions.count) == [4, 4] { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            let ids = try await rig.submit(clips, to: producer)
            for id in ids {
                let end = try await ResultsReader(log: producer, topics: rig.topics).read(id, follow: true) { _ in }
                #expect(end?.event == "ended")
            }
            for worker in workers { await worker.stop() }
            try await group.waitForAll()
            var makers: [String: Set<String>] = [:]
            for partition in 0..<8 {
                try await producer.readAll(TopicPartition(rig.topics.results, partition)) { logged in
                    let worker = String(decoding: logged.record.header("lapwing-worker") ?? [], as: UTF8.self)
                    makers[logged.record.key ?? "", default: []].insert(worker)
                }
            }
            #expect(makers.count == 8)
            #expect(makers.values.allSatisfy { $0.count == 1 })
            for id in ids {
                #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: producer)) == nil)
            }
            await producer.close()
        }
        for log in logs { await log.close() }
    }

    @Test("An engine that fails ends the worker and loses nothing")
    func engineFailure() async throws {
        struct EngineFailure: Error {}
        let clip = try Rig.clip("e", frames: 30)
        let expected = try await Rig.undisturbed([clip])
        let rig = try await Rig()
        let log = try rig.open()
        let id = try await rig.submit([clip], to: log)[0]
        let frames = Mutex(0)
        let failing = try rig.worker(
            log,
            beforeFrame: {
                let count = frames.withLock {
                    $0 += 1
                    return $0
                }
                if count == 17 { throw EngineFailure() }
            })
        await #expect(throws: EngineFailure.self) { try await failing.run() }
        try await rig.worker(log).run()
        #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil)
        await log.close()
    }

    @Test("A worker with other settings does not go on with a video that was begun")
    func otherSettings() async throws {
        let rig = try await Rig()
        let log = try rig.open()
        try await rig.submit([Rig.clip("o", frames: 30)], to: log)
        await #expect(throws: CrashingLog.Crash.self) {
            try await rig.worker(CrashingLog(log, crashAt: 2, .beforeCommit), start: .streaming).run()
        }
        let error = await #expect(throws: PipelineError.self) {
            try await rig.worker(log, configuration: rig.configuration(maxAge: 9)).run()
        }
        #expect(error?.code == .checkpointMismatch)
        await log.close()
    }

    @Test("Skipped frames are listed with their reason, and the others are as if only they were there")
    func everySecondFrame() async throws {
        let rig = try await Rig()
        let log = try rig.open()
        let id = try await rig.submit([Rig.clip("s", frames: 25)], to: log)[0]
        try await rig.worker(log, configuration: rig.configuration(every: 2)).run()
        let frames = try await rig.decoded(id, from: log).filter { $0.type == .frame }
        #expect(frames.map(\.frame) == (0..<25).map { $0 })
        #expect(frames.map(\.skipped) == (0..<25).map { $0 % 2 == 1 ? "every" : nil })
        let ledger = try await rig.decoded(id, from: log).last?.ledger
        #expect(ledger?.framesSkipped == 12 && ledger?.framesProcessed == 13 && ledger?.isBalanced == true)
        await log.close()
    }

    @Test("A log that is full while a video waits for its last chunks does not wait for ever")
    func fullLog() async throws {
        let clip = try Rig.clip("f", frames: 80)
        let expected = try await Rig.undisturbed([clip])
        let rig = try await Rig(partitions: 1, chunkCapacity: 20_000)
        let log = try rig.open()
        let worker = try rig.worker(log, exitWhenIdle: false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            let id = try await rig.submit([clip], to: log)[0]
            try await ResultsReader(log: log, topics: rig.topics).read(id, follow: true) { _ in }
            await worker.stop()
            try await group.waitForAll()
            #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil)
        }
        await log.close()
    }
}
