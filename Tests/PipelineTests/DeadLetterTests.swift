import EventLog
import PipelineTesting
import SQLiteLog
import Testing

@testable import Pipeline

@Suite("Dead letters")
struct DeadLetterTests {
    private func letters(_ box: DeadLetterBox) async throws -> [DeadLetterBox.Letter] {
        var letters: [DeadLetterBox.Letter] = []
        try await box.read { letters.append($0) }
        return letters
    }

    @Test("are listed as they were, with reason and origin; what is past stays where it is")
    func past() async throws {
        let rig = try await Rig(partitions: 2)
        let log = try rig.open()
        let damaged = TestChunk.records(
            video: "damaged", index: 0, bytes: Array("no video".utf8), parts: 2, isLast: true
        )
        .map { OutgoingRecord(topic: rig.topics.chunks, partition: 1, record: $0.record) }
        let garbage = OutgoingRecord(
            topic: rig.topics.chunks, partition: 1,
            record: Record(key: "x", value: [7], headers: [Record.Header("h", "v")]))
        try await log.append(damaged + [garbage])
        try await rig.worker(log).run()

        let box = DeadLetterBox(log: log, topics: rig.topics)
        let found = try await letters(box)
        #expect(found.count == 3)
        let parts = found.filter { $0.chunk != nil }
        #expect(parts.map { $0.chunk?.part } == [0, 1])
        let areSame = parts.map(\.record) == damaged.map(\.record)
        #expect(areSame)
        #expect(parts.map(\.originOffset) == [0, 1])
        let other = try #require(found.first { $0.chunk == nil })
        #expect(other.record == garbage.record)
        #expect(other.origin == TopicPartition(rig.topics.chunks, 1) && other.originOffset == 2)
        #expect(other.reason.contains("no header"))
        let again = try await box.letter(partition: other.partition, offset: other.offset)
        #expect(again?.record == other.record)
        try #expect(await box.letter(partition: 0, offset: 0) == nil)
        try #expect(await box.letter(partition: 9, offset: 0) == nil)

        let end = try await log.offsets(of: TopicPartition(rig.topics.chunks, 1)).upperBound
        let outcomes = try await box.replay(parts)
        for outcome in outcomes {
            guard case .tooLate(let reason) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(reason.contains("the work of video damaged is done"))
        }
        try #expect(await log.offsets(of: TopicPartition(rig.topics.chunks, 1)).upperBound == end)
        await log.close()
    }

    @Test("that a video waits for fill its hole: the results are as if nothing had been")
    func replay() async throws {
        let clip = try Rig.clip("letters", frames: 50)
        let expected = try await Rig.undisturbed([clip])
        let source = try await Rig(partitions: 1)
        let from = try source.open()
        let id = try await source.submit([clip], to: from)[0]
        var records: [LoggedRecord] = []
        try await from.readAll(TopicPartition(source.topics.chunks, 0)) { records.append($0) }
        await from.close()

        // What a worker that did not understand chunk 2 would have left behind.
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        try await log.append(
            records.map { logged in
                logged.offset == 2
                    ? DeadLetter(record: logged, reason: "of a version that is not understood").outgoing(
                        topics: rig.topics)
                    : OutgoingRecord(topic: rig.topics.chunks, record: logged.record)
            })
        let worker = try rig.worker(log, start: .streaming)
        async let work: Void = worker.run()
        // The video waits for chunk 2 as long as the worker is there.
        let reader = ResultsReader(log: log, topics: rig.topics)
        var frames = 0
        struct Enough: Error {}
        do {
            try await reader.read(id, follow: true) { json in
                if ResultsReader.isFrame(json) { frames += 1 }
                if frames == 20 { throw Enough() }
            }
        } catch is Enough {}
        #expect(frames == 20)

        let box = DeadLetterBox(log: log, topics: rig.topics)
        let waiting = try await letters(box)
        try #expect(await box.replay(waiting) == [.sent])
        try await work
        try #expect(firstDifference(expected[id] ?? [], await rig.results(id, from: log)) == nil)
        #expect(try await letters(box).count == 1, "it is no letter a second time")
        let late = try await box.replay(waiting)
        #expect(late != [.sent])
        await log.close()
    }
}
