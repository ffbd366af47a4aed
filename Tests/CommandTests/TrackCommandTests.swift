import Evaluation
import Foundation
import Testing

@Suite("lapwing track", .enabled(if: Assets.arePresent, "needs the sequences in LAPWING_ASSETS"))
struct TrackCommandTests {
    @Test(
        "puts out what the reference implementation does",
        arguments: ["TUD-Campus", "PETS09-S2L1", "MOT17-09-FRCNN"], [("sort", "1"), ("sort_age30", "30")])
    func reference(sequence: String, run: (name: String, maxAge: String)) async throws {
        var arguments = [
            "track", "--detections", "\(Assets.root)/mot/det/\(sequence).txt", "--tracker", "sort", "--tracker-option",
            "max_age=\(run.maxAge)",
        ]
        if sequence.hasPrefix("MOT17") { arguments += ["--min-score", "0.6"] }
        let printed = try await Program.succeed(arguments)
        #expect(printed.errors.isEmpty)
        let expected = try MOTFile.read(path: "\(Assets.root)/mot/ref/\(run.name)/\(sequence).txt")

        // To a file it is the same.
        let folder = try TemporaryFolder()
        let file = folder.path + "/tracks.txt"
        #expect(try await Program.succeed(arguments + ["--output", file]).output.isEmpty)
        try #expect(String(contentsOfFile: file, encoding: .utf8) == printed.output)

        let comparison = TrackComparison(reference: expected, output: try MOTFile.read(path: file))
        #expect(comparison.isEqual, "\(sequence), \(run.name): \(comparison)")
    }

    @Test(
        "puts out what the references with two stages do, with appearance and camera motion where they had it",
        arguments: ["TUD-Campus", "MOT17-13-FRCNN"], ["bytetrack", "botsort", "botsort_gmc", "botsort_reid"])
    func twoStages(sequence: String, run: String) async throws {
        guard run != "botsort_gmc" || sequence.hasPrefix("MOT17") else { return }
        let folder = "\(Assets.root)/mot"
        var arguments = ["track", "--detections", "\(folder)/det/\(sequence).txt"]
        arguments += ["--tracker", String(run.prefix { $0 != "_" })]
        arguments += ["--tracker-option", "min_area=\(run == "bytetrack" ? 100 : 10)"]
        arguments += ["--tracker-option", "max_aspect=1.6"]
        arguments += ["--tracker-option", "track_buffer=\(sequence.hasPrefix("MOT17-13") ? 25 : 30)"]
        if run == "botsort_gmc" { arguments += ["--camera-motion", "\(folder)/gmc/\(sequence).txt"] }
        if run == "botsort_reid" { arguments += ["--embeddings", "\(folder)/emb/\(sequence).i16"] }
        let printed = try await Program.succeed(arguments)
        let comparison = TrackComparison(
            reference: try MOTFile.read(path: "\(folder)/ref/\(run)/\(sequence).txt"),
            output: try MOTFile.parse(Array(printed.output.utf8), file: "output"))
        #expect(comparison.isEqual, "\(sequence), \(run): \(comparison)")
    }

    @Test(
        "puts out what OC-SORT's and DeepSORT's references do",
        arguments: ["TUD-Campus", "MOT17-13-FRCNN", "EDGE-01-negative-coords"],
        ["ocsort", "ocsort_byte", "deepsort_iou", "deepsort_emb"])
    func observationsAndAppearance(sequence: String, run: String) async throws {
        let folder = "\(Assets.root)/mot"
        var arguments = ["track", "--detections", "\(folder)/det/\(sequence).txt"]
        arguments += ["--tracker", String(run.prefix { $0 != "_" })]
        if run.hasPrefix("ocsort") {
            arguments += ["--tracker-option", "min_area=100", "--tracker-option", "max_aspect=1.6"]
            arguments += ["--tracker-option", "use_byte=\(run == "ocsort_byte")"]
        } else if !sequence.hasPrefix("TUD") {
            arguments += ["--tracker-option", "min_confidence=0.6"]
        }
        if run == "deepsort_emb" { arguments += ["--embeddings", "\(folder)/emb/\(sequence).i16"] }
        // Detections end before the video does.
        if sequence.hasPrefix("EDGE") { arguments += ["--frames", "120"] }
        let printed = try await Program.succeed(arguments)
        let comparison = TrackComparison(
            reference: try MOTFile.read(path: "\(folder)/ref/\(run)/\(sequence).txt"),
            output: try MOTFile.parse(Array(printed.output.utf8), file: "output"))
        #expect(comparison.isEqual, "\(sequence), \(run): \(comparison)")
    }

