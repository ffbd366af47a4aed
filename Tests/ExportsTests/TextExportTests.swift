import Foundation
import Pipeline
import Testing

@testable import Exports

@Suite("Exports as text")
struct TextExportTests {
    @Test("csv: supervision's columns first; nothing where nothing is known; quotes where RFC 4180 wants them")
    func csv() throws {
        let expected = """
            x_min,y_min,x_max,y_max,class_id,confidence,tracker_id,class_name,frame_index,time_ms,object_id,detection_id,\
            state,predicted,video_id,timestamp
            10.00,20.25,40.50,60.25,2,0.8765,1,car,0,0.000,street:1,street:0:0,confirmed,false,street,\
            2026-11-23T17:59:28.123000Z
            100.00,20.25,130.50,60.25,0,0.8765,,"Ampel, \"\"rot\"\"\",0,0.000,,street:0:1,,false,street,\
            2026-11-23T17:59:28.123000Z
            10.00,20.25,40.50,60.25,1,0.8765,2,Fußgänger 歩行者,1,40.000,street:2,street:1:0,tentative,false,street,\
            2026-11-23T17:59:28.163000Z
            1.00,2.00,3.50,5.00,2,,1,car,1,40.000,street:1,,lost,true,street,2026-11-23T17:59:28.163000Z
            14.10,20.25,44.60,60.25,2,0.8765,1,car,6,240.000,street:1,street:6:0,confirmed,false,street,\
            2026-11-23T17:59:28.363000Z

            """
        #expect(try exportedText(Records.mixed, as: .csv) == expected)
    }

    @Test("mot: confirmed objects where they were detected, frames from 1, width and height")
    func mot() throws {
        let expected = """
            1,1,10.00,20.25,30.50,40.00,0.8765,-1,-1,-1
            7,1,14.10,20.25,30.50,40.00,0.8765,-1,-1,-1

            """
        #expect(try exportedText(Records.mixed, as: .mot) == expected)
    }

    @Test("jsonl: every record, byte for byte")
    func jsonLines() throws {
        #expect(try exportedText(Records.mixed, as: .jsonl) == Records.mixed.map { $0 + "\n" }.joined())
    }

    @Test("A video without objects is a table without rows", arguments: [Records.ended, Records.failed])
    func empty(end: String) throws {
        let records = [Records.started(), Records.frame(0), Records.frame(1), end]
        #expect(try exportedText(records, as: .csv).split(separator: "\n").count == 1)
        #expect(try exportedText(records, as: .mot).isEmpty)
        #expect(try exportedText(records, as: .cocoResults) == "[]\n")
    }

    @Test("Detections that are not tracked are rows without an identity, and not in mot")
    func untracked() throws {
        let records = [Records.started(), Records.frame(0, [Records.object(nil), Records.object(nil)]), Records.ended]
        let rows = try exportedText(records, as: .csv).split(separator: "\n").dropFirst()
        #expect(rows.count == 2)
        #expect(rows.allSatisfy { $0.contains(",0.8765,,car,0,0.000,,street:0:0,,false,street,") }, "\(rows)")
        #expect(try exportedText(records, as: .mot).isEmpty)
    }

    @Test(
        "Numbers have fixed decimals, rounded half away from zero",
        arguments: [
            (0, 2, "0.00"), (-0.004, 2, "0.00"), (-1.005, 1, "-1.0"), (2.5, 0, "3"), (1e9 + 0.25, 2, "1000000000.25"),
        ])
    func numbers(value: Double, decimals: Int, text: String) {
        var bytes: [UInt8] = []
        bytes.append(number: value, decimals: decimals)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(
        "Wall-clock times are read and written to the microsecond, before 1970, on leap days, and not when they are none",
        arguments: [
            ("1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000000Z"),
            ("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999000Z"),
            ("1969-12-31T23:59:59.500Z", "1969-12-31T23:59:59.500000Z"),
            ("2000-03-01T12:00:00Z", "2000-03-01T12:00:00.000000Z"),
            ("2100-03-01T00:00:00.001Z", "2100-03-01T00:00:00.001000Z"),
            ("1900-03-01T00:00:00.000Z", "1900-03-01T00:00:00.000000Z"),
            ("yesterday", nil),
        ])
    func times(text: String, expected: String?) {
        #expect(UTCTime.microseconds(text).map(UTCTime.text) == expected)
    }

    @Test("What is not a record is said to be none", arguments: ExportFormat.allCases.filter { $0 != .jsonl })
    func broken(format: ExportFormat) {
        var export = ResultExport(format)
        #expect(throws: PipelineError.self) { _ = try export.add(Array(#"{"schema":1,"type":"frame","#.utf8)) }
    }

    @Test("The same records give the same bytes, in every format", arguments: ExportFormat.allCases)
    func repeatable(format: ExportFormat) throws {
        // Many classes and objects, so that the order of a dictionary would show.
        let frames = (0..<50).map { frame in
            Records.frame(
                frame, (0..<20).map { Records.object($0 + 1, label: "c\($0)", classID: $0, index: $0, frame: frame) })
        }
        let records = [Records.started()] + frames + [Records.ended]
        let first = try exported(records, as: format)
        for _ in 0..<3 { #expect(try exported(records, as: format) == first) }
    }

    @Test(
        "Numbers beyond all measure, which a file from elsewhere may have, trap nowhere",
        arguments: ExportFormat.allCases)
    func hostile(format: ExportFormat) throws {
        let huge = Records.object(Int.max, classID: Int.max, x: 1e300, frame: Int.max)
        let records = [
            Records.started(startTime: "9999-12-31T23:59:59.999Z"), Records.frame(Int.max / 512, [huge]),
            #"{"schema":1,"type":"frame","video_id":"street","frame":\#(Int.max),"time_ms":1e300,"objects":[\#(huge)]}"#,
            #"{"schema":1,"type":"frame","video_id":"street","frame":\#(Int.min),"time_ms":-1e14,"objects":[\#(huge)]}"#,
            #"{"schema":1,"type":"frame","video_id":"street"}"#,
            Records.ended, Records.ended,
        ]
        #expect(try !exported(records, as: format).isEmpty)
    }
}
