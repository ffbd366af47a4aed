import EventLog
import Foundation
import Media
import PipelineTesting
import SQLiteLog
import Testing

@testable import Pipeline

@Suite("Live videos")
struct LiveTests {
    private static func clip() throws -> String { try Rig.clip("live", frames: 120, gop: 10) }

    /// A video with an outage, frames without room, and two that go on with its objects.
    private static let eventful: [LiveScript.Step] = [
        .chunks(2), .lost(5), .chunks(2), .sign, .dropped(1), .chunks(1), .segment, .chunks(2), .segment, .chunks(3),
    ]

    private func worker(
        _ rig: Rig, _ log: any EventLog, processors: Int = 1, exitWhenIdle: Bool = true
    ) throws -> Worker {
        let configuration = try rig.configuration()
        let all = (0..<processors).map { _ in
            Processor(detector: ScriptedDetector(), configuration: configuration, topics: rig.topics)
        }
        return try Worker(
            log: log, topics: rig.topics, handler: processors == 1 ? all[0] : ProcessorPool(all),
            configuration: WorkerConfiguration(
                group: rig.topics.workerGroup, memoryLimit: 64 << 20, spoolRoot: rig.folder.path,
                sessionTimeout: .seconds(2), exitWhenIdle: exitWhenIdle, commitInterval: .zero), logger: Rig.quiet)
    }

    /// What the script gives when nothing goes wrong, all of its videos' records one after the other.
    private func undisturbed(_ steps: [LiveScript.Step]) async throws -> (LiveScript, [[UInt8]]) {
        let rig = try await Rig(partitions: 3)
        let log = try rig.open()
        let script = try await LiveScript(steps, clip: Self.clip(), rig: rig, log: log)
        try await log.append(script.records)
        try await worker(rig, log).run()
        var results: [[UInt8]] = []
        for id in script.ids { results += try await rig.results(id, from: log) }
        await log.close()
        return (script, results)
    }

    private func decode(_ results: [[UInt8]]) throws -> [ResultRecord] {
        try results.map { try ResultRecord.decode($0, what: "a result") }
    }

    @Test("An outage is one gap at its place; time goes on as the time of day does, and nobody is found again after it")
    func outage() async throws {
        let records = try decode(await undisturbed([.chunks(2), .lost(5), .chunks(2)]).1)
        let started = try #require(records.first)
        #expect(started.source?.live == true)
        #expect(started.source?.startTime == StartTime.text(LiveScript.start))
        let place = try #require(records.firstIndex { $0.event == "gap" })
        let gap = records[place]
        #expect(records.count { $0.event == "gap" } == 1)
        #expect((gap.frame, gap.frameCount) == (20, 0))
        #expect((gap.reason, gap.durationMilliseconds) == ("source lost", 5000))
        let frames = records.filter { $0.type == .frame }
        #expect(frames.compactMap(\.frame) == Array(0..<40))
        #expect(records[..<place].last { $0.type == .frame }?.frame == 19)
        let times = frames.compactMap(\.timeMilliseconds)
        #expect(abs(times[19] - 1900) < 0.001 && abs(times[20] - 7000) < 0.001, "\(times[19]) \(times[20])")
        // The tracker forgets after three frames; fifty have gone by.
        let before = Set(frames[..<20].flatMap { $0.objects ?? [] }.compactMap(\.objectID))
        let after = Set(frames[20...].flatMap { $0.objects ?? [] }.compactMap(\.objectID))
        #expect(!before.isEmpty && !after.isEmpty && before.isDisjoint(with: after))
        let ledger = try #require(records.last?.ledger)
        #expect(ledger.isBalanced && ledger.framesExpected == 40 && ledger.framesMissing == 0)
    }

