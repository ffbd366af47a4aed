import Evaluation
import Testing
import Vision

@testable import Tracking

@Suite("Lapwing's tracker")
struct LapwingTrackerTests {
    private func detection(
        _ x: Double, _ y: Double = 100, size: Double = 50, score: Double = 0.9, classID: Int = 0
    ) -> Detection {
        Detection(box: BoundingBox(x: x, y: y, width: size, height: size), confidence: score, classID: classID)
    }

    private func options(_ change: (inout LapwingOptions) -> Void) -> LapwingOptions {
        var options = LapwingOptions()
        change(&options)
        return options
    }

    /// One object; each letter of `seen` is a frame: x for a confident detection, o for a doubtful one.
    private func lives(_ seen: String, _ options: LapwingOptions, after emptyFrames: Int = 10) -> [TrackedObject?] {
        var tracker = LapwingTracker(options: options)
        for _ in 0..<emptyFrames { _ = tracker.update([]) }
        return seen.map { letter in
            let detections = letter == "." ? [] : [detection(100, score: letter == "x" ? 0.9 : 0.4)]
            return tracker.update(detections).tracks.first
        }
    }

    @Test(
        "passes through its states",
        arguments: [
            // Believed with the third detection in a row; - where there is no track.
            (seen: "xxxx", states: "ttcc", reported: "..rr"),
            // Ends with a miss while on probation; the next detection begins another.
            (seen: "xx.xxx", states: "tt-ttc", reported: ".....r"),
            // Doubtful detections prolong, but neither begin nor confirm.
            (seen: "oxxxoox", states: "-ttcccc", reported: "...rrrr"),
            (seen: "xxo", states: "tt-", reported: "..."),
            // With five detections it coasts for one frame; it ends when unseen for more than maxAge (2).
            (seen: "xxxxx...x", states: "ttcccll-t", reported: "..rrrr..."),
            // A doubtful detection does not bring back what was out of sight.
            (seen: "xxxxx.ox", states: "ttcccllc", reported: "..rrrr.r"),
        ])
    func states(seen: String, states: String, reported: String) {
        let life = lives(seen, options { $0.maxAge = 2 })
        let letters: [TrackedObject.State: Character] = [.tentative: "t", .confirmed: "c", .lost: "l"]
        #expect(String(life.map { $0.flatMap { letters[$0.state] } ?? "-" }) == states)
        #expect(String(life.map { $0?.isReported == true ? "r" : "." }) == reported)
    }

    @Test("believes at once what is there in the first frame")
    func firstFrame() {
        let life = lives("xx", LapwingOptions(), after: 0)
        #expect(life.map { $0?.isReported } == [true, true])
        #expect(life.map { $0?.trackID } == [1, 1])
    }

    @Test("puts out an object that another hides for longer than one that vanishes")
    func coasting() {
        var tracker = LapwingTracker(options: options { ($0.coast, $0.coastHidden) = (1, 4) })
        // The larger box stands nearer to the camera and covers the first one.
        let front = detection(90, 90, size: 80)
        for _ in 0..<6 { _ = tracker.update([detection(100), detection(600), front]) }
        var reported: [[Int]] = []
        for _ in 0..<6 { reported.append(tracker.update([front]).tracks.filter(\.isReported).map(\.trackID)) }
        #expect(reported == [[3, 2, 1], [3, 1], [3, 1], [3, 1], [3], [3]])
    }

    @Test("follows a camera that jerks, if that is what all objects do")
    func commonMotion() {
        func identities(_ options: LapwingOptions) -> [Int] {
            var tracker = LapwingTracker(options: options)
            let places = [0.0, 150, 300, 450, 600]
            for _ in 0..<5 { _ = tracker.update(places.map { detection($0) }) }
            let jerk = tracker.update(places.map { detection($0 + 52) })
            return jerk.tracks.filter { $0.detectionIndex != nil }.sorted { $0.box.x1 < $1.box.x1 }.map(\.trackID)
        }
        #expect(identities(LapwingOptions()) == [1, 2, 3, 4, 5])
        #expect(identities(options { $0.commonMotion = false }) != [1, 2, 3, 4, 5])
    }

    @Test("follows the camera's measured motion instead, where there is one")
    func cameraMotion() {
        var tracker = LapwingTracker()
        for _ in 0..<5 { _ = tracker.update([detection(100), detection(400)]) }
        let motion = CameraMotion(a: 1, b: 0, tx: 200, c: 0, d: 1, ty: 50)
        let update = tracker.update(
            TrackerInput([detection(300, 150), detection(600, 150)], cameraMotion: motion))
        #expect(update.tracks.map(\.trackID) == [2, 1])
        #expect(update.tracks.map(\.detectionIndex) == [1, 0])
        let broken = CameraMotion(a: .nan, b: 0, tx: 0, c: 0, d: 1, ty: .infinity)
        let next = tracker.update(TrackerInput([detection(300, 150), detection(600, 150)], cameraMotion: broken))
        #expect(next.tracks.map(\.detectionIndex) == [1, 0])
    }

    @Test("tells alike boxes apart by their looks, where they are given")
    func appearance() {
        func jump(_ looks: [Float]?) -> [Int?] {
            var tracker = LapwingTracker(options: options { $0.commonMotion = false })
            func input(_ xs: [Double], _ looks: [Float]?) -> TrackerInput {
                TrackerInput(
                    xs.map { detection($0) }, appearance: looks.map { AppearanceVectors($0, dimension: 2) })
            }
            for _ in 0..<3 { _ = tracker.update(input([100, 130], looks == nil ? nil : [1, 0, 0, 1])) }
            return tracker.update(input([114, 116], looks)).tracks.sorted { $0.trackID < $1.trackID }.map(
                \.detectionIndex)
        }
        #expect(jump(nil) == [0, 1])
        #expect(jump([0, 1, 1, 0]) == [1, 0])
    }

