import Testing
import Tracking

@Suite("Every tracker on the sequences given", .enabled(if: Assets.arePresent))
struct EveryTrackerGoldenTests {
    /// Options with which a tracker keeps most.
    private static let options: [TrackerKind: [String: String]] = [
        .deepsort: ["nn_budget": "13"], .ocsort: ["use_byte": "true"],
    ]

    @Test(
        "goes on to the bit when restored after any frame", arguments: TrackerKind.allCases,
        ["TUD-Campus", "EDGE-03-fast-scale-change", "EDGE-07-circles-crossing", "MOT17-13-FRCNN"])
    func snapshots(kind: TrackerKind, sequence: String) throws {
        let isMoving = sequence.hasPrefix("MOT17")
        let parameters = try kind.parameters(options: Self.options[kind] ?? [:])
        var tracker = try kind.make(options: Self.options[kind] ?? [:])
        var restored = tracker
        for input in try Assets.inputs(sequence, embeddings: true, cameraMotion: isMoving).prefix(120) {
            restored = try kind.restore(restored.snapshot(), parameters: parameters)
            #expect(restored.update(input) == tracker.update(input))
            #expect(restored.snapshot() == tracker.snapshot())
        }
    }
}
