import Foundation
import Testing

@Suite("lapwing tune")
struct TuneCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ name: String, _ lines: [String]) throws -> String {
        try folder.file(name, Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// Where a person is; those with even numbers go the other way.
    private func x(_ person: Int, _ frame: Int, _ street: Int) -> Int {
        500 + street + person * 50 + (person.isMultiple(of: 2) ? -frame : frame)
    }

    private func isHidden(_ person: Int, _ frame: Int) -> Bool { (40..<82).contains(frame - person * 3) }

    /// Three people walk; each is hidden for 42 frames, which SORT does not wait for unless it is told to.
    private func truth(_ street: Int) throws -> String {
        let rows = (1...110).flatMap { frame in
            (1...3).map { "\(frame),\($0),\(x($0, frame, street)),\($0 * 150),40,100,1,\($0 == 3 ? 3 : 1),1" }
        }
        return try file("street\(street).txt", rows)
    }

    private func detections(_ street: Int) throws -> String {
        let rows = (1...110).flatMap { frame in
            (1...3).filter { !isHidden($0, frame) }
                .map { "\(frame),-1,\(x($0, frame, street)),\($0 * 150),40,100,0.9" }
        }
        return try file("det\(street).txt", rows)
    }

    /// The same as 'lapwing run' writes it: with classes, not tracked, and one box that is only predicted.
    private func results(_ street: Int) throws -> String {
        let lines = (1...110).map { frame in
            let objects = (1...3).filter { !isHidden($0, frame) }.map { person in
                let (left, top) = (x(person, frame, street), person * 150)
                let box = #"{"x1":\#(left).00,"y1":\#(top).00,"x2":\#(left + 40).00,"y2":\#(top + 100).00}"#
                return #"{"detection_id":"d","object_id":null,"track_id":null,"class_id":\#(person == 3 ? 2 : 0),"#
                    + #""label":"\#(person == 3 ? "car" : "person")","confidence":0.9000,"bbox":\#(box),"#
                    + #""track_bbox":null,"state":null,"predicted":false,"age":null,"hits":null}"#
            }
            return #"{"schema":1,"type":"frame","video_id":"street\#(street)","chunk_index":0,"frame":\#(frame - 1),"#
                + #""pts":0,"time_ms":0.000,"width":1280,"height":720,"objects":[\#(objects.joined(separator: ","))]}"#
        }
        return try file("results\(street).jsonl", lines)
    }

    private func arguments(_ streets: [Int], _ more: [String] = []) throws -> [String] {
        try ["tune", "--tracker", "sort", "--ground-truth"] + streets.map(truth) + ["--detections"]
            + streets.map(detections)
            + ["--trials", "60"] + more
    }

    private func object(_ arguments: [String]) async throws -> [String: Any] {
        let outcome = try await Program.succeed(arguments + ["--json"])
        return try #require(try JSONLines(outcome.output).objects.first)
    }

    private func hota(_ object: [String: Any], _ place: String) throws -> Double {
        let combined = try #require(object["combined"] as? [String: Any])
        return try #require((combined[place] as? [String: Any])?["HOTA"] as? Double)
    }

    @Test("shows settings, scores and whether they hold in tables that line up, and what to copy")
    func report() async throws {
        let outcome = try await Program.succeed(arguments([1, 2, 3]))
        #expect(outcome.errors.isEmpty)
        let parts = outcome.output.components(separatedBy: "\n\n")
        #expect(parts.count == 5, "\(outcome)")
        let settings = parts[0].split(separator: "\n")
        #expect(settings[0].split(separator: " ").prefix(3) == ["SETTING", "DEFAULT", "FOUND"])
        #expect(settings.map { $0.prefix { $0 != " " } } == ["SETTING", "max_age", "min_hits", "iou_threshold"])
        let age = try #require(Int(settings[1].split(separator: " ")[2]))
        #expect(age >= 42)
        let scores = parts[1].split(separator: "\n")
        #expect(scores.count == 5)
        #expect(Set(scores.map(\.count)).count == 1, "\(outcome)")
        #expect(scores.map { $0.prefix { $0 != " " } }.dropFirst() == ["street1", "street2", "street3", "COMBINED"])
        #expect(Set(parts[2].split(separator: "\n").map(\.count)).count == 1, "\(outcome)")
        #expect(parts[3].hasPrefix("The gain holds: +"), "\(outcome)")
        #expect(outcome.outputLines.last?.hasPrefix("  --tracker sort --tracker-option max_age=\(age)") == true)
    }

    @Test("gives the same whatever --jobs is, and something to check otherwise")
    func jobs() async throws {
        let one = try await Program.succeed(arguments([1, 2], ["--jobs", "1", "--json"]))
        let many = try await Program.succeed(arguments([1, 2], ["--jobs", "5", "--json"]))
        #expect(one.output == many.output)
        let object = try #require(try JSONLines(one.output).objects.first)
        #expect(object["verdict"] as? String == "holds")
        #expect((object["sequences"] as? [Any])?.count == 2)
        let single = try await Program.succeed(arguments([1]))
        #expect(single.output.contains("other videos, give two sequences or more."), "\(single)")
        let unchecked = try await Program.succeed(arguments([1, 2], ["--no-hold-out"]))
        #expect(unchecked.output.contains("leave --no-hold-out out."), "\(unchecked)")
        #expect(!unchecked.output.contains("HELD OUT"))
    }

    @Test("writes a file that --config takes, with which track and evaluate give the scores that it shows")
    func configuration() async throws {
        let yaml = folder.path + "/made/tuned.yaml"
        let found = try await object(
            arguments([1, 2], ["--output", yaml, "--min-score", "0.5", "--tracker-option", "min_hits=2"]))
        let text = try String(contentsOfFile: yaml, encoding: .utf8)
        #expect(text.contains("\ntracker: sort\nmin-score: 0.5\ntracker-option:\n  max_age: "), "\(text)")
        #expect(text.contains("\n  min_hits: 2\n"), "\(text)")
        #expect(text.hasPrefix("# Made by 'lapwing tune' on street1, street2.\n# HOTA: "), "\(text)")
        for (more, place) in [(["--config", yaml], "found"), (["--tracker-option", "min_hits=2"], "default")] {
            var files: [String] = []
            for street in [1, 2] {
                files.append("\(folder.path)/\(place)\(street).txt")
                try await Program.succeed(
                    ["track", "--detections", detections(street), "--output", files[street - 1]]
                        + (place == "default" ? ["--tracker", "sort"] : []) + more)
            }
            let scores = try await Program.succeed(
                ["evaluate", "--json", "--ground-truth", truth(1), truth(2), "--results"] + files)
            let combined = try #require(try JSONLines(scores.output).objects.last)
            // Files have four decimals.
            #expect(abs(try hota(found, place) - (combined["HOTA"] as? Double ?? 0)) < 1e-4)
        }
        // One file serves all commands.
        try await Program.succeed(["doctor", "--config", yaml])
    }

    @Test("takes results.jsonl, with its classes, as track does")
    func records() async throws {
        let files = try [1, 2].map(results)
        let found = try await object(
            ["tune", "--ground-truth", truth(1), truth(2), "--detections"] + files + ["--trials", "20"])
        var tracks: [String] = []
        for (index, file) in files.enumerated() {
            tracks.append("\(folder.path)/tracks\(index).txt")
            try await Program.succeed(["track", "--detections", file, "--output", tracks[index]])
        }
        let rows = try String(contentsOfFile: tracks[0], encoding: .utf8).split(separator: "\n")
        #expect(Set(rows.map { $0.split(separator: ",")[7] }) == ["1", "3"])
        let scores = try await Program.succeed(
            ["evaluate", "--json", "--ground-truth", truth(1), truth(2), "--results"] + tracks)
        let objects = try JSONLines(scores.output).objects
        #expect(objects.count == 9, "two classes and all, for each sequence and combined: \(scores)")
        #expect(abs(try hota(found, "default") - (objects.last?["HOTA"] as? Double ?? 0)) < 1e-4)

        // Who looks for people only is told that the car does not count.
        let people = try await Program.succeed(
            ["tune", "--convention", "mot17", "--ground-truth", truth(1), "--detections", files[0], "--trials", "2"])
        #expect(people.errors.contains("of classes that mot17 does not count"), "\(people)")

        // Without classes the boxes are the same.
        let plain = try await Program.succeed(["track", "--detections", detections(1)])
        #expect(
            rows.map { $0.split(separator: ",")[0...6] } == plain.outputLines.map { $0.split(separator: ",")[0...6] })
    }

