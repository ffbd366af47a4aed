import Foundation
import Testing

@Suite("lapwing evaluate")
struct EvaluateCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ name: String, _ lines: [String]) throws -> String {
        try folder.file(name, Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// A person in frames 1 to 4, a car in frames 1 and 2, somebody hidden in frame 3.
    private func groundTruth(_ name: String = "street.txt") throws -> String {
        try file(
            name,
            (1...4).map { "\($0),1,\($0 * 10),20,30,60,1,1,1" } + (1...2).map { "\($0),2,200,20,80,40,1,3,1" }
                + ["3,3,400,20,30,60,0,1,0.1"])
    }

    /// The person under two identities and once not at all, the car, and a box on who is hidden.
    private func tracks(_ name: String = "tracks.txt") throws -> String {
        try file(
            name,
            [
                "1,1,10,20,30,60,1,1", "2,1,20,20,30,60,1,1", "4,5,40,20,30,60,1,1", "1,2,200,20,80,40,1,3",
                "2,2,200,20,80,40,1,3", "3,9,400,20,30,60,1,1",
            ])
    }

    @Test("shows each class and all in a table that lines up")
    func table() async throws {
        let outcome = try await Program.succeed(["evaluate", "--ground-truth", groundTruth(), "--results", tracks()])
        #expect(outcome.errors.isEmpty)
        let lines = outcome.outputLines
        #expect(lines.count == 4, "\(outcome)")
        #expect(Set(lines.map(\.count)).count == 1, "\(outcome)")
        let cells = lines.map { $0.split(separator: " ").map(String.init) }
        #expect(cells[0].prefix(3) == ["SEQUENCE", "CLASS", "HOTA"])
        #expect(cells.map { $0[1] } == ["CLASS", "person", "car", "all"])
        let mota = try #require(cells[0].firstIndex(of: "MOTA"))
        #expect(cells.map { $0[mota] } == ["MOTA", "50.00", "100.00", "66.67"])  // 1 − 2/4, 1, 1 − 2/6
        #expect(cells[1].suffix(7) == ["0", "1", "1", "1", "0", "1", "0"], "\(outcome)")
    }

    @Test("combines several files, as JSON and as CSV")
    func several() async throws {
        let csv = folder.path + "/scores.csv"
        let outcome = try await Program.succeed([
            "evaluate", "--ground-truth", groundTruth("a.txt"), groundTruth("b,c.txt"), "--results", tracks("1.txt"),
            tracks("2.txt"), "--json", "--csv", csv,
        ])
        let objects = try JSONLines(outcome.output).objects
        #expect(objects.map { $0["sequence"] as? String }.filter { $0 == "COMBINED" }.count == 3)
        let last = try #require(objects.last)
        #expect(last["class"] as? String == "all")
        #expect(last["GT_Dets"] as? Int == 12)
        #expect(last["IDSW"] as? Int == 2)
        #expect(abs((last["MOTA"] as? Double ?? 0) - 2.0 / 3) < 1e-12)
        let lines = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 10)
        #expect(lines[0].hasPrefix("sequence,class,HOTA,DetA,AssA,"))
        #expect(lines[4].hasPrefix("\"b,c\",person,"))
    }

    @Test("reads results.jsonl: confirmed objects, and on request what they were before")
    func records() async throws {
        func frame(_ frame: Int, _ objects: String) -> String {
            #"{"schema":1,"type":"frame","video_id":"street-1","chunk_index":0,"frame":\#(frame),"pts":0,"#
                + #""time_ms":0.000,"width":640,"height":360,"objects":[\#(objects)]}"#
        }
        func object(_ x: Int, _ id: String, _ state: String, label: String = "person") -> String {
            let box = #"{"x1":\#(x).00,"y1":20.00,"x2":\#(x + 30).00,"y2":80.00}"#
            return #"{"detection_id":"d","object_id":"\#(id)","track_id":1,"class_id":0,"label":"\#(label)","#
                + #""confidence":0.9000,"bbox":\#(box),"track_bbox":\#(box),"state":"\#(state)","predicted":false,"#
                + #""age":0,"hits":1}"#
        }
        let results = try file(
            "results.jsonl",
            [
                frame(0, object(10, "a", "tentative") + "," + object(300, "b", "tentative")),
                frame(1, object(20, "a", "tentative")),
                frame(2, object(30, "a", "confirmed") + "," + object(500, "c", "confirmed", label: "bus")),
                frame(3, object(40, "a", "confirmed")),
            ])
        let truth = try file("gt.txt", (1...4).map { "\($0),1,\($0 * 10),20,30,60,1,1,1" })
        let arguments = ["evaluate", "--ground-truth", truth, "--results", results, "--json"]
        let confirmed = try await Program.succeed(arguments)
        #expect(try JSONLines(confirmed.output).objects.last?["TP"] as? Int == 2)
        #expect(confirmed.errors.contains("left out 1 box of the results"), "\(confirmed)")
        let tentative = try await Program.succeed(arguments + ["--include-tentative"])
        let all = try #require(try JSONLines(tentative.output).objects.last)
        #expect(all["TP"] as? Int == 4)
        #expect(all["FP"] as? Int == 0)
    }

    @Test("says what is wrong with its files")
    func mistakes() async throws {
        let (truth, tracks) = (try groundTruth(), try tracks())
        let counts = try await Program.run(["evaluate", "--ground-truth", truth, truth, "--results", tracks])
        #expect(counts.exitCode == 2)
        #expect(counts.errors.contains("--ground-truth has 2 files and --results 1"), "\(counts)")

        let cases = [
            ([folder.path + "/none.txt", tracks], "none.txt: it cannot be read (No such file or directory)"),
            ([truth, folder.path], "this is a folder"),
            ([try file("empty.txt", []), tracks], "empty.txt: there is no row in it"),
            ([truth, try file("bad.txt", ["1,1,0,0,5,5", "hello"])], "bad.txt:2: malformed line"),
            ([truth, try file("bad.jsonl", ["{\"hello\":1}"])], "bad.jsonl, line 1"),
            ([truth, try file("det.txt", ["3,-1,0,0,5,5", "3,-1,9,9,5,5"])], "identity -1 has two boxes in frame 3"),
            ([try file("ignored.txt", ["1,1,0,0,5,5,0"]), tracks], "no row of the ground truth counts"),
        ]
        for (files, message) in cases {
            let outcome = try await Program.run(["evaluate", "--ground-truth", files[0], "--results", files[1]])
            #expect(outcome.exitCode == 1, "\(outcome)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains(message), "\(message): \(outcome)")
        }
        let csv = try await Program.run([
            "evaluate", "--ground-truth", truth, "--results", tracks, "--csv", truth + "/scores.csv",
        ])
        #expect(csv.exitCode == 1)
        #expect(
            csv.errors.contains("\(truth): it cannot be made (a file is in its place); choose another place with --csv")
        )
    }
}
