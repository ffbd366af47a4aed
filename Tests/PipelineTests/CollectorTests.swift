import EventLog
import Foundation
import Testing

@testable import Pipeline

@Suite("The collector")
struct CollectorTests {
    private let partition = TopicPartition("chunks", 0)
    private let folder: TemporaryFolder
    private let budget = MemoryBudget(limit: 1 << 20)

    init() throws {
        folder = try TemporaryFolder()
    }

    private func collector(_ policy: StartPolicy, restored: RestoredVideos = .init(), at position: Int64 = 0) throws
        -> Collector
    {
        var collector = Collector(policy: policy, budget: budget, spool: try Spool(root: folder.path))
        collector.assign(partition, restored, position: position)
        return collector
    }

    private func next(_ collector: inout Collector, _ closing: Set<TopicPartition> = []) -> ChunkAssembly? {
        collector.next(excluding: closing)
    }

    /// The next chunk; there must be one.
    private func take(_ collector: inout Collector) throws -> ChunkAssembly {
        let found = next(&collector)
        return try #require(found)
    }

    private func bytes(_ count: Int, _ seed: UInt8 = 1) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) &+ seed }
    }

    private func outcome(_ chunk: ChunkAssembly, done: Bool = false, keeps: Bool = false) -> ChunkOutcome {
        ChunkOutcome(videoID: chunk.header.videoID, records: [], videoIsDone: done, keepsRecords: keeps)
    }

    /// The records of a chunk that stands alone.
    private func alone(_ index: Int, parts: Int = 1, firstOffset: Int64) throws -> [LoggedRecord] {
        try TestChunk.records(video: "v", index: index, bytes: bytes(100), parts: parts, firstOffset: firstOffset).map {
            var logged = $0
            var header = try ChunkHeader(of: logged)
            header.parallel = true
            logged.record.headers = [Record.Header(ChunkHeader.headerName, JSONCoding.encode(header))]
            return logged
        }
    }

    @Test("Chunks that stand alone are handed out as they come, whatever the policy, and needed until they are done")
    func chunksThatStandAlone() throws {
        var collector = try collector(.complete)
        let records = try alone(7, firstOffset: 0) + alone(2, parts: 2, firstOffset: 1) + alone(4, firstOffset: 3)
        for record in [records[0], records[1], records[3], records[0]] { _ = collector.take(record) }
        let first = try take(&collector)
        let second = try take(&collector)
        #expect(first.header.index == 7 && second.header.index == 4)
        #expect(next(&collector) == nil)
        collector.finish(second, outcome(second))
        #expect(collector.safeOffset(of: partition) == 0)
        collector.finish(first, outcome(first))
        #expect(collector.safeOffset(of: partition) == 1)
        // One of which a part does not come is let go, and the video is not this collector's to give up.
        #expect(collector.stalled(for: .zero, now: .now + .seconds(1)).isEmpty)
        let abandoned = collector.abandonFragments(for: .zero, now: .now + .seconds(1))
        #expect(try abandoned == [VideoID("v"): 1])
        #expect(collector.safeOffset(of: partition) == 4)
        // The other part comes after all: it is one of a chunk that nobody began.
        _ = collector.take(records[2])
        #expect(next(&collector) == nil)
    }

    @Test("Parts in any order, each twice, make the chunk once")
    func partsInAnyOrder() throws {
        var found: ChunkAssembly?
        let data = bytes(1000)
        let records = TestChunk.records(video: "v", index: 0, bytes: data, parts: 4)
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 0, 3, 2, 1]] {
            var collector = try collector(.streaming)
            for part in order {
                found = next(&collector, [])
                #expect(found == nil)
                _ = collector.take(records[part])
            }
            let chunk = try take(&collector)
            #expect(try chunk.load() == data)
            for record in records {
                guard case .duplicate = collector.take(record) else {
                    Issue.record("a part that is there was taken again")
                    continue
                }
            }
            found = next(&collector, [])
            #expect(found == nil)
        }
    }

    @Test("A video waits for its last chunks where it is not to begin before all of them is here")
    func waitingForTheLast() throws {
        for policy in [StartPolicy.complete, .streaming] {
            var collector = try collector(policy)
            #expect(!collector.isWaiting)
            for record in TestChunk.records(video: "v", index: 0, bytes: bytes(10)) { _ = collector.take(record) }
            #expect(collector.isWaiting == (policy == .complete))
            for record in TestChunk.records(video: "v", index: 1, bytes: bytes(10), isLast: true, firstOffset: 1) {
                _ = collector.take(record)
            }
            _ = try take(&collector)
            #expect(!collector.isWaiting)
        }
    }

    @Test("A chunk waits for the one before it, whatever comes first")
    func chunksInOrder() throws {
        var found: ChunkAssembly?
        var collector = try collector(.streaming)
        for record in TestChunk.records(video: "v", index: 1, bytes: bytes(10), firstOffset: 0) {
            _ = collector.take(record)
        }
        found = next(&collector, [])
        #expect(found == nil)
        for record in TestChunk.records(video: "v", index: 0, bytes: bytes(10), firstOffset: 1) {
            _ = collector.take(record)
        }
        let first = try take(&collector)
        #expect(first.header.index == 0)
        let second = try take(&collector)
        #expect(second.header.index == 1)
        found = next(&collector, [])
        #expect(found == nil)
        #expect(collector.safeOffset(of: partition) == 0)
        #expect(collector.stalled(for: .zero, now: .now + .seconds(1)).isEmpty, "its chunks are in hand")
        collector.finish(first, outcome(first))
        #expect(collector.safeOffset(of: partition) == 0, "chunk 1 came before it in the log and is still needed")
        collector.finish(second, outcome(second))
        #expect(collector.safeOffset(of: partition) == 2)
        #expect(!collector.stalled(for: .zero, now: .now + .seconds(1)).isEmpty)
    }

    @Test("A video that ends with one of the chunks in hand needs none of the others")
    func endsWithChunksInHand() throws {
        var collector = try collector(.streaming)
        for index in 0..<3 {
            for record in TestChunk.records(video: "v", index: index, bytes: bytes(10), firstOffset: Int64(index)) {
                _ = collector.take(record)
            }
        }
        let first = try take(&collector)
        let second = try take(&collector)
        collector.finish(first, outcome(first, done: true))
        #expect(collector.safeOffset(of: partition) == 3)
        #expect(!collector.hasReady)
        collector.finish(second, outcome(second))
        #expect(collector.safeOffset(of: partition) == 3)
    }

    @Test("Chunks in hand stay in memory when others go to the spool")
    func spillsOnlyWhatWaits() throws {
        var collector = try collector(.streaming)
        for index in 0..<2 {
            let records = TestChunk.records(
                video: "v", index: index, bytes: bytes(900_000), firstOffset: Int64(index))
            for record in records { _ = collector.take(record) }
        }
        let first = try take(&collector)
        try collector.spill()
        #expect(budget.bytesUsed > 900_000 && budget.bytesUsed < 1_000_000, "one of the two is in memory")
        #expect(try first.load() == bytes(900_000))
        let second = try take(&collector)
        #expect(try second.load() == bytes(900_000))
    }

    @Test("With the complete policy nothing begins before the last chunk is in")
    func completePolicy() throws {
        var found: ChunkAssembly?
        var collector = try collector(.complete)
        for index in [0, 2, 1] {
            found = next(&collector, [])
            #expect(found == nil)
            for record in TestChunk.records(
                video: "v", index: index, bytes: bytes(10), isLast: index == 2, firstOffset: Int64(index))
            { _ = collector.take(record) }
        }
        found = next(&collector, [])
        #expect(found?.header.index == 0)
    }

    @Test("A video that could start is started when the log is full")
    func startEarly() throws {
        var found: ChunkAssembly?
        var collector = try collector(.complete)
        var hasStarted = collector.startEarly()
        #expect(!hasStarted)
        for record in TestChunk.records(video: "v", index: 0, bytes: bytes(10)) { _ = collector.take(record) }
        found = next(&collector, [])
        #expect(found == nil)
        hasStarted = collector.startEarly()
        #expect(hasStarted)
        found = next(&collector, [])
        #expect(found?.header.index == 0)
    }

    @Test("The video in hand goes on before another begins")
    func videoInHandFirst() throws {
        var collector = try collector(.streaming)
        var offset: Int64 = 0
        for index in 0..<2 {
            for video in ["a", "b"] {
                for record in TestChunk.records(video: video, index: index, bytes: bytes(10), firstOffset: offset) {
                    _ = collector.take(record)
                }
                offset += 1
            }
        }
        var order: [String] = []
        while let chunk = collector.next(excluding: []) {
            order.append("\(chunk.header.videoID)\(chunk.header.index)")
            collector.finish(chunk, outcome(chunk))
        }
        #expect(order == ["a0", "a1", "b0", "b1"])
    }

    @Test("A damaged part makes a chunk that says why it cannot be used, with its parts for the dead letters")
    func damagedPart() throws {
        var records = TestChunk.records(video: "v", index: 0, bytes: bytes(1000), parts: 3)
        records[1].record.value?[7] ^= 1
        var collector = try collector(.streaming)
        for record in records { _ = collector.take(record) }
        let chunk = try take(&collector)
        let error = #expect(throws: PipelineError.self) { try chunk.load() }
        #expect(error?.detail == "part 1 does not match its checksum")
        let letters = try chunk.deadLetters(reason: "x")
        #expect(letters.map(\.record) == records)
    }

    @Test("A chunk whose parts are sound but whose sum is not is refused")
    func wrongDigest() throws {
        var records = TestChunk.records(video: "v", index: 0, bytes: bytes(1000), parts: 1)
        var header = try ChunkHeader(of: records[0])
        header.sha256 = String(repeating: "0", count: 64)
        records[0].record.headers = [Record.Header(ChunkHeader.headerName, JSONCoding.encode(header))]
        var collector = try collector(.streaming)
        _ = collector.take(records[0])
        let chunk = try take(&collector)
        #expect(throws: PipelineError.self) { try chunk.load() }
    }

    @Test("A record that is no part of a chunk is kept until it is among the dead letters")
    func unreadableRecord() throws {
        var collector = try collector(.streaming, at: 7)
        let record = LoggedRecord(
            topicPartition: partition, offset: 7, timestamp: 0, record: Record(key: "v", value: [1]))
        guard case .unreadable = collector.take(record) else {
            Issue.record("it was taken")
            return
        }
        #expect(collector.safeOffset(of: partition) == 7)
        #expect(collector.hasLetters(of: partition))
        let letters = collector.takeLetters(of: partition)
        #expect(letters.count == 1)
        #expect(collector.safeOffset(of: partition) == 8)
    }

    @Test("A dead letter waits for the records before it, so that a restart does not find it again")
    func letterWaits() throws {
        var collector = try collector(.streaming)
        for record in TestChunk.records(video: "v", index: 0, bytes: bytes(10)) { _ = collector.take(record) }
        _ = collector.take(
            LoggedRecord(topicPartition: partition, offset: 1, timestamp: 0, record: Record(key: "v", value: [1])))
        #expect(!collector.hasLetters(of: partition))
        var letters = collector.takeLetters(of: partition)
        #expect(letters.isEmpty)
        let chunk = try take(&collector)
        collector.finish(chunk, outcome(chunk))
        letters = collector.takeLetters(of: partition)
        #expect(letters.count == 1)
        #expect(collector.safeOffset(of: partition) == 2)
    }

    @Test("After a restart the chunks that are done are passed over, and so are videos that are done")
    func restored() throws {
        var found: ChunkAssembly?
        var collector = try collector(
            .complete, restored: RestoredVideos(running: [VideoID("v"): 2], done: [VideoID("w")]), at: 0)
        var offset: Int64 = 0
        for video in ["v", "w"] {
            for index in 0..<4 {
                for record in TestChunk.records(
                    video: video, index: index, bytes: bytes(10), isLast: index == 3, firstOffset: offset)
                { _ = collector.take(record) }
                offset += 1
            }
        }
        #expect(collector.safeOffset(of: partition) == 2)
        let chunk = try take(&collector)
        #expect(chunk.header.index == 2)
        collector.finish(chunk, outcome(chunk))
        let last = try take(&collector)
        collector.finish(last, outcome(last, done: true))
        #expect(collector.safeOffset(of: partition) == 8)
        found = next(&collector, [])
        #expect(found == nil)
    }

    @Test("Where no checkpoint stands for them, a video's records are needed until it is done")
    func keptRecords() throws {
        var collector = try collector(.complete)
        for index in 0..<3 {
            for record in TestChunk.records(
                video: "v", index: index, bytes: bytes(10), isLast: index == 2, firstOffset: Int64(index))
            { _ = collector.take(record) }
        }
        while let chunk = collector.next(excluding: []) {
            #expect(collector.safeOffset(of: partition) == 0)
            collector.finish(chunk, outcome(chunk, done: chunk.header.isLast, keeps: true))
        }
        #expect(collector.safeOffset(of: partition) == 3)
    }

    @Test("Chunks that do not fit into memory go to the spool and come back the same; memory is given back")
    func spool() throws {
        var collector = try collector(.complete)
        let data = (0..<6).map { bytes(300_000, UInt8($0)) }
        var offset: Int64 = 0
        for (index, data) in data.enumerated() {
            for record in TestChunk.records(
                video: "v", index: index, bytes: data, parts: 3, isLast: index == 5, firstOffset: offset)
            {
                _ = collector.take(record)
                if budget.isAboveHigh { try collector.spill() }
                #expect(budget.bytesUsed <= 1 << 20 + 110_000)
            }
            offset += 3
        }
        func files() throws -> Int {
            try FileManager.default.subpathsOfDirectory(atPath: folder.path).count {
                !$0.hasPrefix("lapwing-spool") || $0.contains("/")
            }
        }
        #expect(try files() > 0)
        for data in data {
            let chunk = try take(&collector)
            #expect(try chunk.load() == data)
            collector.finish(chunk, outcome(chunk, done: chunk.header.isLast))
        }
        #expect(budget.bytesUsed == 0)
        #expect(try files() == 0)
    }

    @Test("A partition that is given back leaves nothing behind")
    func drop() throws {
        var found: ChunkAssembly?
        var collector = try collector(.streaming)
        for record in TestChunk.records(video: "v", index: 0, bytes: bytes(10)) { _ = collector.take(record) }
        collector.drop(partition)
        found = next(&collector, [])
        #expect(found == nil)
        #expect(collector.safeOffset(of: partition) == nil)
        #expect(budget.bytesUsed == 0)
    }

    @Test("Nothing of a partition that is being given back is begun")
    func closing() throws {
        var found: ChunkAssembly?
        var collector = try collector(.streaming)
        for record in TestChunk.records(video: "v", index: 0, bytes: bytes(10)) { _ = collector.take(record) }
        found = next(&collector, [partition])
        #expect(found == nil)
        found = next(&collector, [])
        #expect(found != nil)
    }

    @Test("A video whose chunks stopped coming is found, and what it held is let go when it is given up")
    func stalled() throws {
        var collector = try collector(.complete)
        for record in TestChunk.records(video: "v", index: 1, bytes: bytes(10), isLast: true) {
            _ = collector.take(record)
        }
        #expect(collector.stalled(for: .seconds(60)).isEmpty)
        let stalled = collector.stalled(for: .seconds(60), now: .now + .seconds(61))
        #expect(stalled.map(\.0.rawValue) == ["v"])
        #expect(collector.totals(of: stalled[0].0).frames == 20)
        collector.abandon(stalled[0].0)
        #expect(collector.safeOffset(of: partition) == 1)
        #expect(budget.bytesUsed == 0)
    }
}