    @Test("Frames that found no room keep their numbers and are missing in the ledger")
    func noRoom() async throws {
        let records = try decode(await undisturbed([.chunks(2), .dropped(3), .chunks(2)]).1)
        let gap = try #require(records.first { $0.event == "gap" })
        #expect((gap.frame, gap.frameCount, gap.reason) == (20, 30, "log full"))
        #expect(gap.durationMilliseconds == 3000)
        #expect(records.filter { $0.type == .frame }.compactMap(\.frame) == Array(0..<20) + Array(50..<70))
        let ledger = try #require(records.last?.ledger)
        #expect(ledger.isBalanced && ledger.framesExpected == 70 && ledger.framesMissing == 30)
    }

    @Test("A video that goes on with another's objects keeps their IDs, and has a life of its own")
    func segments() async throws {
        let rig = try await Rig(partitions: 3)
        let log = try rig.open()
        let script = try await LiveScript(
            [.chunks(3), .segment, .chunks(3)], clip: Self.clip(), rig: rig, log: log)
        try await log.append(script.records)
        try await worker(rig, log).run()
        let first = try await rig.decoded(script.ids[0], from: log)
        let second = try await rig.decoded(script.ids[1], from: log)
        #expect(second.first?.source?.continues == script.ids[0])
        #expect(second.filter { $0.type == .frame }.compactMap(\.frame) == Array(0..<30))
        let living = Set((first.last { $0.type == .frame }?.objects ?? []).compactMap(\.objectID))
        let begun = Set((second.first { $0.type == .frame }?.objects ?? []).compactMap(\.objectID))
        #expect(!living.isEmpty && !begun.isDisjoint(with: living))
        #expect(begun.intersection(living).allSatisfy { $0.hasPrefix("live:") })
        for records in [first, second] {
            // Each video tells a whole story: who is born in it ends in it.
            let born = records.filter { $0.event == "born" }.compactMap(\.objectID)
            let ended = records.filter { $0.event == "ended" && $0.type == .trackEvent }.compactMap(\.objectID)
            #expect(Set(born).count == born.count && born.sorted() == ended.sorted())
            #expect(records.last?.ledger?.isBalanced == true)
        }
        // The state that was handed over is let go.
        let home = try await Producer(log: log, topics: rig.topics).partition(
            of: script.ids[0], topic: rig.topics.checkpoints)
        var reader = CheckpointReader()
        try await log.readAll(home) { try reader.take($0) }
        #expect(reader.legacies.isEmpty && reader.done.isSuperset(of: script.ids))
        await log.close()
    }

    @Test("The bytes are the same for two processors, and for a worker killed before or after any commit")
    func sameBytes() async throws {
        let (_, expected) = try await undisturbed(Self.eventful)
        let objects = Set(try decode(expected).filter { $0.event == "born" }.compactMap(\.objectID))
        #expect(objects.count > 3)
        for (crashAt, moment) in [(nil, CrashMoment.beforeCommit)]
            + (1...14).map({ ($0, $0 % 2 == 0 ? .beforeCommit : .afterCommit) })
        {
            let rig = try await Rig(partitions: 3)
            let log = try rig.open()
            let script = try await LiveScript(Self.eventful, clip: Self.clip(), rig: rig, log: log)
            try await log.append(script.records)
            if let crashAt {
                let crashing = CrashingLog(log, crashAt: crashAt, moment)
                await #expect(throws: CrashingLog.Crash.self) { try await worker(rig, crashing).run() }
            }
            try await worker(rig, log, processors: 2).run()
            var results: [[UInt8]] = []
            for id in script.ids { results += try await rig.results(id, from: log) }
            #expect(firstDifference(expected, results) == nil, "\(String(describing: crashAt)) \(moment)")
            await log.close()
        }
    }

