import Evaluation
import Foundation
import Testing
import Vision

@testable import Tracking

@Suite("ByteTrack and BoT-SORT against the reference implementations", .enabled(if: Assets.arePresent))
struct TwoStageGoldenTests {
    private static let runs: [(reference: String, embeddings: Bool, cameraMotion: Bool)] = [
        ("bytetrack", false, false), ("botsort", false, false), ("botsort_gmc", false, true),
        ("botsort_reid", true, false),
    ]

    private func byteTrack(_ sequence: String) -> ByteTrackTracker {
        ByteTrackTracker(
            options: TwoStageOptions(trackBuffer: Assets.trackBuffer(sequence), minArea: 100, maxAspect: 1.6))
    }

    private func botSORT(_ sequence: String) -> BoTSORTTracker {
        BoTSORTTracker(
            options: BoTSORTOptions(
                stages: TwoStageOptions(
                    matchThreshold: 0.8, trackBuffer: Assets.trackBuffer(sequence), minArea: 10, maxAspect: 1.6)))
    }

    @Test("put out the same boxes in the same tracks, in the same order", arguments: Assets.sequences, runs)
    func sameRows(sequence: String, run: (reference: String, embeddings: Bool, cameraMotion: Bool)) throws {
        guard Assets.sequences(of: run.reference).contains(sequence) else { return }
        let inputs = try Assets.inputs(sequence, embeddings: run.embeddings, cameraMotion: run.cameraMotion)
        var output: [MOTRow]
        if run.reference == "bytetrack" {
            var tracker = byteTrack(sequence)
            output = Assets.rows(of: inputs, &tracker)
        } else {
            var tracker = botSORT(sequence)
            output = Assets.rows(of: inputs, &tracker)
        }
        let expected = try Assets.reference(run.reference, sequence)
        let comparison = TrackComparison(reference: expected, output: output)
        #expect(comparison.isEqual, "\(sequence), \(run.reference): \(comparison)")
        guard comparison.isEqual else { return }
        for (row, other) in zip(output, expected) {
            #expect(row.frame == other.frame && abs(row.x - other.x) < 0.05 && abs(row.y - other.y) < 0.05)
        }
    }

    @Test("were run on the sequences given")
    func coverage() {
        #expect(Assets.sequences(of: "bytetrack") == Assets.sequences)
        #expect(!Assets.sequences(of: "botsort_gmc").isEmpty)
    }
}
