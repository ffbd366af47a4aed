import Foundation
import Testing
import Vision

@testable import Evaluation

@Suite("MOTChallenge files")
struct MOTFileTests {
    private func parse(_ text: String) throws -> [MOTRow] {
        try MOTFile.parse(Array(text.utf8), file: "det.txt")
    }

    @Test(
        "are read with commas or blanks, either line end, and empty lines or comments between",
        arguments: [
            "1,-1,10.5,20,30,40,0.9,-1,-1,-1", "1,-1,10.5,20,30,40,0.9,-1,-1,-1\n", "1, -1, 10.5, 20, 30, 40, 0.9\r\n",
            "1 -1 10.5 20 30 40 0.9 -1 -1 -1", "1\t-1  10.5 20 30 40 0.9 \r\n", "\n\r\n  \n1,-1,10.5,20,30,40,.9\n\n",
            "# frame,id\n1.0,-1.0,1.05e1,+20.,30,40,0.9,", "\u{FEFF}1,-1,10.5,20,30,40,9e-1",
        ])
    func forms(text: String) throws {
        #expect(try parse(text) == [MOTRow(frame: 1, id: -1, x: 10.5, y: 20, width: 30, height: 40, score: 0.9)])
    }

    @Test("have defaults for missing columns, and class and visibility where they are given")
    func columns() throws {
        let rows = try parse("1,2,0,0,5,5\n1,3,0,0,5,5,1,7,0.25\n1,3,0,0,5,5,1,0.5,-1,-1\n")
        #expect(rows.map(\.score) == [1, 1, 1])
        #expect(rows.map(\.classID) == [-1, 7, -1])
        #expect(rows.map(\.visibility) == [-1, 0.25, -1])
    }

    @Test("of no rows are no error")
    func empty() throws {
        #expect(try parse("").isEmpty)
        #expect(try parse("\n\n").isEmpty)
        #expect(MOTDetections([]).lastFrame == 0)
    }

    @Test(
        "that are malformed are refused with file, line and text",
        arguments: [
            "1,-1,10,20,30", "1,-1,ten,20,30,40,0.9", "1,-1,10,20,30,nan,0.9", "1,-1,10,20,inf,40,0.9",
            "0,-1,10,20,30,40,1", "-5,-1,10,20,30,40,1", "1.5,-1,10,20,30,40,1", "1e300,-1,10,20,30,40,1",
            "1,0.5,10,20,30,40,1", "1,,10,20,30,40,1", "1;2;3;4;5;6;7", "hello", ",", "1,1e300,1,1,1,1,1",
            "1,-1,10,20,30,40,-", "1,-1,10,20,30,40,1.2.3", "1,-1,10,20,30,40,\u{0}", "1,-1,0x10,20,30,40,1,z",
        ])
    func malformed(line: String) {
        let error = #expect(throws: MOTFileError.self) { try parse("1,-1,0,0,5,5,1\n\n" + line + "\r\n") }
        #expect(error?.code == .malformed)
        #expect(error?.line == 3)
        #expect(error?.description.hasPrefix("det.txt:3: ") == true)
        #expect(error?.detail.contains(line) == true)
    }

    @Test("that are not there are refused with their name")
    func missing() {
        let error = #expect(throws: MOTFileError.self) { try MOTFile.read(path: "/nonexistent/det.txt") }
        #expect(error?.code == .unreadable)
        #expect(error?.file == "/nonexistent/det.txt")
    }

    @Test("never trap, whatever their bytes")
    func garbage() {
        var state: UInt64 = 1
        let alphabet = Array("0123456789,,,, \n\n.-+e#nai\r\t".utf8) + [0, 0xFF, 0xC3]
        for _ in 0..<5000 {
            let bytes = (0..<40).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return alphabet[Int(state >> 33) % alphabet.count]
            }
            _ = try? MOTFile.parse(bytes, file: "garbage")
        }
    }

    @Test("are written with four decimals and read back")
    func writing() throws {
        let rows = [
            MOTRow(frame: 1, id: 3, box: BoundingBox(x1: 499.296, y1: 156.205, x2: 532.634, y2: 232.567)),
            MOTRow(frame: 12, id: -1, x: -0.00004, y: -12.34565, width: 1e6, height: 0.99995, score: 0.5),
            MOTRow(frame: 13, id: 1, x: 1, y: 2, width: 3, height: 4, classID: 3),
        ]
        let text = MOTFile.text(of: rows)
        #expect(
            String(decoding: text, as: UTF8.self) == """
                1,3,499.2960,156.2050,33.3380,76.3620,1.0000,-1,-1,-1
                12,-1,0.0000,-12.3456,1000000.0000,1.0000,0.5000,-1,-1,-1
                13,1,1.0000,2.0000,3.0000,4.0000,1.0000,3,-1,-1

                """)
        let back = try MOTFile.parse(text, file: "out.txt")
        #expect(back.map(\.frame) == [1, 12, 13])
        #expect(back.map(\.id) == [3, -1, 1])
        #expect(back.map(\.classID) == [-1, -1, 3])
        #expect(back[0].x == 499.296)
    }

    @Test("write numbers as printf does")
    func numbers() {
        var state: UInt64 = 7
        func random() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 11
        }
        var values: [Double] = [0.00005, 0.00015, 0.5, 0.03125, 0.09375, 1e11, 1e12, 1e17, 1e300, .infinity, 0]
        for _ in 0..<3000 {
            values.append(Double(random()) / 0x1p43)
            values.append(-Double(random() % 100_000_000) / 100_000)
            // Exact halves of the last place.
            values.append(Double(random() % 1_000_000) / 32)
        }
        for value in values {
            var text: [UInt8] = []
            DecimalText.append(value, to: &text)
            var expected = String(format: "%.4f", value)
            if expected == "-0.0000" { expected = "0.0000" }
            #expect(String(decoding: text, as: UTF8.self) == expected)
        }
    }

    @Test("read numbers as the standard library does")
    func reading() {
        var state: UInt64 = 3
        for _ in 0..<3000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Double(bitPattern: state)
            for text in ["\(value)", "\(Double(state >> 40) / 1000)", "-\(state >> 20).\(state >> 50)"] {
                let expected = Double(text).flatMap { $0.isFinite ? $0 : nil }
                #expect(DecimalText.parse(Array(text.utf8)[...]) == expected)
            }
        }
    }

    @Test("give a tracker its detections by frame, in file order, above the score asked for")
    func detections() throws {
        let rows = try parse(
            """
            3,-1,1,0,5,5,0.6
            1,-1,2,0,5,5,0.61
            3,-1,3,0,5,5,0.9
            1,-1,4,0,5,5,0.2
            7,-1,5,0,5,5,0.1
            """)
        let all = MOTDetections(rows)
        #expect(all.lastFrame == 7)
        #expect(all[1].map(\.box.x1) == [2, 4])
        #expect(all[2].isEmpty && all[0].isEmpty && all[8].isEmpty && all[-1].isEmpty)
        #expect(all[3].map(\.box.x1) == [1, 3])
        #expect(all[3].map(\.classID) == [0, 0])
        let some = MOTDetections(rows, minimumScore: 0.6)
        #expect(some.lastFrame == 7)
        #expect(some[1].map(\.box.x1) == [2])
        #expect(some[3].map(\.box.x1) == [3])
        #expect(some[7].isEmpty)
    }
}
