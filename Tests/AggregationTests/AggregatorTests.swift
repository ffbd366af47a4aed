import EventLog
import Foundation
import PipelineTesting
import SQLiteLog
import Testing

@testable import Aggregation
@testable import Pipeline

@Suite("Aggregators", .timeLimit(.minutes(5)))
struct AggregatorTests {
    private static let states: [VideoSummary.State] = [.ended, .ended, .failed, .running, .ended]

    private static func videos() throws -> [Footage] {
        try states.enumerated().map { try AggregationRig.footage($0, state: $1) }
    }

    /// A log with five videos of two cameras, one of which is not over.
    private static func filled() async throws -> AggregationRig {
        let rig = try await AggregationRig()
        let videos = try videos()
        try await rig.append(Array(videos[..<2]), camera: "gate")
        try await rig.append(Array(videos[2...3]), camera: "yard/2")
        try await rig.append([videos[4]])
        return rig
    }

    /// What one aggregator makes of them that nothing happens to.
    private static let undisturbed = Task {
        let rig = try await filled()
        try await rig.aggregate()
        return try await rig.summaries()
    }

    @Test("publish what each video adds up to, and the totals of all and of each camera")
    func totals() async throws {
        let rig = try await Self.filled()
        try await rig.aggregate()
        let log = try rig.open()
        let reader = SummariesReader(log: log, topics: rig.topics)
        let cameras: [String?] = ["gate", "gate", "yard/2", "yard/2", nil]
        var total = TotalSummary()
        var yard = TotalSummary(camera: "yard/2")
        for (index, footage) in try Self.videos().enumerated() {
            let expected = try footage.summary(AggregationRig.settings, camera: cameras[index])
            let found = try await reader.video(footage.id)
            #expect(found == expected)
            #expect(found?.state == Self.states[index])
            total.add(expected)
            if cameras[index] == "yard/2" { yard.add(expected) }
        }
        let overview = try await reader.overview()
        #expect(overview.total.tally == total.tally)
        #expect(overview.total.videos == 5)
        #expect(overview.total.videosRunning == 1)
        #expect(overview.total.videosFailed == 1)
        #expect(overview.cameras.keys.sorted() == ["gate", "yard/2"])
        #expect(overview.cameras["yard/2"]?.tally == yard.tally)
        #expect(overview.videos.map(\.id.rawValue) == (0..<5).map { "video-\($0)" })
        #expect(overview.videos.map(\.state) == Self.states)
        var ids: Set<VideoID> = []
        try await reader.videos { ids.insert($0.videoID) }
        #expect(ids.count == 5)
        #expect(try await reader.video(VideoID("nobody")) == nil)
        await log.close()
    }

