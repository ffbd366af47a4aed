import EventLog
import Foundation
import PipelineTesting
import SQLiteLog
import Testing

@testable import Pipeline

/// Chunk headers that lie, one lie each.
@Suite("Hostile records")
struct HostileRecordTests {
    private func header(_ change: (inout ChunkHeader) -> Void) throws -> ChunkHeader {
        var header = ChunkHeader(
            videoID: try VideoID("v"), index: 3, part: 0, parts: 1, byteCount: 3, chunkByteCount: 3,
            crc32c: CRC32C.text(CRC32C.checksum([1, 2, 3])), sha256: nil, firstFrame: 30, frameCount: 10,
            prerollFrames: 0, prerollPackets: 0, hiddenPackets: nil, exactPTS: nil, pts: 0, duration: 10, startPTS: 0,
            timestampShift: 0, timeBase: "1/10", codec: "h264", container: "mp4", width: 64, height: 48, rotation: 0,
            frameRate: "10/1", source: "v.mp4", isLast: true, totalChunks: 4, totalFrames: 40, sourceDigest: nil)
        change(&header)
        return header
    }

    private func logged(_ header: ChunkHeader, _ value: [UInt8] = [1, 2, 3]) -> LoggedRecord {
        LoggedRecord(
            topicPartition: TopicPartition("chunks", 0), offset: 0, timestamp: 0,
            record: Record(
                key: "v", value: value, headers: [Record.Header(ChunkHeader.headerName, JSONCoding.encode(header))]))
    }

    @Test("Numbers that cannot be true are refused before anything is done with them")
    func numbers() throws {
        _ = try ChunkHeader(of: logged(header { _ in }))
        let lies: [(inout ChunkHeader) -> Void] = [
            { $0.startPTS = .min }, { $0.pts = .max }, { $0.duration = .max }, { $0.timestampShift = .min },
            { $0.frameCount = 1 << 31 }, { $0.totalChunks = .min }, { $0.totalChunks = 5 }, { $0.totalFrames = .max },
            { $0.totalFrames = nil }, { $0.isLast = false }, { $0.byteCount = .max }, { $0.chunkByteCount = .max },
            { $0.chunkByteCount = 2 }, { $0.parts = .max }, { $0.part = -1 }, { $0.index = .max },
            { $0.firstFrame = .max }, { $0.prerollPackets = .max }, { $0.width = .max }, { $0.height = -1 },
            { $0.source = String(repeating: "\u{1}", count: 5000) }, { $0.codec = String(repeating: "x", count: 500) },
        ]
        for (number, lie) in lies.enumerated() {
            let liar = try header(lie)
            #expect(throws: PipelineError.self, "lie \(number)") { try ChunkHeader(of: logged(liar)) }
        }
    }

    @Test("A chunk that announces two gigabytes and brings three bytes is refused without taking them, spooled or not")
    func hugeChunk() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hostile-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let spool = try Spool(root: folder.path)
        let header = try header { $0.chunkByteCount = 1 << 31 }
        for spills in [false, true] {
            let chunk = ChunkAssembly(
                header: header, topicPartition: TopicPartition("chunks", 0), budget: MemoryBudget(limit: 1 << 20))
            #expect(chunk.add(header, logged(header)))
            if spills { try chunk.spill(to: spool) }
            let error = #expect(throws: PipelineError.self) { try chunk.load() }
            #expect(error?.code == .invalidRecord)
            #expect(try chunk.deadLetters(reason: "x").first?.record.record.value == [1, 2, 3])
        }
    }

    @Test("A record that is too large for a letter with its reason is left out of it")
    func hugeLetter() throws {
        let large = logged(try header { _ in }, [UInt8](repeating: 0, count: 999_000))
        let letter = DeadLetter(record: large, reason: "it lies").outgoing(topics: Topics()).record
        #expect(letter.value == nil && letter.byteCount < 10_000)
        let note = String(decoding: letter.header(DeadLetter.headerName) ?? [], as: UTF8.self)
        #expect(note.contains("it lies (the record has 999"))
    }
}
