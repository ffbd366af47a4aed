import Foundation
import Testing

@Suite("lapwing synthesize")
struct SynthesizeCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Renders eight small frames; returns the ground truth.
    private func render(_ name: String, _ more: [String] = []) async throws -> GroundTruth {
        var arguments = ["synthesize", "--output", name] + more
        for (option, value) in [("--size", "96x64"), ("--frames", "8")]
        where !more.contains(option) && !(option == "--frames" && more.contains("--seconds")) {
            arguments += [option, value]
        }
        let outcome = try await Program.succeed(arguments, in: folder.path)
        #expect(outcome.errors.isEmpty, "\(outcome)")
        return try GroundTruth(file: path((name as NSString).deletingPathExtension + "/gt/gt.txt"))
    }

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    private func contents() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("the same seed gives the same truth and the same pictures, another one gives others")
    func seeds() async throws {
        let first = try await render("first.mp4", ["--seed", "7"])
        let second = try await render("second.mp4", ["--seed", "7"])
        let third = try await render("third.mp4", ["--seed", "8"])
        #expect(first.text == second.text)
        #expect(first.text != third.text)
        let (one, two) = (try await DecodedVideo(path("first.mp4")), try await DecodedVideo(path("second.mp4")))
        #expect(one.frames == two.frames)
        #expect(try await DecodedVideo(path("third.mp4")).frames != one.frames)
        // Frames differ among each other, too: things move.
        #expect(Set(one.frames).count == 8)
    }

    @Test("--videos writes that many, with seeds that count up, each what a call of its own writes")
    func several() async throws {
        let outcome = try await Program.succeed(
            [
                "synthesize", "--output", "new/load.mkv", "--videos", "3", "--seed", "5", "--frames", "4", "--size",
                "64x48", "--json",
            ], in: folder.path)
        let lines = try JSONLines(outcome.output).objects
        #expect(lines.map { $0["seed"] as? String } == ["5", "6", "7"])
        #expect(lines.map { $0["video"] as? String } == (1...3).map { "new/load-000\($0).mkv" })
        #expect(lines.map { $0["ground_truth"] as? String } == (1...3).map { "new/load-000\($0)/gt/gt.txt" })
        _ = try await render("alone.mkv", ["--seed", "6", "--frames", "4", "--size", "64x48"])
        for (one, other) in [("new/load-0002.mkv", "alone.mkv"), ("new/load-0002/gt/gt.txt", "alone/gt/gt.txt")] {
            #expect(FileManager.default.contentsEqual(atPath: path(one), andPath: path(other)), "\(one)")
        }
        #expect(
            try contents().filter { $0.hasPrefix("new/load-0001") } == [
                "new/load-0001", "new/load-0001.mkv", "new/load-0001/gt", "new/load-0001/gt/gt.txt",
                "new/load-0001/seqinfo.ini",
            ])
    }

    struct Shape: CustomTestStringConvertible {
        var name: String
        var options: [String]
        /// As stored: sides are even.
        var width, height: Int
        var rate: String
        var frames: Int
        var testDescription: String { "\(name) \(options.joined(separator: " "))" }
    }

    @Test(
        "size, rate and length are what was asked for",
        arguments: [
            Shape(name: "a.mp4", options: ["--size", "64x48"], width: 64, height: 48, rate: "15/1", frames: 8),
            Shape(name: "a.mp4", options: ["--size", "32x32"], width: 32, height: 32, rate: "15/1", frames: 8),
            Shape(name: "a.mp4", options: ["--size", "33x47"], width: 34, height: 48, rate: "15/1", frames: 8),
            Shape(name: "a.mov", options: ["--size", "47X32"], width: 48, height: 32, rate: "15/1", frames: 8),
            Shape(name: "a.mkv", options: ["--size", "640x32"], width: 640, height: 32, rate: "15/1", frames: 8),
            Shape(name: "a.mp4", options: ["--rate", "25"], width: 96, height: 64, rate: "25/1", frames: 8),
            Shape(name: "a.mp4", options: ["--rate", "29.97"], width: 96, height: 64, rate: "2997/100", frames: 8),
            Shape(
                name: "a.mp4", options: ["--rate", "30000/1001"], width: 96, height: 64, rate: "30000/1001", frames: 8),
            Shape(
                name: "a.avi", options: ["--rate", "12.5", "--frames", "1"], width: 96, height: 64, rate: "25/2",
                frames: 1),
            Shape(
                name: "a.mp4", options: ["--seconds", "0.5", "--rate", "10"], width: 96, height: 64, rate: "10/1",
                frames: 5),
            Shape(
                name: "a.mp4", options: ["--seconds", "0.01", "--rate", "10"], width: 96, height: 64, rate: "10/1",
                frames: 1),
        ])
    func shapes(_ shape: Shape) async throws {
        let truth = try await render(shape.name, shape.options)
        let video = try await DecodedVideo(path(shape.name))
        #expect(video.width == shape.width && video.height == shape.height)
        #expect(video.rate == shape.rate)
        #expect(video.frames.count == shape.frames)
        let rate = try #require(GroundTruth.number(shape.rate))
        for (number, time) in video.times.enumerated() {
            // Matroska keeps milliseconds.
            #expect(abs(time - Double(number) / rate) < 0.0011, "frame \(number)")
        }
        #expect(truth.rows.allSatisfy { (1...shape.frames).contains($0.frame) })

        let information = try String(contentsOfFile: path("a/seqinfo.ini"), encoding: .utf8)
        let size = shape.options.firstIndex(of: "--size").map { shape.options[$0 + 1].lowercased() } ?? "96x64"
        let sides = size.split(separator: "x")
        let ending = (shape.name as NSString).pathExtension
        for line in [
            "[Sequence]", "name=a", "imDir=../a.\(ending)", "seqLength=\(shape.frames)", "imWidth=\(sides[0])",
            "imHeight=\(sides[1])", "imExt=.\(ending)",
        ] {
            #expect(information.split(separator: "\n").contains { $0 == line }, "\(line): \(information)")
        }
        let stated = information.split(separator: "\n").first { $0.hasPrefix("frameRate=") }?.dropFirst(10)
        #expect(abs((stated.flatMap { Double($0) } ?? 0) - rate) < 1e-5, "\(information)")
    }

    @Test("the truth is MOT17's: who is where, what they are, and whether they count", arguments: [1, 2, 3])
    func truth(seed: Int) async throws {
        let (width, height) = (320.0, 180.0)
        let truth = try await render(
            "a.mp4", ["--size", "320x180", "--frames", "30", "--seed", "\(seed)", "--density", "3"])
        #expect(!truth.rows.isEmpty)
        #expect(truth.text.hasSuffix("\n"))
        #expect(Set(truth.rows.map(\.classID)).isSubset(of: [1, 3, 4]))
        #expect(Set(truth.rows.map(\.flag)).isSubset(of: [0, 1]))
        for row in truth.rows {
            #expect(row.id >= 1)
            #expect((0...1).contains(row.visibility), "\(row)")
            #expect(row.x >= 0 && row.y >= 0 && row.width > 0 && row.height > 0, "\(row)")
            #expect(row.x + row.width <= width + 0.011 && row.y + row.height <= height + 0.011, "\(row)")
            // Rounded to two decimals, so the boundary itself may fall on either side.
            if abs(row.visibility - 0.25) > 0.0001, min(abs(row.width - 4), abs(row.height - 4)) > 0.01 {
                #expect((row.flag == 1) == (row.visibility >= 0.25 && row.width >= 4 && row.height >= 4), "\(row)")
            }
        }
        // Ordered; an object is in a frame once, and keeps its class.
        let places = truth.rows.map { [$0.frame, $0.id] }
        #expect(zip(places, places.dropFirst()).allSatisfy { $0[0] < $1[0] || ($0[0] == $1[0] && $0[1] < $1[1]) })
        for (id, rows) in Dictionary(grouping: truth.rows, by: \.id) {
            #expect(Set(rows.map(\.classID)).count == 1, "object \(id)")
        }
        // IDs count up from 1 in the order in which objects appear.
        var highest = 0
        for row in truth.rows {
            #expect(row.id <= highest + 1, "\(row)")
            highest = max(highest, row.id)
        }
    }

    @Test("--json counts what the truth has; the table does too")
    func summaries() async throws {
        let arguments = ["synthesize", "--output", "a.mp4", "--size", "160x90", "--frames", "6", "--time", "noon"]
        let json = try await Program.succeed(arguments + ["--json"], in: folder.path)
        let line = try #require(try JSONLines(json.output).objects.first)
        let truth = try GroundTruth(file: path("a/gt/gt.txt"))
        #expect(json.outputLines.count == 1)
        #expect(line["video"] as? String == "a.mp4")
        #expect(line["ground_truth"] as? String == "a/gt/gt.txt")
        #expect(line["seed"] as? String == "1")
        #expect(line["frames"] as? Int == 6)
        #expect(line["time_of_day"] as? String == "noon")
        #expect(line["boxes"] as? Int == truth.rows.count)
        let counts = ["person": 1, "car": 3, "bicycle": 4].mapValues { classID in
            Set(truth.rows.filter { $0.classID == classID && $0.flag == 1 }.map(\.id)).count
        }
        #expect(line["objects"] as? [String: Int] == counts)

        // The same call again replaces the files.
        let table = try await Program.succeed(arguments, in: folder.path)
        #expect(table.outputLines.count == 3, "\(table)")
        let cells = table.outputLines[1].split(separator: " ").map(String.init)
        #expect(
            cells == ["a.mp4", "1", "6"] + ["person", "bicycle", "car"].map { "\(counts[$0] ?? 0)" } + ["a/gt/gt.txt"])
        #expect(table.outputLines[2].hasPrefix("1 video, 6 frames rendered in "))
        #expect(try contents() == ["a", "a.mp4", "a/gt", "a/gt/gt.txt", "a/seqinfo.ini"])
    }

    @Test("--codec chooses how pictures are coded, and nothing else", arguments: ["mp4", "mkv", "mov", "avi"])
    func codecs(ending: String) async throws {
        let h264 = try await render("a.\(ending)", ["--codec", "h264"])
        let mpeg4 = try await render("b.\(ending)", ["--codec", "mpeg4"])
        #expect(h264.text == mpeg4.text)
        let (one, two) = (try await DecodedVideo(path("a.\(ending)")), try await DecodedVideo(path("b.\(ending)")))
        #expect(one.codec == "h264" && two.codec == "mpeg4")
        for (a, b) in zip(one.frames, two.frames) { #expect(DecodedVideo.difference(a, b, width: 96).mean < 6) }
    }

    @Test(
        "what changes light and film changes the pictures, and not what is true",
        arguments: [
            ["--time", "dusk"], ["--time", "morning"], ["--no-shadows"], ["--noise", "20"], ["--light", "1"],
        ])
    func looks(options: [String]) async throws {
        let scene = ["--size", "160x90", "--density", "2"]
        let plain = try await render("plain.mp4", scene + ["--time", "noon"])
        let time = options.contains("--time") ? [] : ["--time", "noon"]
        let other = try await render("other.mp4", scene + time + options)
        if options == ["--time", "dusk"] {
            // Lamps that are lit belong to their vehicles, and hide what is behind them.
            #expect(plain.rows.count == other.rows.count)
            for (row, lit) in zip(plain.rows, other.rows) {
                #expect(row.frame == lit.frame && row.id == lit.id && row.classID == lit.classID)
                #expect(abs(row.x - lit.x) < 2 && abs(row.y - lit.y) < 2, "\(row), \(lit)")
                #expect(abs(row.visibility - lit.visibility) < 0.15, "\(row), \(lit)")
            }
        } else {
            #expect(plain.text == other.text)
        }
        let (one, two) = (try await DecodedVideo(path("plain.mp4")), try await DecodedVideo(path("other.mp4")))
        #expect(one.frames.count == two.frames.count)
        #expect(zip(one.frames, two.frames).allSatisfy { $0 != $1 })
    }

    @Test("--shake moves the whole picture from frame to frame")
    func shake() async throws {
        let scene = ["--density", "0", "--noise", "0", "--light", "0", "--rate", "5"]
        _ = try await render("still.mp4", scene)
        _ = try await render("shaken.mp4", scene + ["--shake", "5"])
        func motion(_ name: String) async throws -> Double {
            let frames = try await DecodedVideo(path(name)).frames
            return zip(frames, frames.dropFirst()).map { DecodedVideo.difference($0, $1, width: 96).mean }.max() ?? 0
        }
        let (still, shaken) = (try await motion("still.mp4"), try await motion("shaken.mp4"))
        #expect(still < 2 && shaken > 2 * still + 2, "\(still), \(shaken)")
    }

    @Test("--density 0 is an empty street")
    func empty() async throws {
        let truth = try await render("empty.mp4", ["--density", "0"])
        #expect(truth.rows.allSatisfy { $0.classID == 3 }, "only what is parked")
    }

    struct Refusal: CustomTestStringConvertible {
        var options: [String]
        var code: Int32
        var says: [String]
        var testDescription: String { options.joined(separator: " ") }
    }

    @Test(
        "what cannot be made is refused with a reason, and nothing is left behind",
        arguments: [
            Refusal(options: ["--size", "31x32"], code: 2, says: ["size 31x32", "32 to 8192"]),
            Refusal(options: ["--size", "64x8193"], code: 2, says: ["size 64x8193", "32 to 8192"]),
            Refusal(options: ["--size=-64x64"], code: 2, says: ["size -64x64", "32 to 8192"]),
            Refusal(options: ["--size", "64"], code: 2, says: ["'64'", "--size <WxH>"]),
            Refusal(options: ["--size", "64x64x64"], code: 2, says: ["'64x64x64'", "--size <WxH>"]),
            Refusal(options: ["--size", "largexsmall"], code: 2, says: ["'largexsmall'", "--size <WxH>"]),
            Refusal(options: ["--rate", "0"], code: 2, says: ["'0'", "--rate"]),
            Refusal(options: ["--rate", "0.05"], code: 2, says: ["frame rate 0.05", "0.1 to 1000"]),
            Refusal(options: ["--rate", "1/0"], code: 2, says: ["'1/0'", "--rate"]),
            Refusal(options: ["--rate", "2000/1"], code: 2, says: ["frame rate 2000", "0.1 to 1000"]),
            Refusal(options: ["--rate", "nan"], code: 2, says: ["'nan'", "--rate"]),
            Refusal(options: ["--rate", "fast"], code: 2, says: ["'fast'", "--rate"]),
            Refusal(options: ["--density=-1"], code: 2, says: ["density -1", "0 to 20"]),
            Refusal(options: ["--density", "21"], code: 2, says: ["density 21", "0 to 20"]),
            Refusal(options: ["--density", "nan"], code: 2, says: ["density nan", "0 to 20"]),
            Refusal(options: ["--density", "lots"], code: 2, says: ["'lots'", "--density"]),
            Refusal(options: ["--noise", "65"], code: 2, says: ["noise 65", "0 to 64"]),
            Refusal(options: ["--light", "1.1"], code: 2, says: ["light changes 1.1", "0 to 1"]),
            Refusal(options: ["--shake", "65"], code: 2, says: ["shake 65", "0 to 64"]),
            Refusal(options: ["--time", "night"], code: 2, says: ["'night'", "dusk"]),
            Refusal(options: ["--codec", "vp9"], code: 2, says: ["'vp9'", "mpeg4"]),
            Refusal(options: ["--seed=-1"], code: 2, says: ["'-1'", "--seed"]),
            Refusal(options: ["--frames", "2", "--seconds", "2"], code: 2, says: ["either --frames or --seconds"]),
            Refusal(options: ["--frames", "0"], code: 2, says: ["--frames", "1 and 10000000"]),
            Refusal(options: ["--seconds", "0"], code: 2, says: ["--seconds", "above 0"]),
            Refusal(options: ["--seconds", "1e300"], code: 2, says: ["--seconds", "10000000"]),
            Refusal(options: ["--videos", "0"], code: 2, says: ["--videos", "1 and 9999"]),
            Refusal(options: ["--output", "a"], code: 1, says: ["a: the name needs an ending", ".mp4"]),
            Refusal(options: ["--output", "new/below/a.gif"], code: 1, says: ["new/below/a.gif: ", "ending", ".mp4"]),
            Refusal(
                options: ["--output", "file/a.mp4"], code: 1, says: ["file/a.mp4: ", "Not a directory", "--output"]),
            Refusal(options: ["--output", "/proc/none/a.mp4"], code: 1, says: ["No such file", "--output"]),
            Refusal(
                options: ["--output", "folder.mp4"], code: 1, says: ["folder.mp4: is a folder", "name of a file"]),
            Refusal(options: ["--output", "file.mp4"], code: 1, says: ["file.mp4: ", "Not a directory"]),
        ])
    func refusals(_ refusal: Refusal) async throws {
        _ = try folder.file("file", Array("in the way".utf8))
        try FileManager.default.createDirectory(atPath: path("folder.mp4"), withIntermediateDirectories: false)
        let before = try contents()
        let output = refusal.options.contains("--output") ? [] : ["--output", "a.mp4"]
        let outcome = try await Program.run(["synthesize"] + output + refusal.options, in: folder.path)
        #expect(outcome.exitCode == refusal.code, "\(outcome)")
        #expect(outcome.output.isEmpty)
        for words in refusal.says { #expect(outcome.errors.contains(words), "'\(words)': \(outcome)") }
        if refusal.code == 1 {
            #expect(outcome.errorLines.count == 1, "\(outcome)")
            #expect(outcome.errors.hasPrefix("lapwing: error: "))
            #expect(!outcome.errors.contains("operation could not be completed"))
        }
        try #expect(contents() == before)
    }

    @Test("of several videos, those that can be made are made; the exit code is 3")
    func some() async throws {
        _ = try folder.file("a-0002", Array("in the way".utf8))
        let outcome = try await Program.run(
            ["synthesize", "--output", "a.mp4", "--videos", "3", "--frames", "2", "--size", "64x48"], in: folder.path)
        #expect(outcome.exitCode == 3, "\(outcome)")
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.hasPrefix("lapwing: error: a-0002.mp4: "), "\(outcome)")
        #expect(outcome.output.contains("\n2 videos, 4 frames rendered in "), "\(outcome)")
        #expect(try contents().filter { $0.hasSuffix(".mp4") } == ["a-0001.mp4", "a-0003.mp4"])
    }
}

/// A `gt.txt` as MOT17 has them.
private struct GroundTruth {
    struct Row {
        var frame, id: Int
        var x, y, width, height: Double
        var flag, classID: Int
        var visibility: Double
    }

    let text: String
    let rows: [Row]

    init(file: String) throws {
        text = try String(contentsOfFile: file, encoding: .utf8)
        rows = try text.split(separator: "\n").map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            try #require(fields.count == 9, "\(line)")
            func whole(_ index: Int) throws -> Int { try #require(Int(fields[index]), "\(line)") }
            func number(_ index: Int) throws -> Double { try #require(Double(fields[index]), "\(line)") }
            return Row(
                frame: try whole(0), id: try whole(1), x: try number(2), y: try number(3), width: try number(4),
                height: try number(5), flag: try whole(6), classID: try whole(7), visibility: try number(8))
        }
    }

    /// `30000/1001` as a number.
    static func number(_ fraction: String) -> Double? {
        let parts = fraction.split(separator: "/").compactMap { Double($0) }
        return parts.count == 2 && parts[1] > 0 ? parts[0] / parts[1] : nil
    }
}
