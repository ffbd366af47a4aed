import Evaluation
import Foundation
import Testing
import Vision

@testable import Tracking

@Suite("DeepSORT against the reference implementation", .enabled(if: Assets.arePresent))
struct DeepSORTGoldenTests {
    /// What the reference was given, to the end of the video: it puts out predictions after the last detection.
    private func inputs(_ sequence: String, embeddings: Bool) throws -> [TrackerInput] {
        var inputs = try Assets.inputs(sequence, embeddings: embeddings)
        while inputs.count < (try Assets.frameCount(sequence)) { inputs.append(TrackerInput([])) }
        return inputs
    }

    private func options(_ sequence: String) -> DeepSORTOptions {
        DeepSORTOptions(minConfidence: sequence.hasPrefix("MOT17") || sequence.hasPrefix("EDGE") ? 0.6 : 0.3)
    }

    @Test(
        "puts out the same boxes in the same tracks", arguments: Assets.sequences, ["deepsort_iou", "deepsort_emb"])
    func sameRows(sequence: String, reference: String) throws {
        var tracker = DeepSORTTracker(options: options(sequence))
        let output = Assets.rows(of: try inputs(sequence, embeddings: reference == "deepsort_emb"), &tracker)
        let expected = try Assets.reference(reference, sequence)
        let comparison = TrackComparison(reference: expected, output: output)
        #expect(comparison.isEqual, "\(sequence), \(reference): \(comparison)")
    }

    @Test("passes over appearance below a largest distance of 0")
    func withoutAppearance() throws {
        var options = options("TUD-Campus")
        options.maxCosineDistance = -1
        var tracker = DeepSORTTracker(options: options)
        let output = Assets.rows(of: try inputs("TUD-Campus", embeddings: true), &tracker)
        let expected = try Assets.reference("deepsort_iou", "TUD-Campus")
        #expect(TrackComparison(reference: expected, output: output).isEqual)
    }

    @Test("emits the rows in the reference's order")
    func sameOrder() throws {
        var tracker = DeepSORTTracker(options: options("TUD-Campus"))
        let output = Assets.rows(of: try inputs("TUD-Campus", embeddings: true), &tracker)
        let expected = try Assets.reference("deepsort_emb", "TUD-Campus")
        #expect(TrackComparison.areInSameOrder(output, expected))
    }

    @Test("has the reference's filter state and counters after every frame")
    func sameState() throws {
        let expected = try ReferenceStates("deepsort_emb_TUD-Campus")
        var tracker = DeepSORTTracker(options: options("TUD-Campus"))
        for (index, input) in try inputs("TUD-Campus", embeddings: true).enumerated() {
            _ = tracker.update(input)
            let rows = expected.rows(ofFrame: index + 1)
            #expect(rows.count == tracker.tracks.count, "frame \(index + 1)")
            for row in rows {
                // Identities are free: the track at the same place is the same one.
                let track = try #require(
                    tracker.tracks.first { ReferenceStates.isClose($0.filter.stateAndVariances, row[2...17]) }, "\(row)"
                )
                // The reference counts its age from 1; its states are 1 for tentative and 2 for confirmed.
                #expect(
                    [track.life.timeSinceUpdate, track.life.isConfirmed ? 2 : 1, track.life.hits, track.life.age + 1]
                        == row[18...21].map { Int($0) })
            }
        }
    }
}
