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
        try #require(output.count == expected.count)
        for (row, other) in zip(output, expected) {
            #expect(row.frame == other.frame)
            #expect(abs(row.x - other.x) < 0.001 && abs(row.y - other.y) < 0.001)
        }
    }

    @Test("has the reference's filter state and counters after every frame")
    func sameState() throws {
        let text = try String(contentsOfFile: Assets.root + "/mot/ref_state/sort_TUD-Campus.csv", encoding: .utf8)
        let lines = text.split(separator: "\n").dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
        let expected = Dictionary(grouping: lines) { Int($0[0]) }
        let detections = try Assets.detections("TUD-Campus")
        var tracker = SORTTracker(options: SORTOptions(maxAge: 1))
        var compared = 0
        for frame in 1...detections.lastFrame {
            _ = tracker.update(detections[frame])
            let rows = expected[frame] ?? []
            #expect(rows.count == tracker.tracks.count, "frame \(frame)")
            for row in rows {
                // Identities are free: the track at the same place is the same one.
                let track = try #require(tracker.tracks.first { isClose(values($0), Array(row[2...15])) }, "\(row)")
                #expect(
                    [track.life.timeSinceUpdate, track.life.hitStreak, track.life.hits - 1, track.life.age]
                        == row[16...19].map { Int($0) })
                compared += 1
            }
        }
        #expect(compared == lines.count)
    }

    /// The state and the diagonal of the covariance, as the reference lists them.
    private func values(_ track: SORTTrack) -> [Double] {
        let filter = track.filter
        return [
            filter.u.position, filter.v.position, filter.s.position, filter.r,
            filter.u.velocity, filter.v.velocity, filter.s.velocity,
            filter.centreCovariance.position, filter.centreCovariance.position, filter.areaCovariance.position,
            filter.aspectVariance,
            filter.centreCovariance.velocity, filter.centreCovariance.velocity, filter.areaCovariance.velocity,
        ]
    }

    /// Within 10⁻⁶, relative for numbers above 1: the reference is written with 12 digits.
    private func isClose(_ a: [Double], _ b: [Double]) -> Bool {
        zip(a, b).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) }
    }

    @Test("goes on to the bit when restored after any frame", arguments: ["TUD-Campus", "EDGE-03-fast-scale-change"])
    func snapshots(sequence: String) throws {
        let detections = try Assets.detections(sequence)
        var tracker = SORTTracker()
        var restored: any Tracker = SORTTracker()
        for frame in 1...detections.lastFrame {
            restored = try TrackerKind.restore(restored.snapshot())
            #expect(restored.update(detections[frame]) == tracker.update(detections[frame]))
            #expect(restored.snapshot() == tracker.snapshot())
        }
    }
}
