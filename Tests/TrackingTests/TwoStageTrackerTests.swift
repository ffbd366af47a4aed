import Evaluation
import Testing
import Vision

@testable import Tracking

@Suite("ByteTrack and BoT-SORT")
struct TwoStageTrackerTests {
    private static let kinds = [TrackerKind.bytetrack, .botsort]

    private func detection(
        _ x: Double, _ y: Double = 100, size: Double = 50, score: Double = 0.9, classID: Int = 0
    ) -> Detection {
        Detection(box: BoundingBox(x: x, y: y, width: size, height: size), confidence: score, classID: classID)
    }

    /// One object; each frame says how well the detector sees it: `x` well, `l` hardly, `n` in between (a detection
    /// that may not begin a track), `.` not at all.
    private func lives(_ seen: String, _ kind: TrackerKind, after emptyFrames: Int = 5) throws -> [TrackedObject?] {
        var tracker = try kind.make(options: ["track_buffer": "2"])
        for _ in 0..<emptyFrames { _ = tracker.update([]) }
        let scores: [Character: Double] = ["x": 0.9, "n": 0.65, "l": 0.3]
        return seen.map { letter in
            tracker.update(scores[letter].map { [detection(100, score: $0)] } ?? []).tracks.first
        }
    }

    @Test(
        "pass through their states",
        arguments: [
            // Seen, then state in each frame: t(entative), c(onfirmed), l(ost), . for no track.
            (seen: "xxx", states: "tcc", byteTrack: ".rr", botSORT: "rrr"),
            // Only a confident detection confirms; a track of one detection ends at once.
            (seen: "xl", states: "t.", byteTrack: "..", botSORT: "r."),
            (seen: "x.x", states: "t.t", byteTrack: "...", botSORT: "r.r"),
            // One below new_thresh goes on with a track but begins none.
            (seen: "nxn", states: ".tc", byteTrack: "..r", botSORT: ".rr"),
            // A faint detection keeps a track in sight, but does not bring a lost one back.
            (seen: "xxlll.lx", states: "tccccllc", byteTrack: ".rrrr..r", botSORT: "rrrrr..r"),
            // Lost for longer than track_buffer (2): it stays for one more frame, and may be found even after that.
            (seen: "xx.....", states: "tclll..", byteTrack: ".r.....", botSORT: "rr....."),
            (seen: "xx...x", states: "tclllc", byteTrack: ".r...r", botSORT: "rr...r"),
            // Found in that last frame, its next loss is the end.
            (seen: "xx...x.x", states: "tclllc.t", byteTrack: ".r...r..", botSORT: "rr...r.r"),
        ])
    func states(seen: String, states: String, byteTrack: String, botSORT: String) throws {
        let letters: [TrackedObject.State: Character] = [.tentative: "t", .confirmed: "c", .lost: "l"]
        for kind in Self.kinds {
            let life = try lives(seen, kind)
            #expect(String(life.map { $0.flatMap { letters[$0.state] } ?? "." }) == states, "\(kind) \(seen)")
            let reported = kind == .bytetrack ? byteTrack : botSORT
            #expect(String(life.map { $0?.isReported == true ? "r" : "." }) == reported, "\(kind) \(seen)")
        }
    }

    @Test("confirm at once in the first frame of a video", arguments: kinds)
    func firstFrame(kind: TrackerKind) throws {
        let life = try lives("x.x", kind, after: 0)
        #expect(life.map { $0?.state } == [.confirmed, .lost, .confirmed])
        #expect(life.map { $0?.isReported } == [true, false, true])
        #expect(life.map { $0?.age } == [0, 1, 2])
        #expect(life.map { $0?.hits } == [1, 1, 2])
        #expect(life.map { $0?.detectionIndex } == [0, nil, 0])
    }

    @Test("leave a score of exactly the threshold out of both stages", arguments: kinds)
    func exactThreshold(kind: TrackerKind) throws {
        for (score, isTaken) in [(0.6, false), (0.6.nextUp, true), (0.6.nextDown, true), (0.1, false), (0.11, true)] {
            var tracker = try kind.make()
            _ = tracker.update([detection(100)])
            #expect((tracker.update([detection(100, score: score)]).tracks[0].detectionIndex != nil) == isTaken)
        }
        for (score, isBorn) in [(0.7, true), (0.7.nextDown, false)] {
            var tracker = try kind.make()
            #expect(tracker.update([detection(100, score: score)]).tracks.isEmpty != isBorn)
        }
    }