    @Test("keeps classes apart unless told otherwise")
    func classes() {
        for perClass in [true, false] {
            var tracker = LapwingTracker(options: options { $0.perClass = perClass })
            for _ in 0..<4 { _ = tracker.update([detection(100, classID: 1)]) }
            let update = tracker.update([detection(101, classID: 2)])
            #expect(update.tracks.map(\.classID) == (perClass ? [2, 1] : [1]))
            #expect(update.tracks.map(\.detectionIndex) == (perClass ? [0, nil] : [0]))
        }
    }

    @Test("ends a track after maxAge frames and never uses its number again")
    func ending() {
        var tracker = LapwingTracker(options: options { $0.maxAge = 1 })
        _ = tracker.update([detection(0), detection(300)])
        #expect(tracker.update([]).ended == [])
        let update = tracker.update([])
        #expect(update.ended == [1, 2])
        #expect(update.tracks.isEmpty)
        #expect(tracker.update([detection(0)]).tracks.map(\.trackID) == [3])
    }

    @Test("does not depend on the order of detections", arguments: [UInt64(1), 2, 3, 4, 5])
    func permutation(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let scene = generator.scene(frames: 100, objects: 25, classes: 2)
        var tracker = LapwingTracker()
        var permuted = LapwingTracker()
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
        var tracker = LapwingTracker(options: options { $0.maxAge = 3 })
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

    @Test("takes empty frames, one detection and thousands")
    func crowds() {
        var tracker = LapwingTracker(options: options { $0.maxAge = 1 })
        #expect(tracker.update([]) == TrackerUpdate())
        #expect(tracker.update([detection(0)]).tracks.count == 1)
        var crowded = LapwingTracker()
        let crowd = (0..<3000).map { detection(Double($0 % 60) * 40, Double($0 / 60) * 40, size: 30) }
        #expect(crowded.update(crowd).tracks.count == 3000)
        for _ in 0..<2 {
            let update = crowded.update(crowd)
            #expect(update.tracks.allSatisfy { $0.detectionIndex == $0.trackID - 1 })
        }
        let pile = Array(repeating: detection(100), count: 100)
        for _ in 0..<3 { #expect(tracker.update(pile).tracks.filter { $0.detectionIndex != nil }.count == 100) }
    }

    @Test("can be restored after every frame and goes on to the bit", arguments: [false, true])
    func snapshots(looks: Bool) throws {
        var generator = SeededGenerator(seed: 21)
        let scene = generator.scene(frames: 60, objects: 20, classes: 3).map { detections in
            TrackerInput(
                detections,
                appearance: looks
                    ? AppearanceVectors(
                        detections.flatMap { _ in (0..<5).map { _ in Float.random(in: -1...1, using: &generator) } },
                        dimension: 5) : nil,
                cameraMotion: looks ? CameraMotion(a: 1, b: 0.001, tx: 1, c: -0.001, d: 1, ty: -1) : nil)
        }
        var tracker = LapwingTracker(options: options { ($0.maxAge, $0.minHits, $0.buffer) = (5, 2, 0.2) })
        for index in scene.indices {
            var restored = try LapwingTracker(restoring: tracker.snapshot())
            #expect(restored.options == tracker.options)
            var original = tracker
            for frame in scene[index...].prefix(8) { #expect(restored.update(frame) == original.update(frame)) }
            #expect(restored.snapshot() == original.snapshot())
            _ = tracker.update(scene[index])
        }
    }

    @Test("never traps, whatever was forged into a snapshot")
    func forgery() {
        var generator = SeededGenerator(seed: 4)
        let scene = generator.scene(frames: 6, objects: 5)
        var tracker = LapwingTracker()
        for frame in scene { _ = tracker.update(frame) }
        let snapshot = tracker.snapshot().dropLast(8)
        var refused = 0
        for _ in 0..<4000 {
            var bytes = Array(snapshot)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[bytes.indices.randomElement(using: &generator)!] =
                    [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
            }
            let hash = SnapshotWriter.hash(bytes[...])
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
            do {
                var restored = try TrackerKind.restore(bytes)
                for frame in scene { _ = restored.update(frame) }
            } catch { refused += 1 }
        }
        #expect(refused > 0)
    }

    @Test("has every setting by name")
    func settings() throws {
        let parameters = try TrackerKind.lapwing.parameters()
        #expect(parameters == LapwingOptions().parameters)
        #expect(TrackerKind.lapwing.displayName == "Lapwing")
        let tracker = try TrackerKind.lapwing.make(options: [
            "buffer": "0.25", "coast_hidden": "3", "common_motion": "false", "min_hits": "1",
        ])
        let found = (tracker as? LapwingTracker)?.options
        #expect(
            found
                == options { ($0.buffer, $0.coastHidden, $0.commonMotion, $0.minHits) = (0.25, 3, false, 1) })
        #expect(throws: TrackerOptionError.self) { try TrackerKind.lapwing.make(options: ["min_hits": "0"]) }
    }

    @Test("finds the median without sorting")
    func median() {
        var generator = SeededGenerator(seed: 5)
        for count in 1...60 {
            let values = (0..<count).map { _ in Double(Int.random(in: -9...9, using: &generator)) }
            let sorted = values.sorted()
            var scrambled = values
            #expect(scrambled.takeMedian() == (sorted[count / 2] + sorted[(count - 1) / 2]) / 2)
        }
    }
}
