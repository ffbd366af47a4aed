import Testing
import Vision

@testable import Tracking

@Suite("DeepSORT")
struct DeepSORTTrackerTests {
    private typealias Seen = (x: Double, look: [Float])

    private func detection(_ x: Double, score: Double = 0.9, classID: Int = 0) -> Detection {
        Detection(box: BoundingBox(x: x, y: 100, width: 50, height: 100), confidence: score, classID: classID)
    }

    private func input(_ seen: [Seen]) -> TrackerInput {
        TrackerInput(
            seen.map { detection($0.x) }, appearance: AppearanceVectors(seen.flatMap(\.look), dimension: 2))
    }

    @Test(
        "passes through its states",
        arguments: [
            // Seen, then state in each frame: t(entative), c(onfirmed), l(ost), . for no track.
            (seen: "xxxxx", states: "ttccc", reported: "..rrr"),
            // A miss in its probation ends it.
            (seen: "xx.xxx", states: "tt.ttc", reported: ".....r"),
            // The first frame after a detection is put out as well.
            // It is not found again here, without looks.
            (seen: "xxx.x", states: "ttcll", reported: "..rr."),
            (seen: "xxx..", states: "ttcll", reported: "..rr."),
            (seen: "xxx....", states: "ttcll..", reported: "..rr..."),
        ])
    func states(seen: String, states: String, reported: String) {
        var tracker = DeepSORTTracker(options: DeepSORTOptions(maxAge: 2))
        let life = seen.map { tracker.update($0 == "x" ? [detection(100)] : []).tracks.first }
        let letters: [TrackedObject.State: Character] = [.tentative: "t", .confirmed: "c", .lost: "l"]
        #expect(String(life.map { $0.flatMap { letters[$0.state] } ?? "." }) == states)
        #expect(String(life.map { $0?.isReported == true ? "r" : "." }) == reported)
    }

