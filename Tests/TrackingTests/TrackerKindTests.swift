import Testing
import Tracking

@Suite("Choosing a tracker")
struct TrackerKindTests {
    @Test("resolves given and default settings")
    func parameters() throws {
        #expect(
            try TrackerKind.sort.parameters().map(\.description)
                == ["max_age=30", "min_hits=3", "iou_threshold=0.3", "per_class=true"])
        #expect(
            try TrackerKind.sort.parameters(options: ["per_class": "false", "iou_threshold": "0.5", "max_age": "1"])
                .map(\.description) == ["max_age=1", "min_hits=3", "iou_threshold=0.5", "per_class=false"])
        let tracker = try TrackerKind.sort.make(options: ["max_age": "7", "per_class": "false"])
        #expect((tracker as? SORTTracker)?.options == SORTOptions(maxAge: 7, perClass: false))
        #expect(try TrackerKind.sort.parameters() == SORTOptions().parameters)
        #expect(TrackerKind.sort.displayName == "SORT")
    }

    @Test(
        "refuses names and values that it does not know, and lists those it does",
        arguments: [
            ("maxage", "3", TrackerOptionError.Code.unknownName), ("", "", .unknownName),
            ("max_age", "-1", .badValue), ("max_age", "3.5", .badValue), ("max_age", "", .badValue),
            ("max_age", "99999999999999999999", .badValue), ("min_hits", "many", .badValue),
            ("iou_threshold", "1.01", .badValue), ("iou_threshold", "nan", .badValue), ("per_class", "yes", .badValue),
        ])
    func refusals(name: String, value: String, code: TrackerOptionError.Code) throws {
        let error = #expect(throws: TrackerOptionError.self) { try TrackerKind.sort.make(options: [name: value]) }
        #expect(error?.code == code)
        #expect(error?.name == name)
        for known in ["max_age", "min_hits", "iou_threshold", "per_class", "0.0 to 1.0"] {
            #expect(error?.detail.contains(known) == true)
        }
    }

    @Test("restores only what was made with the same settings, if asked to")
    func restoring() throws {
        let parameters = try TrackerKind.sort.parameters(options: ["max_age": "5"])
        let snapshot = try TrackerKind.sort.make(options: ["max_age": "5"]).snapshot()
        #expect(try TrackerKind.sort.restore(snapshot, parameters: parameters).snapshot() == snapshot)
        let error = #expect(throws: SnapshotError.self) {
            try TrackerKind.sort.restore(snapshot, parameters: TrackerKind.sort.parameters())
        }
        #expect(error?.code == .differentOptions)
        #expect(error?.detail.contains("max_age=5") == true)
    }
}
