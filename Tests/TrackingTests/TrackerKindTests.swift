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

    @Test("names the settings of the trackers with two stages")
    func twoStages() throws {
        #expect(
            try TrackerKind.bytetrack.parameters().map(\.description) == [
                "track_thresh=0.6", "low_thresh=0.1", "new_thresh=0.7", "match_thresh=0.9", "low_match_thresh=0.5",
                "unconfirmed_match_thresh=0.7", "fuse_score=true", "track_buffer=30", "duplicate_iou=0.85",
                "min_area=0.0", "max_aspect=0.0", "per_class=true",
            ])
        let options = ["match_thresh": "0.7", "track_buffer": "5", "fuse_score": "false", "appearance_thresh": "0.1"]
        let parameters = try TrackerKind.botsort.parameters(options: options)
        #expect(parameters.count == 15 && parameters[3].description == "match_thresh=0.7")
        #expect(try TrackerKind.botsort.parameters()[3].description == "match_thresh=0.8")
        let tracker = try #require(try TrackerKind.botsort.make(options: options) as? BoTSORTTracker)
        #expect(
            tracker.options
                == BoTSORTOptions(
                    stages: TwoStageOptions(matchThreshold: 0.7, fuseScore: false, trackBuffer: 5),
                    appearanceThreshold: 0.1))
        #expect(tracker.options.parameters == parameters)
        for kind in TrackerKind.allCases {
            #expect(kind.options.map(\.name) == (try kind.parameters().map(\.name)))
            #expect(try kind.restore(kind.make().snapshot(), parameters: kind.parameters()).snapshot().count > 20)
        }
        #expect(throws: TrackerOptionError.self) { try TrackerKind.bytetrack.make(options: ["proximity_thresh": "1"]) }
    }
}
