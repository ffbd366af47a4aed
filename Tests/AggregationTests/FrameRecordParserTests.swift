import PipelineTesting
import Testing
import Tracking
import Vision

@testable import Pipeline

@Suite("Frames read without a JSON decoder")
struct FrameRecordParserTests {
    private static func records() throws -> [[UInt8]] {
        var footage = try Footage("a.b_C-1")
        for frame in 0..<40 {
            let x = Double(frame * 37 % 600) + 0.07 * Double(frame)
            footage.frame(
                [
                    .init(track: 1, box: BoundingBox(x1: -x, y1: 0.004, x2: x / 3, y2: 1234.565)),
                    .init(track: 2, classID: 2, box: Footage.box(x, 100), confidence: 0.999_96, state: .tentative),
                ],
                untracked: [Detection(box: Footage.box(5, x), confidence: 0.3, classID: 7)],
                predicted: frame > 0 ? [.init(track: 9, box: Footage.box(1, 1), state: .lost)] : [],
                time: Double(frame) * 1001 / 30)
        }
        footage.skippedFrame()
        return footage.records.filter(ResultsReader.isFrame)
    }

    private static let replacements = Array(#"0123456789.-,:"{}[]eE+ nulltruefalse\"#.utf8) + [0, 0x1f, 0x80, 0xff]

    private static func decoded(_ json: [UInt8]) -> ResultRecord? {
        try? JSONCoding.decode(ResultRecord.self, from: json, what: "a result")
    }

    @Test("are what the decoder makes of them")
    func same() throws {
        for json in try Self.records() {
            let record = try #require(FrameRecordParser.parse(json), "\(String(decoding: json, as: UTF8.self))")
            #expect(record == Self.decoded(json))
        }
    }

    @Test("are left to the decoder where they are not as they are written")
    func others() throws {
        for json in try Self.records().prefix(3) {
            let text = String(decoding: json, as: UTF8.self)
            for (part, other) in [
                (#""person""#, #""per\u0073on""#), (#""chunk_index":0"#, #""chunk_index":1e0"#),
                (#""width":640"#, #""width": 640"#), (#""height":360"#, #""height":12345678901234567890"#),
                (#""type":"frame""#, #""type":"other""#), (#""y1":0.00"#, #""y1":00.00"#),
                (#""y1":0.00"#, #""y1":-0.00"#), (#""y1":0.00"#, #""y1":.00"#), (#""y1":0.00"#, #""y1":0."#),
                (#""a.b_C-1""#, #""a/b""#), (#""frame":"#, #""frame":null,"more":"#),
            ] {
                let changed = text.replacing(part, with: other)
                guard changed != text else { continue }
                #expect(FrameRecordParser.parse(Array(changed.utf8)) == nil, "\(changed)")
            }
            for cut in [0, 1, 30, json.count - 1] { #expect(FrameRecordParser.parse(Array(json.prefix(cut))) == nil) }
            #expect(FrameRecordParser.parse(json + [UInt8(ascii: " ")]) == nil)
        }
    }

    @Test("when damaged, are never what the decoder would not make of them")
    func damaged() throws {
        let records = try Self.records()
        var random = Mutator(seed: 8)
        var understood = 0
        for _ in 0..<3000 {
            var json = records[random.below(records.count)]
            for _ in 0..<(1 + random.below(3)) {
                let place = random.below(json.count)
                json[place] = random.pick(Self.replacements)
            }
            guard let record = FrameRecordParser.parse(json) else { continue }
            understood += 1
            #expect(record == Self.decoded(json), "\(String(decoding: json, as: UTF8.self))")
        }
        #expect(understood > 100)
    }
}
