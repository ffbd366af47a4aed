import Foundation
import Testing

@Suite("lapwing run, on real videos", .enabled(if: Assets.arePresent, "needs the models and videos in LAPWING_ASSETS"))
struct GoldenTests {
    @Test(
        "finds what YOLOv8's own software finds, in every frame once, at its time",
        arguments: [(Assets.cars, "car-detection"), (Assets.people, "one-by-one-person-detection")])
    func golden(video: String, name: String) async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Program.succeed(
            [
                "run", video, "--model", Assets.model, "--precision", "f32", "--preprocess", "exact", "--output",
                folder.path, "--video-id", name,
            ], seconds: 600)
        #expect(outcome.output.contains("every frame accounted for"), "\(outcome)")
        #expect(!outcome.output.contains("NOT"), "\(outcome)")
        let comparison = try GoldenComparison(
            golden: try Assets.golden("\(name).detections.jsonl"),
            results: try JSONLines(file: "\(folder.path)/\(name)/results.jsonl"))
        #expect(comparison.isGood, "\(name): \(comparison)")
    }
}
