import EventLog
import Foundation
import PipelineTesting
import SQLiteLog
import Testing

@testable import Pipeline

@Suite("Damage and loss on the way")
struct BadInputTests {
    /// One chunk at a time; the next one in hand before the outcome of the one before.
    private static let intervals: [Duration] = [.zero, .milliseconds(20)]

    /// Copies the chunks of a clip to a new log, changed by `change`; nil leaves a record out.
    private func tampered(_ clip: String, change: (LoggedRecord, ChunkHeader) -> Record?) async throws -> (Rig, VideoID)
    {
        let source = try await Rig(partitions: 1)
        let target = try await Rig(partitions: 1)
        let from = try source.open()
        let to = try target.open()
        let id = try await source.submit([clip], to: from)[0]
        var records: [OutgoingRecord] = []
        try await from.readAll(TopicPartition(source.topics.chunks, 0)) { logged in
            guard let record = change(logged, try ChunkHeader(of: logged)) else { return }
            records.append(OutgoingRecord(topic: target.topics.chunks, record: record))
        }
        try await to.append(records)
        await from.close()
        await to.close()
        return (target, id)
    }

    private func deadLetters(_ rig: Rig, _ log: any EventLog) async throws -> [LoggedRecord] {
        var letters: [LoggedRecord] = []
        try await log.readAll(TopicPartition(rig.topics.deadLetters, 0)) { letters.append($0) }
        return letters
    }

    @Test(
        "A damaged chunk is a gap: the others are processed, its frames are in the ledger, its bytes in the dead letters",
        arguments: intervals)
    func gap(interval: Duration) async throws {
        let (rig, id) = try await tampered(Rig.clip("d", frames: 50)) { logged, header in
            var record = logged.record
            if header.index == 2 { record.value?[100] ^= 0xff }
            return record
        }
        let log = try rig.open()
        try await rig.worker(log, commitInterval: interval).run()
        let records = try await rig.decoded(id, from: log)
        #expect(records.filter { $0.type == .frame }.map(\.frame) == Array(0..<20) + Array(30..<50))
        let gap = try #require(records.first { $0.event == "gap" })
        #expect(gap.frame == 20 && gap.frameCount == 10)
        #expect(gap.reason?.contains("checksum") == true)
        let ledger = try #require(records.last?.ledger)
        #expect(ledger.isBalanced && ledger.framesUndecodable == 10 && ledger.chunksBad == 1)
        let letters = try await deadLetters(rig, log)
        #expect(letters.count == 1)
        let note = String(decoding: letters.first?.record.header("lapwing-deadletter") ?? [], as: UTF8.self)
        #expect(note.contains(#""topic":"lapwing.chunks","partition":0,"offset":2"#))
        await log.close()
    }

    @Test("With the policy to fail, the video ends there and says why", arguments: intervals)
    func failure(interval: Duration) async throws {
        let (rig, id) = try await tampered(Rig.clip("d", frames: 50)) { logged, header in
            var record = logged.record
            if header.index == 2 { record.value?[100] ^= 0xff }
            return record
        }
        let log = try rig.open()
        try await rig.worker(
            log, configuration: rig.configuration(onBadChunk: .fail), commitInterval: interval
        ).run()
        let end = try #require(try await rig.decoded(id, from: log).last)
        #expect(end.event == "failed")
        #expect(end.reason?.contains("chunk 2") == true)
        let records = try await rig.decoded(id, from: log)
        #expect(records.filter { $0.type == .frame }.map(\.frame) == Array(0..<20))
        let offsets = try await log.group(rig.topics.workerGroup)?.committed ?? [:]
        #expect(offsets[TopicPartition(rig.topics.chunks, 0)] == 5, "what is left of the video is passed")
        await log.close()
    }

