import Evaluation
import Foundation
import Testing
import Vision

@testable import Tracking

@Suite("SORT against the reference implementation", .enabled(if: Assets.arePresent))
struct SORTGoldenTests {
    @Test("puts out the same boxes in the same tracks", arguments: Assets.sequences, [("sort", 1), ("sort_age30", 30)])
    func sameRows(sequence: String, reference: (name: String, maxAge: Int)) throws {
        var tracker = SORTTracker(options: SORTOptions(maxAge: reference.maxAge))
        let output = Assets.rows(of: try Assets.detections(sequence), &tracker)
        let expected = try Assets.reference(reference.name, sequence)
        let comparison = TrackComparison(reference: expected, output: output)
        #expect(comparison.isEqual, "\(sequence), \(reference.name): \(comparison)")
    }

    @Test("emits the rows in the reference's order")
    func sameOrder() throws {
        var tracker = SORTTracker(options: SORTOptions(maxAge: 1))
        let output = Assets.rows(of: try Assets.detections("TUD-Campus"), &tracker)
        let expected = try Assets.reference("sort", "TUD-Campus")
        #expect(TrackComparison.areInSameOrder(output, expected))
    }

    @Test("has the reference's filter state and counters after every frame")
    func sameState() throws {
        let expected = try ReferenceStates("sort_TUD-Campus")
        let detections = try Assets.detections("TUD-Campus")
        var tracker = SORTTracker(options: SORTOptions(maxAge: 1))
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
