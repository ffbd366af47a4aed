import Evaluation
import Foundation
import Testing
import Vision

@testable import Tracking

@Suite("OC-SORT against the reference implementation", .enabled(if: Assets.arePresent))
struct OCSORTGoldenTests {
    /// The reference's evaluator leaves out boxes that are small or wider than pedestrians are.
    private func options(usesByte: Bool = false) -> OCSORTOptions {
        OCSORTOptions(usesByte: usesByte, minArea: 100, maxAspect: 1.6)
    }

    @Test("puts out the same boxes in the same tracks", arguments: Assets.sequences, ["ocsort", "ocsort_byte"])
    func sameRows(sequence: String, reference: String) throws {
        var tracker = OCSORTTracker(options: options(usesByte: reference == "ocsort_byte"))
        let output = Assets.rows(of: try Assets.allDetections(sequence), &tracker)
        let expected = try Assets.reference(reference, sequence)
        let comparison = TrackComparison(reference: expected, output: output)
        #expect(comparison.isEqual, "\(sequence), \(reference): \(comparison)")
    }

    @Test("emits the rows in the reference's order")
    func sameOrder() throws {
        var tracker = OCSORTTracker(options: options())
        let output = Assets.rows(of: try Assets.allDetections("TUD-Campus"), &tracker)
        let expected = try Assets.reference("ocsort", "TUD-Campus")
        #expect(TrackComparison.areInSameOrder(output, expected))
    }

    @Test("has the reference's filter state and counters after every frame")
    func sameState() throws {
        let expected = try ReferenceStates("ocsort_TUD-Campus")
        let detections = try Assets.allDetections("TUD-Campus")
        var tracker = OCSORTTracker(options: options())
        for frame in 1...detections.lastFrame {
            _ = tracker.update(detections[frame])
            let rows = expected.rows(ofFrame: frame)
            #expect(rows.count == tracker.tracks.count, "frame \(frame)")
            for row in rows {
                // Identities are free: the track at the same place is the same one.
                let track = try #require(
                    tracker.tracks.first { ReferenceStates.isClose($0.filter.stateAndVariances, row[2...15]) }, "\(row)"
                )
                #expect(
                    [track.life.timeSinceUpdate, track.life.hitStreak, track.life.hits - 1, track.life.age]
                        == row[16...19].map { Int($0) })
            }
        }
    }
}
