import EventLog
import Foundation
import Testing

@testable import Pipeline

@Suite("Names, checksums and JSON")
struct RecordTests {
    @Test(
        "A video ID is 1 to 128 of the allowed characters, and never a folder's dot",
        arguments: [
            ("street-3f9a2c1b77aa", true), ("A.b_c-9", true), (String(repeating: "x", count: 128), true),
            ("", false), (".", false), ("..", false), ("a/b", false), ("a b", false), ("ü", false), ("a\u{0}", false),
            (String(repeating: "x", count: 129), false),
        ])
    func videoID(text: String, isValid: Bool) {
        let id = try? VideoID(text)
        #expect((id != nil) == isValid)
    }

    @Test(
        "A file's name becomes a slug",
        arguments: [
            ("Street No 5 (copy)", "Street-No-5-copy"), ("…", "video"), ("a..b", "a..b"), ("-x-", "x"),
        ])
    func slug(name: String, expected: String) {
        #expect(VideoID.slug(of: name) == expected)
    }

    @Test("The same bytes under the same name get the same ID; other bytes another")
    func fileID() throws {
        let folder = try TemporaryFolder()
        let a = try folder.file("clip.mp4", [1, 2, 3])
        let first = try VideoID.forFile(atPath: a)
        #expect(first.rawValue == "clip-039058c6f2c0")
        _ = try folder.file("clip.mp4", [1, 2, 4])
        #expect(try VideoID.forFile(atPath: a) != first)
        #expect(throws: PipelineError.self) { try VideoID.forFile(atPath: folder.path + "/none") }
    }

    @Test(
        "CRC-32C gives the check values of RFC 3720",
        arguments: [
            (Array("123456789".utf8), "e3069283"), ([UInt8](repeating: 0, count: 32), "8a9136aa"),
            ([UInt8](repeating: 0xff, count: 32), "62a8ab43"), ((0..<32).map { UInt8($0) }, "46dd794e"),
            ([], "00000000"),
        ])
    func crc(bytes: [UInt8], expected: String) {
        #expect(CRC32C.text(CRC32C.checksum(bytes)) == expected)
    }

    @Test(
        "Decimals are written with a fixed number of places and never as an exponent",
        arguments: [
            (0.0, 2, "0.00"), (-0.001, 2, "0.00"), (1.005, 2, "1.00"), (1.125, 2, "1.13"), (-1.125, 2, "-1.13"),
            (123456789.5, 1, "123456789.5"),
            (0.00004, 4, "0.0000"), (1e15, 2, "1000000000000000.00"), (.nan, 2, "null"), (.infinity, 2, "null"),
        ])
    func decimals(value: Double, places: Int, expected: String) {
        var json = JSONWriter()
        json.array { $0.decimal(value, decimals: places) }
        #expect(String(decoding: json.bytes, as: UTF8.self) == "[\(expected)]")
    }

    @Test("Strings with quotes, controls and other scripts come back as they were")
    func strings() throws {
        let text = "a\"b\\c\n\u{1}\u{7f}üñ漢🦩/"
        var json = JSONWriter()
        json.object {
            $0.key("text")
            $0.string(text)
            $0.key("list")
            $0.array { list in
                list.integer(-7)
                list.boolean(true)
                list.null()
                list.integer(Int64.min)
            }
        }
        struct Decoded: Decodable, Equatable {
            var text: String
        }
        #expect(try JSONDecoder().decode(Decoded.self, from: Data(json.bytes)).text == text)
    }

    @Test("The safe offset is the smallest that is still needed")
    func safeOffset() {
        var tracker = OffsetTracker(position: 5)
        #expect(tracker.safeOffset == 5)
        tracker.need(5)
        tracker.pass(6)
        tracker.need(7)
        tracker.need(9)
        #expect(tracker.safeOffset == 5)
        tracker.release([7])
        #expect(tracker.safeOffset == 5, "an earlier one is still needed")
        tracker.release([5])
        #expect(tracker.safeOffset == 9)
        tracker.release([9])
        #expect(tracker.safeOffset == 10)
        tracker.pass(20)
        #expect(tracker.safeOffset == 21)
    }

    @Test("A ledger balances only when every frame is in one place")
    func ledger() {
        var ledger = Ledger()
        ledger.framesExpected = 10
        ledger.chunksExpected = 2
        #expect(!ledger.isBalanced)
        ledger.framesProcessed = 5
        ledger.framesSkipped = 2
        ledger.framesDecoded = 7
        ledger.framesUndecodable = 2
        ledger.framesMissing = 1
        ledger.chunksProcessed = 1
        ledger.chunksMissing = 1
        #expect(ledger.isBalanced)
        ledger.framesDecoded = 8
        #expect(!ledger.isBalanced)
    }

    @Test("Chunk headers survive JSON; foreign, future and impossible ones are refused with their place")
    func chunkHeader() throws {
        let header = TestChunk.header(video: "v", index: 3, byteCount: 4)
        func logged(_ json: [UInt8]?, key: String = "v") -> LoggedRecord {
            LoggedRecord(
                topicPartition: TopicPartition("chunks", 1), offset: 42, timestamp: 0,
                record: Record(
                    key: key, value: [1, 2, 3, 4],
                    headers: json.map { [Record.Header(ChunkHeader.headerName, $0)] } ?? []))
        }
        let json = JSONCoding.encode(header)
        #expect(try ChunkHeader(of: logged(json)) == header)
        var future = header
        future.schema = 2
        var impossible = header
        impossible.part = 9
        for bad in [nil, [], Array("{}".utf8), JSONCoding.encode(future), JSONCoding.encode(impossible)] as [[UInt8]?] {
            let error = #expect(throws: PipelineError.self) { try ChunkHeader(of: logged(bad)) }
            #expect(error?.description.contains("record 42 of chunks[1]") == true)
        }
        #expect(throws: PipelineError.self) { try ChunkHeader(of: logged(json, key: "w")) }
    }
}