    @Test("says what is wrong with files beside the detections")
    func filesBeside() async throws {
        let folder = try TemporaryFolder()
        let detections = try folder.file("det.txt", Array("1,-1,10,10,20,20,0.9\n2,-1,10,10,20,20,0.9\n".utf8))
        let vectors = try folder.file("emb.i16", [0, 0, 1])
        let motion = try folder.file("gmc.txt", Array("0 1 0 0 0 1 0\n".utf8))
        for (arguments, says, code) in [
            (["botsort", "--embeddings", vectors], "\(vectors): wrong size: 3 bytes", 1),
            (["botsort", "--embeddings", folder.path + "/none"], "none: it cannot be read (No such file", 1),
            (["botsort", "--embeddings", folder.path], "this is a folder; give the file of embeddings", 1),
            (["botsort", "--camera-motion", motion], "\(motion): missing frames: it has 1 frames", 1),
            (["botsort", "--camera-motion", detections], "\(detections):1: malformed line: ", 1),
            (["bytetrack", "--embeddings", vectors], "ByteTrack does not look at appearance; leave it out", 2),
            (
                ["sort", "--camera-motion", motion], "SORT does not use it; leave it out, or choose --tracker botsort",
                2
            ),
        ] as [([String], String, Int32)] {
            let outcome = try await Program.run(["track", "--detections", detections, "--tracker"] + arguments)
            #expect(outcome.exitCode == code, "\(outcome)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains(says), "\(outcome)")
        }
    }

    @Test("says what is wrong with its files, and exits with 1")
    func files() async throws {
        let folder = try TemporaryFolder()
        let missing = try await Program.run(["track", "--detections", folder.path + "/none.txt"])
        #expect(missing.exitCode == 1)
        #expect(
            missing.errors
                == "lapwing: error: \(folder.path)/none.txt: it cannot be read (No such file or directory); "
                + "give a MOTChallenge file to --detections\n")
        let place = try await Program.run(["track", "--detections", folder.path])
        #expect(place.exitCode == 1)
        #expect(
            place.errors
                == "lapwing: error: \(folder.path): this is a folder; give the MOTChallenge file inside it to --detections\n"
        )
        let text = try folder.file("text.txt", Array("1,-1,10,10,20,20,0.9\nhello\n".utf8))
        let malformed = try await Program.run(["track", "--detections", text])
        #expect(malformed.exitCode == 1)
        #expect(malformed.output.isEmpty)
        #expect(malformed.errors.hasPrefix("lapwing: error: \(text):2: "), "\(malformed)")
        #expect(malformed.errors.contains("'hello'"))
        let good = try folder.file("good.txt", Array("1,-1,10,10,20,20,0.9\n".utf8))
        let output = try await Program.run(["track", "--detections", good, "--output", good + "/out.txt"])
        #expect(output.exitCode == 1)
        #expect(
            output.errors.contains("\(good): it cannot be made (a file is in its place); choose another place"),
            "\(output)")
        // A folder is made, and what is no file is written into.
        let made = try await Program.run(["track", "--detections", good, "--output", folder.path + "/new/out.txt"])
        #expect(made.exitCode == 0 && FileManager.default.fileExists(atPath: folder.path + "/new/out.txt"))
        let stream = try await Program.run([
            "track", "--detections", good, "--tracker", "sort", "--output", "/dev/fd/1",
        ])
        #expect(stream.exitCode == 0 && stream.outputLines.count == 1, "\(stream)")
    }
}