    @Test("A chunk whose sums are right but which is no video is a gap, too", arguments: intervals)
    func noVideo(interval: Duration) async throws {
        let (rig, id) = try await tampered(Rig.clip("d", frames: 50)) { logged, header in
            guard header.index == 1 else { return logged.record }
            return TestChunk.records(
                video: header.videoID.rawValue, index: 1, bytes: Array("this is text, not a video".utf8))[0].record
        }
        let log = try rig.open()
        try await rig.worker(log, commitInterval: interval).run()
        let end = try #require(try await rig.decoded(id, from: log).last)
        #expect(end.ledger?.framesUndecodable == 10 && end.ledger?.isBalanced == true)
        #expect(try await deadLetters(rig, log).count == 1)
        await log.close()
    }

    @Test(
        "A chunk that lies about where its frames are is a gap where it stands; the others are not moved",
        arguments: intervals)
    func lyingChunk(interval: Duration) async throws {
        let (rig, id) = try await tampered(Rig.clip("d", frames: 50)) { logged, header in
            guard header.index == 2 else { return logged.record }
            var record = logged.record
            var lie = header
            lie.firstFrame = 5
            record.headers = [Record.Header(ChunkHeader.headerName, JSONCoding.encode(lie))]
            return record
        }
        let log = try rig.open()
        try await rig.worker(log, commitInterval: interval).run()
        let records = try await rig.decoded(id, from: log)
        #expect(records.filter { $0.type == .frame }.map(\.frame) == Array(0..<20) + Array(30..<50))
        let gap = try #require(records.first { $0.event == "gap" })
        #expect(gap.frame == 20 && gap.frameCount == 10 && gap.reason?.contains("frame 5") == true)
        #expect(records.last?.event == "ended" && records.last?.ledger?.isBalanced == true)
        await log.close()
    }

    @Test("Records twice, and in the wrong order, change nothing")
    func duplicatesAndDisorder() async throws {
        let clip = try Rig.clip("d", frames: 50)
        let expected = try await Rig.undisturbed([clip])
        let (source, id) = try await tampered(clip) { logged, _ in logged.record }
        let from = try source.open()
        var records: [OutgoingRecord] = []
        try await from.readAll(TopicPartition(source.topics.chunks, 0)) {
            records.append(OutgoingRecord(topic: source.topics.chunks, record: $0.record))
        }
        await from.close()
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        try await log.append([3, 0, 0, 4, 2, 3, 1, 1].map { records[$0] })
        try await rig.worker(log).run()
        #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil)
        await log.close()
    }

    @Test("A video whose chunks stop coming ends as failed, with what is missing in the ledger")
    func incomplete() async throws {
        let (rig, id) = try await tampered(Rig.clip("d", frames: 50)) { logged, header in
            header.index == 3 ? nil : logged.record
        }
        let log = try rig.open()
        try await rig.worker(log, start: .streaming, videoTimeout: .milliseconds(300)).run()
        let end = try #require(try await rig.decoded(id, from: log).last)
        #expect(end.event == "failed" && end.reason?.contains("incomplete") == true)
        #expect(
            end.ledger?.framesExpected == 50 && end.ledger?.framesProcessed == 30 && end.ledger?.framesMissing == 20)
        #expect(end.ledger?.isBalanced == true)
        let committed = try await log.group(rig.topics.workerGroup)?.committed.values.first
        #expect(committed == 4, "the safe offset moves past it")
        await log.close()
    }

    @Test("A record of another kind in the chunks goes to the dead letters; the videos are not disturbed")
    func foreignRecord() async throws {
        let clip = try Rig.clip("d", frames: 50)
        let expected = try await Rig.undisturbed([clip])
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        try await log.append([
            OutgoingRecord(topic: rig.topics.chunks, record: Record(key: "x", value: [1, 2, 3])),
            OutgoingRecord(topic: rig.topics.chunks, record: Record(key: nil, value: nil)),
        ])
        let id = try await rig.submit([clip], to: log)[0]
        try await rig.worker(log).run()
        #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil)
        #expect(try await deadLetters(rig, log).count == 2)
        await log.close()
    }
}
