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

    /// What the reference's state file says of one track after one frame.
    private struct ReferenceState {
        var frame: Int
        var numbers: [Double]
        var list: Substring
        var isRemoved, isActivated: Bool
        var lastFrame: Int

        init(_ line: Substring, removed: Int) throws {
            let fields = line.split(separator: ",")
            frame = try #require(Int(fields[0]))
            numbers = fields[2...17].compactMap { Double($0) }
            list = fields[18]
            isRemoved = Int(fields[19]) == removed
            isActivated = fields[20] == "1"
            lastFrame = try #require(Int(fields[21]))
        }
    }

    /// Compares all tracks after every frame, in the order of the reference's lists.
    private func compareStates<Filter>(
        _ name: String, removed: Int, _ update: (TrackerInput) -> TwoStageFlow<Filter>, _ values: (Filter) -> [Double]
    ) throws {
        let text = try String(contentsOfFile: "\(Assets.root)/mot/ref_state/\(name)_TUD-Campus.csv", encoding: .utf8)
        let states = try text.split(separator: "\n").dropFirst().map { try ReferenceState($0, removed: removed) }
        let expected = Dictionary(grouping: states, by: \.frame)
        var compared = 0
        for (index, input) in try Assets.inputs("TUD-Campus").enumerated() {
            let flow = update(input)
            let rows = expected[index + 1] ?? []
            try #require(rows.count == flow.tracks.count, "frame \(index + 1)")
            for list in [TwoStageTrack<Filter>.Place.tracked, .lost] {
                let tracks = flow.tracks.filter { $0.place == list }
                let listed = rows.filter { $0.list == (list == .tracked ? "tracked" : "lost") }
                try #require(tracks.count == listed.count)
                for row in listed {
                    // Identities are free: the track at the same place is the same one.
                    let track = try #require(
                        tracks.first { track in
                            zip(values(track.filter), row.numbers).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) }
                        }, "frame \(row.frame): \(row)")
                    #expect(track.isActivated == row.isActivated && track.lastFrame == row.lastFrame)
                    if list == .lost { #expect(track.isFinal == row.isRemoved) }
                    compared += 1
                }
            }
        }
        #expect(compared == states.count && compared > 500)
    }

    @Test("have the reference's filter state and lists after every frame: ByteTrack")
    func sameStateByteTrack() throws {
        var tracker = byteTrack("TUD-Campus")
        try compareStates("bytetrack", removed: 3) { input in
            _ = tracker.update(input)
            return tracker.flow
        } _: { filter in
            let (size, aspect) = (filter.sizeCovariance, filter.aspectCovariance)
            return [filter.x, filter.y, filter.aspect, filter.height].map(\.position)
                + [filter.x, filter.y, filter.aspect, filter.height].map(\.velocity)
                + [size, size, aspect, size].map(\.position) + [size, size, aspect, size].map(\.velocity)
        }
    }

    @Test("have the reference's filter state and lists after every frame: BoT-SORT")
    func sameStateBoTSORT() throws {
        var tracker = botSORT("TUD-Campus")
        try compareStates("botsort", removed: 4) { input in
            _ = tracker.update(input)
            return tracker.flow
        } _: { filter in
            let covariances = [filter.covariance.x, filter.covariance.y, filter.covariance.x, filter.covariance.y]
            return [filter.x, filter.y, filter.width, filter.height].map(\.position)
                + [filter.x, filter.y, filter.width, filter.height].map(\.velocity)
                + covariances.map(\.position) + covariances.map(\.velocity)
        }
    }
}
