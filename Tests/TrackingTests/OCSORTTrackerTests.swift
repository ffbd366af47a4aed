import Testing
import Vision

@testable import Tracking

@Suite("OC-SORT")
struct OCSORTTrackerTests {
    private func detection(
        _ x: Double, _ y: Double = 100, size: Double = 50, score: Double = 0.9, classID: Int = 0
    ) -> Detection {
        Detection(box: BoundingBox(x: x, y: y, width: size, height: size), confidence: score, classID: classID)
    }

    /// One object that stands still; each frame of `seen` says whether the detector sees it.
    private func lives(_ seen: String, options: OCSORTOptions, after emptyFrames: Int = 10) -> [TrackedObject?] {
        var tracker = OCSORTTracker(options: options)
        for _ in 0..<emptyFrames { _ = tracker.update([Detection]()) }
        return seen.map { tracker.update($0 == "x" ? [detection(100)] : []).tracks.first }
    }

    @Test(
        "passes through the states that SORT has",
        arguments: [
            // Seen, then state in each frame: t(entative), c(onfirmed), l(ost), . for no track.
            (seen: "xxxxx", states: "ttccc", reported: "...rr"),
            (seen: "x.x.x", states: "ttttc", reported: "....."),
            (seen: "xxxx.xxxx", states: "ttcclcccc", reported: "...r...rr"),
            (seen: "xxx...x", states: "ttcll.t", reported: "......."),
        ])
    func states(seen: String, states: String, reported: String) {
        let life = lives(seen, options: OCSORTOptions(maxAge: 2, minHits: 3))
        let letters: [TrackedObject.State: Character] = [.tentative: "t", .confirmed: "c", .lost: "l"]
        #expect(String(life.map { $0.flatMap { letters[$0.state] } ?? "." }) == states)
        #expect(String(life.map { $0?.isReported == true ? "r" : "." }) == reported)
    }

    @Test("puts out the detection's box from the second one on")
    func boxes() {
        var tracker = OCSORTTracker()
        _ = tracker.update([detection(100)])
        for step in 1...5 {
            let seen = detection(100 + Double(step) * 7, size: 50 + Double(step))
            #expect(tracker.update([seen]).tracks.map(\.box) == [seen.box])
        }
        // Unseen, it is where the filter expects it.
        let predicted = tracker.update([Detection]()).tracks[0]
        #expect(predicted.detectionIndex == nil && predicted.box.x1 > 135)
    }

    @Test(
        "uses a detection that scores exactly the threshold for nothing",
        arguments: [(0.6, false, 0), (0.6.nextUp, false, 1), (0.6, true, 0), (0.5, true, 0)])
    func threshold(score: Double, usesByte: Bool, count: Int) {
        var tracker = OCSORTTracker(options: OCSORTOptions(usesByte: usesByte))
        #expect(tracker.update([detection(100, score: score)]).tracks.count == count)
    }

    @Test(
        "keeps a track on low scores only if told to",
        arguments: [
            (score: 0.5, usesByte: true, isKept: true), (score: 0.5, usesByte: false, isKept: false),
            (score: 0.1, usesByte: true, isKept: false), (score: 0.1.nextUp, usesByte: true, isKept: true),
            (score: 0.6, usesByte: true, isKept: false),
        ])
    func lowScores(score: Double, usesByte: Bool, isKept: Bool) {
        var tracker = OCSORTTracker(options: OCSORTOptions(usesByte: usesByte))
        _ = tracker.update([detection(100)])
        let tracks = tracker.update([detection(102, score: score)]).tracks
        #expect(tracks.map(\.detectionIndex) == [isKept ? 0 : nil])
    }

    @Test("finds an object that stopped while it was out of sight where it was last seen")
    func recovery() {
        // It runs at 20 pixels a frame, stops, and is not seen for six frames.
        func ids(_ update: (TrackerInput) -> TrackerUpdate) -> [Int] {
            var last: TrackerUpdate?
            for step in 0...10 { last = update(TrackerInput([detection(Double(step) * 20)])) }
            for _ in 0..<6 { last = update(TrackerInput([])) }
            last = update(TrackerInput([detection(210)]))
            return last?.tracks.filter { $0.detectionIndex != nil }.map(\.trackID) ?? []
        }
        var observing = OCSORTTracker()
        #expect(ids { observing.update($0) } == [1])
        // SORT looks where it expects it, 120 pixels further on.
        var predicting = SORTTracker()
        #expect(ids { predicting.update($0) } == [2])
        // It is then as if it had been seen all the time: it has slowed down from 20 pixels a frame.
        #expect(observing.tracks[0].filter.u.velocity.magnitude < 12)
    }