    @Test("says what is wrong with how it is called, and exits with 2")
    func usage() async throws {
        let (truth, detections) = (try truth(1), try detections(1))
        let call = ["tune", "--tracker", "sort", "--ground-truth", truth, "--detections", detections]
        for (arguments, says) in [
            (["tune", "--ground-truth", truth, truth, "--detections", detections], "--ground-truth has 2 files"),
            (call + ["--embeddings", "a", "b"], "--embeddings 2 files; give one of each per sequence"),
            (call + ["--frames", "0"], "--frames: 0 is not a whole number from 1"),
            (call + ["--trials", "0"], "--trials: 0 is not a whole number from 1"),
            (call + ["--jobs", "0"], "--jobs: 0 is not"),
            (call + ["--metric", "speed"], "hota"),
            (call + ["--vary", "max_ag"], "--vary max_ag: SORT has no setting 'max_ag'; it has max_age"),
            (call + ["--vary", "max_age=5..1"], "the range is empty"),
            (call + ["--vary", "max_age", "--tracker-option", "max_age=3"], "--tracker-option max_age=3 fixes it"),
            (call + ["--tracker-option", "max_age=often"], "'often' is not a whole number"),
            (call + ["--tracker-option", "max_age"], "must be name=value"),
            (call + ["--embeddings", "a"], "SORT does not look at appearance"),
            (call + ["--camera-motion", "a"], "SORT does not use it"),
        ] {
            let outcome = try await Program.run(arguments)
            #expect(outcome.exitCode == 2, "\(outcome)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains(says), "\(says): \(outcome)")
        }
    }