    @Test("list every identity that they report, end each once, and none twice", arguments: kinds)
    func identities(kind: TrackerKind) throws {
        var generator = SeededGenerator(seed: 8)
        let scene = generator.scene(frames: 400, objects: 40, classes: 2)
        var tracker = try kind.make(options: ["track_buffer": "5"])
        var living: Set<Int> = []
        var ended: Set<Int> = []
        for frame in scene {
            let update = tracker.update(frame)
            #expect(update.ended == update.ended.sorted())
            for id in update.ended {
                #expect(living.remove(id) != nil, "\(id) ends without having been listed, or twice")
                #expect(ended.insert(id).inserted)
            }
            let listed = Set(update.tracks.map(\.trackID))
            #expect(listed.count == update.tracks.count && listed.isDisjoint(with: ended))
            #expect(living.isSubset(of: listed), "one vanished without an end")
            living = listed
            let taken = update.tracks.compactMap(\.detectionIndex)
            #expect(Set(taken).count == taken.count)
        }
        #expect(ended.count > 20)
    }

    @Test("end, of two tracks that coincide, the one that was followed for less time", arguments: kinds)
    func duplicates(kind: TrackerKind) throws {
        var tracker = try kind.make()
        _ = tracker.update([detection(100)])
        // The object is lost, and comes back so far away that its track cannot take it.
        for _ in 0..<4 { _ = tracker.update([]) }
        _ = tracker.update([detection(300)])
        #expect(tracker.update([detection(300)]).tracks.map(\.trackID) == [2, 1])
        // The second drifts to where the first was lost, which had been seen only once.
        var ended: [Int] = []
        for frame in 1...25 {
            ended += tracker.update([detection(max(300 - Double(frame) * 10, 100), score: 0.5)]).ended
        }
        #expect(ended == [1])
    }

    @Test("keep classes apart unless told otherwise", arguments: kinds)
    func classes(kind: TrackerKind) throws {
        var perClass = try kind.make()
        _ = perClass.update([detection(100, classID: 1)])
        #expect(perClass.update([detection(101, classID: 2)]).tracks.map(\.classID) == [2, 1])
        var shared = try kind.make(options: ["per_class": "false"])
        _ = shared.update([detection(100, classID: 1)])
        let together = shared.update([detection(101, classID: 2)])
        #expect(together.tracks.map(\.classID) == [1] && together.tracks.map(\.detectionIndex) == [0])
    }

