import Evaluation
import Testing
import Vision

@testable import Tracking

@Suite("SORT")
struct SORTTrackerTests {
    private func detection(_ x: Double, _ y: Double = 100, size: Double = 50, classID: Int = 0) -> Detection {
        Detection(box: BoundingBox(x: x, y: y, width: size, height: size), confidence: 0.9, classID: classID)
    }

    @Test("numbers tracks from 1 in the order of their detections and lists the newest first")
    func numbering() {
        var tracker = SORTTracker()
        let update = tracker.update([detection(0), detection(200), detection(400)])
        #expect(update.tracks.map(\.trackID) == [3, 2, 1])
        #expect(update.tracks.map(\.detectionIndex) == [2, 1, 0])
        #expect(update.tracks.allSatisfy { $0.age == 0 && $0.hits == 1 && $0.isReported && $0.state == .confirmed })
    }

    /// One object; each frame of `seen` says whether the detector sees it.
    private func lives(_ seen: String, options: SORTOptions, after emptyFrames: Int = 10) -> [TrackedObject?] {
        var tracker = SORTTracker(options: options)
        for _ in 0..<emptyFrames { _ = tracker.update([]) }
        return seen.map { tracker.update($0 == "x" ? [detection(100)] : []).tracks.first }
    }

    @Test(
        "passes through its states",
        arguments: [
            // Seen, then state in each frame: t(entative), c(onfirmed), l(ost), . for no track.
            (seen: "xxxxx", states: "ttccc", reported: "...rr"),
            // A gap in its probation leaves it tentative; hits add up, the streak begins anew.
            (seen: "x.x.x", states: "ttttc", reported: "....."),
            // After a gap it is believed at once, but put out only after a streak of minHits updates.
            (seen: "xxxx.xxxx", states: "ttcclcccc", reported: "...r...rr"),
            // It ends when unseen for more than maxAge (2) frames.
            (seen: "xxx...x", states: "ttcll.t", reported: "......."),
        ])
    func states(seen: String, states: String, reported: String) {
        let life = lives(seen, options: SORTOptions(maxAge: 2, minHits: 3))
        let letters: [TrackedObject.State: Character] = [.tentative: "t", .confirmed: "c", .lost: "l"]
        #expect(String(life.map { $0.flatMap { letters[$0.state] } ?? "." }) == states)
        #expect(String(life.map { $0?.isReported == true ? "r" : "." }) == reported)
    }

    @Test("reports at once in the first minHits frames of a video")
    func firstFrames() {
        let life = lives("xxxxxx", options: SORTOptions(minHits: 3), after: 0)
        #expect(life.map { $0?.isReported } == [true, true, true, true, true, true])
        let late = lives("xxxxxx", options: SORTOptions(minHits: 3), after: 2)
        #expect(late.map { $0?.isReported } == [true, false, false, true, true, true])
        #expect(late.map { $0?.state } == [.confirmed, .confirmed, .confirmed, .confirmed, .confirmed, .confirmed])
    }

    @Test("ends a track after maxAge frames and never uses its number again")
    func ending() {
        var tracker = SORTTracker(options: SORTOptions(maxAge: 1))
        _ = tracker.update([detection(0), detection(300)])
        #expect(tracker.update([]).ended == [])
        let update = tracker.update([])
        #expect(update.ended == [1, 2])
        #expect(update.tracks.isEmpty)
        #expect(tracker.update([detection(0)]).tracks.map(\.trackID) == [3])
    }

    @Test("counts age in frames and hits in detections")
    func counters() {
        let life = lives("xx.x", options: SORTOptions())
        #expect(life.map { $0?.age } == [0, 1, 2, 3])
        #expect(life.map { $0?.hits } == [1, 2, 2, 3])
        #expect(life.map { $0?.detectionIndex } == [0, 0, nil, 0])
    }

    @Test("keeps classes apart unless told otherwise")
    func classes() {
        var perClass = SORTTracker()
        _ = perClass.update([detection(100, classID: 1)])
        let apart = perClass.update([detection(101, classID: 2)])
        #expect(apart.tracks.map(\.classID) == [2, 1])
        #expect(apart.tracks.map(\.detectionIndex) == [0, nil])

        var shared = SORTTracker(options: SORTOptions(perClass: false))
        _ = shared.update([detection(100, classID: 1)])
        let together = shared.update([detection(101, classID: 2)])
        #expect(together.tracks.map(\.classID) == [1])
        #expect(together.tracks.map(\.detectionIndex) == [0])
    }