    @Test("keeps objects apart by their directions where they cross")
    func crossing() {
        var tracker = OCSORTTracker(options: OCSORTOptions(inertia: 1))
        var first: [Int] = []
        for frame in 0..<40 {
            // Two objects on one line, towards each other and past each other.
            let step = Double(frame) * 6
            let update = tracker.update([detection(step, 100, size: 60), detection(234 - step, 104, size: 60)])
            let byDetection = update.tracks.sorted { ($0.detectionIndex ?? 9) < ($1.detectionIndex ?? 9) }.map(
                \.trackID)
            if frame == 0 { first = byDetection }
            #expect(byDetection == first, "frame \(frame)")
        }
    }

    @Test("takes boxes far beyond the top left for unobserved only if told to", arguments: [true, false])
    func negativeSums(isUnobserved: Bool) {
        var tracker = OCSORTTracker(options: OCSORTOptions(negativeSumIsUnobserved: isUnobserved))
        var boxes: [BoundingBox] = []
        for step in 0..<5 { boxes += tracker.update([detection(-300 - Double(step * step), -200)]).tracks.map(\.box) }
        let seen = BoundingBox(x: -316, y: -200, width: 50, height: 50)
        #expect((boxes.last == seen) == !isUnobserved)
        #expect((tracker.tracks[0].direction == OCSORTTrack.Direction()) == isUnobserved)
    }

    @Test("leaves small and wide boxes unreported, and tracks them all the same")
    func reportedBoxes() {
        var tracker = OCSORTTracker(options: OCSORTOptions(minArea: 100, maxAspect: 1.6))
        let boxes = [
            BoundingBox(x: 0, y: 0, width: 10, height: 10), BoundingBox(x: 100, y: 0, width: 10, height: 10.1),
            BoundingBox(x: 200, y: 0, width: 32, height: 20), BoundingBox(x: 300, y: 0, width: 32.1, height: 20),
        ]
        let detections = boxes.map { Detection(box: $0, confidence: 0.9, classID: 0) }
        _ = tracker.update(detections)
        let tracks = tracker.update(detections).tracks
        #expect(tracks.map(\.trackID) == [4, 3, 2, 1])
        #expect(tracks.map(\.isReported) == [false, true, true, false])
        #expect(tracks.allSatisfy { $0.state == .confirmed })
    }

    @Test("keeps classes apart unless told otherwise", arguments: [true, false])
    func classes(perClass: Bool) {
        var tracker = OCSORTTracker(options: OCSORTOptions(perClass: perClass))
        _ = tracker.update([detection(100, classID: 1)])
        let tracks = tracker.update([detection(101, classID: 2)]).tracks
        #expect(tracks.map(\.classID) == (perClass ? [2, 1] : [1]))
        #expect(tracks.map(\.detectionIndex) == (perClass ? [0, nil] : [0]))
    }

    @Test("resolves its settings, and goes on with them")
    func settings() throws {
        #expect(try TrackerKind.ocsort.parameters() == OCSORTOptions().parameters)
        let given = [
            "det_thresh": "0.4", "max_age": "9", "min_hits": "1", "iou_threshold": "0.2", "delta_t": "5",
            "inertia": "0.5", "use_byte": "true", "low_thresh": "0.2", "negative_sum_is_unobserved": "false",
            "min_area": "7", "max_aspect": "3", "per_class": "false",
        ]
        let options = OCSORTOptions(
            detectionThreshold: 0.4, maxAge: 9, minHits: 1, iouThreshold: 0.2, deltaT: 5, inertia: 0.5, usesByte: true,
            lowThreshold: 0.2, negativeSumIsUnobserved: false, minArea: 7, maxAspect: 3, perClass: false)
        let tracker = try TrackerKind.ocsort.make(options: given)
        #expect((tracker as? OCSORTTracker)?.options == options)
        #expect((try TrackerKind.restore(tracker.snapshot()) as? OCSORTTracker)?.options == options)
        #expect(throws: TrackerOptionError.self) { try TrackerKind.ocsort.make(options: ["delta_t": "0"]) }
    }
}