    @Test("Workers begin before the end is known, and a video that waits for another waits for its end")
    func atOnce() async throws {
        let rig = try await Rig(partitions: 3)
        let log = try rig.open()
        let script = try await LiveScript(
            [.chunks(2), .segment, .chunks(2)], clip: Self.clip(), rig: rig, log: log, endsProperly: false)
        // The first video's end has not come yet.
        let ended = script.records.map(\.record).firstIndex {
            String(decoding: $0.header(ChunkHeader.headerName) ?? [], as: UTF8.self).contains("continued_by")
        }
        let end = try #require(ended)
        var records = script.records
        let marker = records.remove(at: end)
        try await log.append(records)
        let worker = try worker(rig, log, exitWhenIdle: false)
        async let working: Void = worker.run()
        while try await rig.results(script.ids[0], from: log).count(where: ResultsReader.isFrame) < 20 {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try await rig.results(script.ids[1], from: log).isEmpty)
        try await log.append([marker])
        while try await rig.results(script.ids[1], from: log).count(where: ResultsReader.isFrame) < 20 {
            try await Task.sleep(for: .milliseconds(5))
        }
        await worker.stop()
        try await working
        #expect(try await rig.decoded(script.ids[0], from: log).last?.event == "ended")
        #expect(try await rig.decoded(script.ids[1], from: log).count { $0.type == .frame } == 20)
        await log.close()
    }

    @Test("What it writes keeps to the schemas")
    func schemas() async throws {
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        let script = try await LiveScript(Self.eventful, clip: Self.clip(), rig: rig, log: log)
        let chunks = try JSONSchema("chunk-header")
        for record in script.records {
            let header = record.record.header(ChunkHeader.headerName) ?? []
            let faults = chunks.faults(of: header)
            #expect(faults.isEmpty, "\(faults) in \(String(decoding: header, as: UTF8.self))")
        }
        try await log.append(script.records)
        await #expect(throws: CrashingLog.Crash.self) {
            try await worker(rig, CrashingLog(log, crashAt: 9, .beforeCommit)).run()
        }
        for isFinished in [false, true] {
            if isFinished { try await worker(rig, log).run() }
            for (topic, name) in [(rig.topics.results, "result"), (rig.topics.checkpoints, "checkpoint")] {
                let schema = try JSONSchema(name)
                try await log.readAll(TopicPartition(topic, 0)) { logged in
                    let value = logged.record.value ?? []
                    let faults = schema.faults(of: value)
                    #expect(faults.isEmpty, "\(faults) in \(String(decoding: value.prefix(600), as: UTF8.self))")
                }
            }
        }
        let registration = VideoRegistration(
            videoID: script.ids[0], source: "rtsp://camera/stream", state: .submitting, chunkSeconds: 1,
            maxChunkBytes: 1 << 20, startTime: StartTime.text(LiveScript.start),
            live: .init(producer: "0", continues: nil, continuedBy: script.ids[1]))
        #expect(try JSONSchema("video").faults(of: JSONCoding.encode(registration)).isEmpty)
        await log.close()
    }

    @Test("is rebuilt as one file, over an outage too, whose time goes on")
    func rebuilt() async throws {
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        let script = try await LiveScript(
            [.chunks(3), .lost(5), .sign, .chunks(3)], clip: Self.clip(), rig: rig, log: log)
        let folder = rig.folder.path + "/out"
        let collector = try Worker(
            log: log, topics: rig.topics, handler: try Rebuilder(folder: folder, logger: Rig.quiet),
            configuration: WorkerConfiguration(
                group: "collect", spoolRoot: rig.folder.path, sessionTimeout: .seconds(2), exitWhenIdle: true),
            logger: Rig.quiet)
        try await log.append(script.records)
        try await collector.run()
        let splitter = ChunkSplitter(
            demuxer: try Demuxer(path: folder + "/live.mp4"), targetSeconds: 1e9, maxBytes: 1 << 30)
        let whole = try #require(try splitter.next())
        #expect(whole.frameCount == 60)
        #expect(abs(Double(whole.duration) * whole.stream.timeBase.value - 11) < 0.2)
        await log.close()
    }
}
