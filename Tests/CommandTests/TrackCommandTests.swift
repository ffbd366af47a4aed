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
        let output = try await Program.run(["track", "--detections", good, "--output", folder.path + "/none/out.txt"])
        #expect(output.exitCode == 1)
        #expect(output.errors.contains("none/out.txt: it cannot be written (No such file or directory)"), "\(output)")
    }
}