    @Test("track each class as a tracker of that class alone would", arguments: kinds)
    func classesAreIndependent(kind: TrackerKind) throws {
        var generator = SeededGenerator(seed: 3)
        let scene = generator.scene(frames: 80, objects: 30, classes: 3)
        var all = try kind.make()
        var alone = try (0..<3).map { _ in try kind.make() }
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

    @Test("do not depend on the order of detections", arguments: kinds, [UInt64(1), 2, 3])
    func permutation(kind: TrackerKind, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let scene = generator.scene(frames: 100, objects: 25, classes: 2)
        var tracker = try kind.make()
        var permuted = try kind.make()
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
        #expect(rows.count > 500)
    }

    @Test("go on through malformed detections, vectors and camera motions", arguments: kinds)
    func malformed(kind: TrackerKind) throws {
        let values: [Double] = [
            .nan, .infinity, -.infinity, 0, -1, 1, 1e-300, 1e9, 1e10, 1e154, 1e300, -1e300, .greatestFiniteMagnitude,
            .leastNonzeroMagnitude,
        ]
        var tracker = try kind.make(options: ["track_buffer": "3"])
        var generator = SeededGenerator(seed: 11)
        func value() -> Double { values.randomElement(using: &generator)! }
        for frame in 0..<400 {
            var detections = (0..<20).map { _ in
                Detection(
                    box: BoundingBox(x1: value(), y1: value(), x2: value(), y2: value()),
                    confidence: Bool.random(using: &generator) ? value() : 0.9,
                    classID: [0, -1, .max, .min].randomElement(using: &generator)!)
            }
            detections.append(detection(100))
            let dimension = frame / 100 + 1
            let vectors = (0..<(21 * dimension)).map { _ in Float(value()) }
            // Every so often the camera goes wild; nothing then stays in its place.
            let isWild = frame % 4 == 3
            let motion = CameraMotion(a: value(), b: value(), tx: value(), c: value(), d: value(), ty: value())
            let update = tracker.update(
                TrackerInput(
                    detections, appearance: AppearanceVectors(vectors, dimension: dimension),
                    cameraMotion: isWild ? motion : nil))
            for track in update.tracks {
                #expect(
                    track.box.x1.isFinite && track.box.y1.isFinite && track.box.x2.isFinite && track.box.y2.isFinite)
                if let index = track.detectionIndex {
                    #expect(detections[index].box.isValid && detections[index].confidence.isFinite)
                }
            }
            tracker = try TrackerKind.restore(tracker.snapshot())
            if kind == .bytetrack { #expect(update.tracks.contains { $0.detectionIndex == 20 }) }
        }
    }

    @Test("take empty frames and thousands of detections", arguments: kinds)
    func crowds(kind: TrackerKind) throws {
        var tracker = try kind.make()
        #expect(tracker.update([]) == TrackerUpdate())
        let crowd = (0..<3000).map { detection(Double($0 % 60) * 40, Double($0 / 60) * 40, size: 30) }
        #expect(tracker.update(crowd).tracks.count == 3000)
        let update = tracker.update(crowd)
        #expect(update.tracks.count { $0.detectionIndex == $0.trackID - 1 } == 3000)
        let pile = Array(repeating: detection(100), count: 100)
        for _ in 0..<3 { #expect(tracker.update(pile).tracks.count { $0.detectionIndex != nil } == 100) }
    }

    @Test("follow looks where boxes could be either's")
    func appearance() throws {
        // Two objects meet and part again the way they came; overlap alone takes them to have passed each other.
        func end(vectors: Bool) -> [Int: Double] {
            var tracker = BoTSORTTracker()
            var places: [Int: Double] = [:]
            for frame in 0..<40 {
                let distance = abs(Double(20 - frame)) * 6
                let boxes = [detection(300 - distance, score: 0.95), detection(304 + distance, score: 0.95)]
                let looks = AppearanceVectors([1, 0, 0, 1], dimension: 2)
                let update = tracker.update(TrackerInput(boxes, appearance: vectors ? looks : nil))
                if frame == 0 || frame == 39 { for track in update.tracks { places[track.trackID] = track.box.x1 } }
            }
            return places
        }
        let places = end(vectors: true)
        #expect((places[1] ?? 1000) < 300 && (places[2] ?? 0) > 300)
    }

    @Test("keep their looks over frames without detections, and forget them when the dimension changes")
    func looksAreKept() throws {
        var tracker = BoTSORTTracker()
        let looks = AppearanceVectors([3, 4], dimension: 2)
        _ = tracker.update(TrackerInput([detection(100)], appearance: looks))
        _ = tracker.update(TrackerInput([], appearance: AppearanceVectors([], dimension: 1)))
        _ = tracker.update([])
        #expect(tracker.flow.tracks[0].appearanceSlot != AppearanceStore.none)
        // A right angle between looks: half a cosine distance of 0.5 is above the limit.
        _ = tracker.flow.appearance.take(AppearanceVectors([-4, 3, 3, 4, 0, 0, .nan, 1], dimension: 2))
        let slot = tracker.flow.tracks[0].appearanceSlot
        #expect(tracker.flow.appearance.distance(slot: slot, detection: 0) == 1)
        #expect(try #require(tracker.flow.appearance.distance(slot: slot, detection: 1)) < 1e-6)
        for unusable in [2, 3] {
            #expect(tracker.flow.appearance.distance(slot: slot, detection: unusable) == nil)
        }
        let other = AppearanceVectors([1, 0, 0], dimension: 3)
        let update = tracker.update(TrackerInput([detection(500)], appearance: other))
        #expect(update.tracks.map(\.trackID) == [2, 1])
        #expect(tracker.flow.tracks[1].appearanceSlot == AppearanceStore.none)
        #expect(try BoTSORTTracker(restoring: tracker.snapshot()).snapshot() == tracker.snapshot())
    }

    @Test("carry tracks along with the camera")
    func cameraMotion() throws {
        // The camera pans by a box's width in each frame: without knowing it, nothing can be followed.
        for isKnown in [true, false] {
            var tracker = BoTSORTTracker()
            var update = TrackerUpdate()
            for frame in 0..<10 {
                let motion = CameraMotion(a: 1, b: 0, tx: 60, c: 0, d: 1, ty: 0)
                update = tracker.update(
                    TrackerInput([detection(Double(frame) * 60)], cameraMotion: isKnown ? motion : nil))
            }
            #expect(update.tracks.contains { $0.trackID == 1 && $0.detectionIndex == 0 } == isKnown)
        }
    }
}