    @Test("knows an object again by its looks, and without them only in the next frame")
    func looks() {
        for hasLooks in [true, false] {
            for gap in [1, 5] {
                var tracker = DeepSORTTracker()
                func update(_ seen: [Seen]) -> [TrackedObject] {
                    let input = input(seen)
                    return tracker.update(hasLooks ? input : TrackerInput(input.detections)).tracks
                }
                for _ in 0..<5 { _ = update([(100, [1, 0])]) }
                for _ in 0..<(gap - 1) { _ = update([]) }
                let tracks = update([(101, [1, 0.1])])
                #expect(
                    tracks.filter { $0.detectionIndex != nil }.map(\.trackID) == [hasLooks || gap == 1 ? 1 : 2])
            }
        }
    }

    @Test("tells objects apart by their looks where they change places")
    func changedPlaces() {
        var tracker = DeepSORTTracker()
        for _ in 0..<5 { _ = tracker.update(input([(100, [1, 0]), (120, [0, 1])])) }
        let tracks = tracker.update(input([(120, [1, 0]), (100, [0, 1])])).tracks
        // The first detection is the object that the first detection was; ties of score are numbered from the last.
        #expect(tracks.map(\.trackID) == [1, 2])
        #expect(tracks.map(\.detectionIndex) == [1, 0])
    }

    @Test("does not believe looks beyond the gate")
    func gate() {
        var tracker = DeepSORTTracker()
        for _ in 0..<5 { _ = tracker.update(input([(100, [1, 0])])) }
        let tracks = tracker.update(input([(400, [1, 0])])).tracks
        #expect(tracks.map(\.detectionIndex) == [nil, 0])
    }

    @Test("lets tracks seen more recently choose first")
    func cascade() {
        var tracker = DeepSORTTracker()
        // Two objects of one look; the second is not seen for a while, and its gate grows.
        for _ in 0..<5 { _ = tracker.update(input([(100, [1, 0]), (130, [1, 0.2])])) }
        let ids = tracker.update(input([(100, [1, 0])])).tracks.filter { $0.detectionIndex == 0 }.map(\.trackID)
        for _ in 0..<3 { _ = tracker.update(input([(100, [1, 0])])) }
        // It looks like the lost one, but the other one is offered it first.
        let tracks = tracker.update(input([(104, [1, 0.2])])).tracks
        #expect(tracks.filter { $0.detectionIndex == 0 }.map(\.trackID) == ids)
    }

    @Test("leaves out what scores too low, and nothing else", arguments: [(0.3, 1), (0.3.nextDown, 0), (1, 1)])
    func confidence(score: Double, count: Int) {
        var tracker = DeepSORTTracker()
        #expect(tracker.update([detection(100, score: score)]).tracks.count == count)
    }

    @Test("numbers new tracks by falling score")
    func numbering() {
        var tracker = DeepSORTTracker()
        let tracks = tracker.update([detection(0, score: 0.5), detection(200, score: 0.9), detection(400, score: 0.7)])
            .tracks
        #expect(tracks.map(\.trackID) == [1, 2, 3])
        #expect(tracks.map(\.detectionIndex) == [1, 2, 0])
    }

    @Test("passes over vectors of another dimension, and ones that say nothing")
    func otherVectors() {
        var tracker = DeepSORTTracker()
        for _ in 0..<5 { _ = tracker.update(input([(100, [1, 0])])) }
        for vectors in [
            AppearanceVectors([1, 0, 0], dimension: 3), AppearanceVectors([0, 0], dimension: 2),
            AppearanceVectors([.nan, 1], dimension: 2), AppearanceVectors([.infinity, 1], dimension: 2),
        ] {
            // Overlap still finds it.
            let tracks = tracker.update(TrackerInput([detection(100)], appearance: vectors)).tracks
            #expect(tracks.map(\.trackID) == [1] && tracks.map(\.detectionIndex) == [0])
        }
        #expect(tracker.tracks[0].gallery.count == 5)
    }

    @Test("keeps no more vectors than its budget")
    func budget() {
        var tracker = DeepSORTTracker(options: DeepSORTOptions(galleryBudget: 20))
        var sizes: [Int] = []
        for _ in 0..<60 {
            _ = tracker.update(input([(100, [1, 0]), (300, [0, 1])]))
            sizes.append(tracker.snapshot().count)
        }
        #expect(tracker.tracks.map(\.gallery.count) == [20, 20])
        #expect(Set(sizes.suffix(40)).count == 1)
    }

    @Test("keeps classes apart unless told otherwise", arguments: [true, false])
    func classes(perClass: Bool) {
        var tracker = DeepSORTTracker(options: DeepSORTOptions(perClass: perClass))
        for _ in 0..<3 { _ = tracker.update([detection(100, classID: 1)]) }
        let tracks = tracker.update([detection(101, classID: 2)]).tracks
        #expect(tracks.map(\.classID) == (perClass ? [1, 2] : [1]))
        #expect(tracks.map(\.detectionIndex) == (perClass ? [nil, 0] : [0]))
    }

    @Test("resolves its settings, and goes on with them")
    func settings() throws {
        #expect(try TrackerKind.deepsort.parameters() == DeepSORTOptions().parameters)
        let given = [
            "min_confidence": "0.5", "max_age": "9", "n_init": "2", "max_iou_distance": "0.6",
            "max_cosine_distance": "-1", "nn_budget": "7", "per_class": "false",
        ]
        let options = DeepSORTOptions(
            minConfidence: 0.5, maxAge: 9, framesToConfirm: 2, maxIoUDistance: 0.6, maxCosineDistance: -1,
            galleryBudget: 7, perClass: false)
        let tracker = try TrackerKind.deepsort.make(options: given)
        #expect((tracker as? DeepSORTTracker)?.options == options)
        #expect((try TrackerKind.restore(tracker.snapshot()) as? DeepSORTTracker)?.options == options)
        #expect(throws: TrackerOptionError.self) { try TrackerKind.deepsort.make(options: ["nn_budget": "0"]) }
    }
}