    @Test("tracks each class as a tracker of that class alone would")
    func classesAreIndependent() {
        var generator = SeededGenerator(seed: 3)
        let scene = generator.scene(frames: 80, objects: 30, classes: 3)
        var all = SORTTracker()
        var alone = (0..<3).map { _ in SORTTracker() }
        for frame in scene {
            let update = all.update(frame)
            for classID in 0..<3 {
                let expected = alone[classID].update(frame.filter { $0.classID == classID }).tracks
                let found = update.tracks.filter { $0.classID == classID }
                #expect(found.map(\.box) == expected.map(\.box))
                #expect(found.map(\.isReported) == expected.map(\.isReported))
            }
        }
    }

    @Test("does not depend on the order of detections", arguments: [UInt64(1), 2, 3, 4, 5])
    func permutation(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let scene = generator.scene(frames: 100, objects: 25, classes: 2)
        var tracker = SORTTracker()
        var permuted = SORTTracker()
        var rows: [MOTRow] = []
        var permutedRows: [MOTRow] = []
        for (index, frame) in scene.enumerated() {
            for track in tracker.update(frame).tracks {
                rows.append(MOTRow(frame: index + 1, id: track.trackID, box: track.box))
            }
            for track in permuted.update(frame.shuffled(using: &generator)).tracks {
                permutedRows.append(MOTRow(frame: index + 1, id: track.trackID, box: track.box))
            }
        }
        let comparison = TrackComparison(reference: rows, output: permutedRows, tolerance: 0)
        #expect(comparison.isEqual, "\(comparison)")
    }

    @Test("leaves malformed detections untracked and goes on")
    func malformed() {
        let values: [Double] = [
            .nan, .infinity, -.infinity, 0, -1, 1, 1e-300, 1e9, 1e10, 1e154, 1e300, -1e300, .greatestFiniteMagnitude,
            .leastNonzeroMagnitude,
        ]
        var tracker = SORTTracker(options: SORTOptions(maxAge: 3))
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            var detections = (0..<20).map { _ in
                Detection(
                    box: BoundingBox(
                        x1: values.randomElement(using: &generator)!, y1: values.randomElement(using: &generator)!,
                        x2: values.randomElement(using: &generator)!, y2: values.randomElement(using: &generator)!),
                    confidence: values.randomElement(using: &generator)!,
                    classID: [0, -1, .max, .min].randomElement(using: &generator)!)
            }
            detections.append(detection(100))
            let update = tracker.update(detections)
            for track in update.tracks {
                #expect(
                    track.box.x1.isFinite && track.box.y1.isFinite && track.box.x2.isFinite && track.box.y2.isFinite)
                if let index = track.detectionIndex {
                    #expect(detections[index].box.isValid && detections[index].confidence.isFinite)
                }
            }
            #expect(update.tracks.contains { $0.detectionIndex == 20 })
        }
    }

    @Test("takes empty frames and thousands of detections")
    func crowds() {
        var tracker = SORTTracker(options: SORTOptions(maxAge: 1))
        #expect(tracker.update([]) == TrackerUpdate())
        let crowd = (0..<3000).map { detection(Double($0 % 60) * 40, Double($0 / 60) * 40, size: 30) }
        #expect(tracker.update(crowd).tracks.count == 3000)
        let update = tracker.update(crowd)
        #expect(update.tracks.allSatisfy { $0.detectionIndex == $0.trackID - 1 })
        let pile = Array(repeating: detection(100), count: 100)
        for _ in 0..<3 { #expect(tracker.update(pile).tracks.filter { $0.detectionIndex != nil }.count == 100) }
    }

    @Test("can be restored after every frame and goes on to the bit")
    func snapshots() throws {
        var generator = SeededGenerator(seed: 21)
        let scene = generator.scene(frames: 60, objects: 20, classes: 3)
        var tracker = SORTTracker(options: SORTOptions(maxAge: 2, minHits: 2, iouThreshold: 0.2))
        for index in scene.indices {
            var restored = try SORTTracker(restoring: tracker.snapshot())
            #expect(restored.options == tracker.options)
            var original = tracker
            for frame in scene[index...].prefix(8) { #expect(restored.update(frame) == original.update(frame)) }
            #expect(restored.snapshot() == original.snapshot())
            _ = tracker.update(scene[index])
        }
    }
}