    @Test("says what is wrong with its files, and exits with 1")
    func files() async throws {
        let (truth, detections) = (try truth(1), try detections(1))
        let empty = try file("empty.txt", [])
        for (files, more, says) in [
            ([truth, folder.path + "/none.txt"], [], "none.txt: it cannot be read (No such file"),
            ([folder.path + "/none.txt", detections], [], "none.txt: it cannot be read (No such file"),
            ([truth, folder.path], [], "this is a folder"),
            ([empty, detections], [], "empty.txt: there is no row in it; ground truth is needed"),
            ([truth, empty], [], "empty.txt: there is no detection in it; nothing can be tuned on it"),
            ([truth, detections], ["--min-score", "0.95"], "no detection in it that scores above 0.95"),
            ([truth, try file("bad.txt", ["hello"])], [], "bad.txt:1: malformed line"),
            ([truth, try file("bad.jsonl", ["{}"])], [], "bad.jsonl, line 1"),
            ([try file("zero.txt", ["1,1,0,0,5,5,0"]), detections], [], "no row of the ground truth counts"),
            ([truth, detections], ["--output", detections + "/x.yaml"], "it cannot be made"),
        ] {
            let outcome = try await Program.run(
                ["tune", "--trials", "2", "--ground-truth", files[0], "--detections", files[1]] + more)
            #expect(outcome.exitCode == 1, "\(outcome)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains(says), "\(says): \(outcome)")
        }
    }

    @Test(
        "on MOT17, its defaults score what they are known to, and it finds something better",
        .enabled(if: Assets.arePresent, "needs the sequences in LAPWING_ASSETS"))
    func assets() async throws {
        let names = ["02", "09", "13"].map { "MOT17-\($0)-FRCNN" }
        let found = try await object(
            [
                "tune", "--tracker", "sort", "--convention", "mot17", "--min-score", "0.6", "--trials", "30",
                "--ground-truth",
            ]
                + names.map { "\(Assets.root)/mot/gt/\($0)/gt/gt.txt" } + ["--detections"]
                + names.map { "\(Assets.root)/mot/det/\($0).txt" })
        #expect(abs(try hota(found, "default") - 0.503) < 0.0005)
        #expect(try hota(found, "found") > 0.51)
    }
}