    @Test("write the same bytes, however many they are", arguments: [1, 2, 3])
    func several(count: Int) async throws {
        let rig = try await Self.filled()
        let log = try rig.open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                let aggregator = try rig.aggregator(log)
                group.addTask { try await aggregator.run() }
            }
            try await group.waitForAll()
        }
        await log.close()
        #expect(try await rig.summaries() == Self.undisturbed.value)
    }

    @Test(
        "write the same bytes after crashes between any two steps",
        arguments: [
            (.beforeJoin, 1), (.afterJoin, 1), (.beforePoll, 4), (.afterPoll, 4), (.beforeRead, 3), (.afterRead, 3),
            (.beforeLookup, 4), (.beforeCommit, 4), (.afterCommit, 4), (.beforeLeave, 1), (.afterLeave, 1),
        ] as [(CrashMoment, Int)])
    func crashes(moment: CrashMoment, most: Int) async throws {
        let rig = try await Self.filled()
        var crashes = 0
        // After the first crash there is something to go on from.
        for (moment, number) in [(.afterCommit, 1)] + (1...most).map({ (moment, $0) }) {
            let log = try rig.open()
            let crashing = CrashingLog(log, crashAt: number, moment)
            do {
                try await rig.aggregator(crashing).run()
            } catch is CrashingLog.Crash {
                crashes += 1
            }
            await log.close()
        }
        #expect(crashes > 1)
        try await rig.aggregate()
        #expect(try await rig.summaries() == Self.undisturbed.value)
    }

    @Test("who has lost a partition commits nothing for it")
    func fenced() async throws {
        let rig = try await Self.filled()
        let log = try rig.open()
        let heirLog = try rig.open()
        let heir = try rig.aggregator(heirLog)
        let crashing = CrashingLog(log, crashAt: 2, .beforeCommit) { log in
            // As if the process were held up for longer than its lease, while another does its work.
            for consumer in log.consumers { SQLiteLog.suspendHeartbeats(of: consumer, true) }
            try? await heir.run()
            for consumer in log.consumers { SQLiteLog.suspendHeartbeats(of: consumer, false) }
            return false
        }
        try await rig.aggregator(crashing, sessionTimeout: .milliseconds(500)).run()
        await log.close()
        await heirLog.close()
        #expect(try await rig.summaries() == Self.undisturbed.value)
    }

    @Test("correct everything when a video is processed again")
    func reprocessing() async throws {
        let rig = try await Self.filled()
        try await rig.aggregate()
        // Shorter, and not over yet: what it was before is in no total any more.
        var again = try AggregationRig.footage(0, frames: 30, state: .running)
        try await rig.append([again], camera: "gate")
        try await rig.aggregate()
        let log = try rig.open()
        let reader = SummariesReader(log: log, topics: rig.topics)
        func expected(_ again: Footage) throws -> Tally {
            var total = TotalSummary()
            total.add(try again.summary(AggregationRig.settings, camera: "gate"))
            for footage in try Self.videos().dropFirst() {
                total.add(try footage.summary(AggregationRig.settings, camera: nil))
            }
            return total.tally
        }
        var overview = try await reader.overview()
        #expect(overview.total.tally == (try expected(again)))
        #expect(overview.total.videosRunning == 2)
        #expect(overview.videos.first { $0.id == again.id }?.revision == 2)
        // Its end comes, and the whole once more, and one of another that takes another camera's place.
        let first = again.records.count
        again.end()
        let rest = again.outgoing(rig.topics, camera: "gate")[first...]
        try await log.append(Array(rest))
        try await rig.append([try AggregationRig.footage(0, frames: 45)], camera: "roof")
        try await rig.aggregate()
        overview = try await reader.overview()
        #expect(overview.total.tally == (try expected(try AggregationRig.footage(0, frames: 45))))
        #expect(overview.total.videos == 5)
        #expect(overview.videos.first { $0.id == again.id }?.revision == 3)
        #expect(overview.cameras.keys.sorted() == ["gate", "roof", "yard/2"])
        #expect(overview.cameras["gate"]?.videos == 1)
        #expect(overview.cameras["roof"]?.videos == 1)
        await log.close()

        // The same as when all of it was there before the first aggregator came.
        let other = try await AggregationRig()
        let whole = try rig.open()
        let copy = try other.open()
        for partition in 0..<3 {
            try await whole.readAll(TopicPartition(rig.topics.results, partition)) { _ in }
            var records: [OutgoingRecord] = []
            try await whole.readAll(TopicPartition(rig.topics.results, partition)) { logged in
                records.append(OutgoingRecord(topic: rig.topics.results, partition: partition, record: logged.record))
            }
            try await copy.append(records)
        }
        await whole.close()
        await copy.close()
        try await other.aggregate()
        #expect(try await other.summaries() == (try await rig.summaries()))
    }

    @Test("refuse summaries of other settings, until told to drop them or to stand beside them")
    func otherSettings() async throws {
        let rig = try await Self.filled()
        try await rig.aggregate()
        let before = try await rig.summaries()
        var settings = AggregationRig.settings
        settings.zones?.lines[0].from.x = 0.25
        settings.zones?.lines[0].name = "moved"
        #expect(settings.hash != AggregationRig.settings.hash)
        do {
            try await rig.aggregate(settings)
            Issue.record("the settings were taken")
        } catch let error as PipelineError {
            #expect(error.code == .checkpointMismatch)
            for part in [settings.hash, AggregationRig.settings.hash, "--from-beginning", "--group NAME"] {
                #expect(error.detail.contains(part), "\(error.detail)")
            }
        }
        #expect(try await rig.summaries() == before)

        try await rig.aggregate(settings, group: "moved")
        let both = try await rig.summaries()
        #expect(both.filter { !$0.key.contains("@moved/") } == before)
        #expect(both.count == 2 * before.count)
        let log = try rig.open()
        let overview = try await SummariesReader(log: log, topics: rig.topics, group: "moved").overview()
        #expect(overview.videos.count == 5)
        #expect(overview.total.tally.lines.keys.sorted() == ["moved"])
        await log.close()

        try await rig.aggregate(settings, fromBeginning: true)
        let anew = try await rig.summaries().filter { !$0.key.contains("@moved/") }
        let alone = try await Self.filled()
        try await alone.aggregate(settings)
        #expect(try await alone.summaries() == anew)
        // Once is enough: from then on it is what goes on.
        try await rig.aggregate(settings, fromBeginning: true)
        #expect(try await rig.summaries().filter { !$0.key.contains("@moved/") } == anew)
    }

    @Test("leave out what they cannot read, and go on")
    func unreadable() async throws {
        let rig = try await AggregationRig(partitions: 1)
        let log = try rig.open()
        func append(_ value: [UInt8]?) async throws {
            try await log.append([OutgoingRecord(topic: rig.topics.results, record: Record(key: "x", value: value))])
        }
        try await append(Array("no JSON".utf8))
        try await append(nil)
        try await append(Array(#"{"schema":1,"type":"frame"}"#.utf8))
        let hostile =
            #"{"schema":1,"type":"frame","video_id":"x","frame":9223372036854775807,"time_ms":1e300,"width":-5,"#
            + #""height":9000000000000000000,"objects":[{"object_id":"x","track_id":-1,"class_id":0,"label":"","#
            + #""confidence":-1e300,"predicted":false,"state":"confirmed","bbox":{"x1":-1e300,"y1":1e300,"x2":1e300,"#
            + #""y2":-1e300}}]}"#
        try await append(Array(hostile.utf8))
        try await append(Array(hostile.utf8))
        await log.close()
        let video = try AggregationRig.footage(1)
        try await rig.append([video], camera: "gate")
        try await rig.aggregate()
        let again = try rig.open()
        let found = try await SummariesReader(log: again, topics: rig.topics).video(video.id)
        #expect(found == (try video.summary(AggregationRig.settings, camera: "gate")))
        await again.close()
    }

    @Test(
        "find the camera in the video's ID or in a header",
        arguments: [
            ("video-id:^([a-z]+)-", "gate-2026", nil, "gate"), ("video-id:^[a-z]+", "gate-2026", nil, "gate"),
            ("video-id:([A-Z])", "gate-2026", "yard", nil), ("header", "gate-2026", "yard", "yard"),
            ("header", "gate-2026", nil, nil), ("header:lapwing-camera", "gate-2026", "yard", "yard"),
            ("header:other", "gate-2026", "yard", nil),
        ] as [(String, String, String?, String?)])
    func cameras(source: String, id: String, header: String?, camera: String?) throws {
        let record = Record(
            key: id, value: nil, headers: header.map { [Record.Header("lapwing-camera", $0)] } ?? [])
        #expect(try CameraSource(source).camera(of: try VideoID(id), record: record) == camera)
    }

    @Test("refuse cameras from nowhere", arguments: ["", "headers", "header:", "video-id:", "video-id:(", "name"])
    func badCameras(source: String) {
        #expect(throws: PipelineError.self) { try CameraSource(source) }
    }
}
