import Testing
import Tracking
import Vision

@Suite("Identities")
struct IdentityMapTests {
    private let classNames = ["person", "traffic light"]

    private func detection(_ x: Double = 0, confidence: Double = 0.5, classID: Int = 0) -> Detection {
        Detection(box: BoundingBox(x: x, y: 0, width: 10, height: 10), confidence: confidence, classID: classID)
    }

    private func track(
        _ id: Int, _ index: Int?, _ state: TrackedObject.State = .confirmed, classID: Int = 0
    ) -> TrackedObject {
        TrackedObject(
            trackID: id, classID: classID, box: BoundingBox(x: 1, y: 1, width: 10, height: 10), detectionIndex: index,
            state: state, isReported: true, age: 4, hits: 2)
    }

    private func told(_ events: [TrackEvent]) -> [String] {
        events.map { "\($0.kind.rawValue) \($0.trackID)" }
    }

    @Test("names an object after its first detection, for good")
    func names() {
        var map = IdentityMap(videoID: "v", classNames: classNames)
        let first = map.apply(
            TrackerUpdate(tracks: [track(1, 1, .tentative, classID: 1)]),
            detections: [detection(), detection(classID: 1)], frame: 3)
        #expect(first.objects.map(\.detectionID) == ["v:000003:00:person", "v:000003:01:traffic-light"])
        #expect(first.objects.map(\.objectID) == [nil, "v:000003:01:traffic-light"])
        #expect(first.objects.map(\.trackID) == [nil, 1])
        #expect(first.objects.map(\.label) == ["person", "traffic light"])
        #expect(first.objects.map(\.state) == [nil, .tentative])
        #expect(first.objects[0].trackBox == nil && first.objects[0].age == nil && first.objects[0].hits == nil)
        #expect(first.objects[1].age == 4 && first.objects[1].hits == 2 && first.objects[1].trackBox?.x1 == 1)

        let second = map.apply(
            TrackerUpdate(tracks: [track(1, 0, classID: 1)]), detections: [detection(classID: 1)], frame: 4)
        #expect(second.objects.map(\.detectionID) == ["v:000004:00:traffic-light"])
        #expect(second.objects.map(\.objectID) == ["v:000003:01:traffic-light"])
    }

    @Test("calls a class without a name by its number")
    func unnamedClass() {
        var map = IdentityMap(videoID: "v", classNames: classNames)
        let frame = map.apply(TrackerUpdate(), detections: [detection(classID: 7), detection(classID: -1)], frame: 0)
        #expect(frame.objects.map(\.label) == ["class-7", "class--1"])
        #expect(frame.objects.map(\.detectionID) == ["v:000000:00:class-7", "v:000000:01:class--1"])
    }

    @Test("lists living objects without a detection, ascending")
    func predicted() {
        var map = IdentityMap(videoID: "v", classNames: classNames)
        _ = map.apply(
            TrackerUpdate(tracks: [track(3, 2), track(2, 1), track(1, 0)]),
            detections: [detection(), detection(), detection()], frame: 0)
        let frame = map.apply(
            TrackerUpdate(tracks: [track(3, nil, .lost), track(2, 0), track(1, nil, .lost)]),
            detections: [detection()], frame: 1)
        #expect(frame.predicted.map(\.trackID) == [1, 3])
        #expect(frame.predicted.map(\.objectID) == ["v:000000:00:person", "v:000000:02:person"])
        #expect(frame.predicted.allSatisfy { $0.predicted && $0.detectionID == nil && $0.bbox == nil })
        #expect(frame.predicted.allSatisfy { $0.confidence == nil && $0.trackBox != nil && $0.state == .lost })
        #expect(frame.objects.map(\.predicted) == [false])
    }

    @Test(
        "tells an object's life",
        arguments: [
            // Each letter is a frame: t(entative), c(onfirmed) or l(ost); upper case with a detection; - ended.
            (life: "TTCC-", events: ["born", "", "confirmed", "", "ended"]),
            (life: "CllCC-", events: ["born confirmed", "lost", "", "recovered", "", "ended"]),
            // A tentative object's absences are not told.
            (life: "TtTtt-", events: ["born", "", "", "", "", "ended"]),
            (life: "TtClCl-", events: ["born", "", "confirmed", "lost", "recovered", "lost", "ended"]),
            // A tracker that calls a lost object tentative again when it comes back changes nothing.
            (life: "CtTC", events: ["born confirmed", "lost", "recovered", ""]),
        ])
    func life(life: String, events: [String]) {
        var map = IdentityMap(videoID: "v", classNames: classNames)
        var found: [String] = []
        for (frame, letter) in life.enumerated() {
            let states: [Character: TrackedObject.State] = ["t": .tentative, "c": .confirmed, "l": .lost]
            var update = TrackerUpdate(ended: letter == "-" ? [1] : [])
            if let state = states[Character(letter.lowercased())] {
                update.tracks = [track(1, letter.isUppercase ? 0 : nil, state)]
            }
            let result = map.apply(update, detections: letter.isUppercase ? [detection()] : [], frame: frame)
            #expect(result.events.allSatisfy { $0.frame == frame && $0.objectID == "v:000000:00:person" })
            found.append(result.events.map(\.kind.rawValue).joined(separator: " "))
        }
        #expect(found == events)
    }

    @Test("orders a frame's events by kind and then by track")
    func order() {
        var map = IdentityMap(videoID: "v", classNames: classNames)
        let six = (0..<6).map { detection(Double($0) * 20) }
        _ = map.apply(
            TrackerUpdate(tracks: (1...6).reversed().map { track($0, $0 - 1) }), detections: six, frame: 0)
        _ = map.apply(
            TrackerUpdate(tracks: [track(6, nil, .lost), track(5, nil, .lost)] + (1...4).map { track($0, $0) }),
            detections: six, frame: 1)
        let frame = map.apply(
            TrackerUpdate(
                tracks: [
                    track(9, 0), track(8, 1), track(7, 2, .tentative), track(6, 3), track(5, 4), track(3, nil, .lost),
                    track(4, nil, .lost),
                ], ended: [2, 1]),
            detections: six, frame: 2)
        #expect(
            told(frame.events) == [
                "ended 1", "ended 2", "lost 3", "lost 4", "recovered 5", "recovered 6", "born 7", "born 8", "born 9",
                "confirmed 8", "confirmed 9",
            ])
    }

    @Test("sums an object up when it ends")
    func summary() throws {
        var map = IdentityMap(videoID: "v", classNames: classNames)
        let confidences = [0.5, 0.7, 0.9, 0.1]
        // Every fifth frame is processed; in the third the object is elsewhere in the detector's order.
        for (number, index) in [0, 0, 1, 1].enumerated() {
            var detections = [detection(confidence: 0.3), detection(confidence: 0.3)]
            detections[index].confidence = confidences[number]
            _ = map.apply(
                TrackerUpdate(tracks: [track(1, index, number > 1 ? .confirmed : .tentative)]),
                detections: detections, frame: number * 5)
        }
        _ = map.apply(TrackerUpdate(tracks: [track(1, nil, .lost)]), detections: [], frame: 20)
        _ = map.apply(TrackerUpdate(tracks: [track(1, 1)]), detections: [detection(), detection()], frame: 25)
        let events = map.finish(frame: 29)
        #expect(told(events) == ["ended 1"])
        #expect(events.first?.frame == 29)
        let summary = try #require(events.first?.summary)
        #expect(summary.firstFrame == 0 && summary.lastFrame == 25 && summary.detectionCount == 5)
        #expect(summary.meanConfidence == (0.5 + 0.7 + 0.9 + 0.1 + 0.5) / 5)
        #expect(summary.wasConfirmed)
        #expect(
            summary.detectionRuns == [
                DetectionRun(firstFrame: 0, frameCount: 2, frameStep: 5, detectionIndex: 0),
                DetectionRun(firstFrame: 10, frameCount: 2, frameStep: 5, detectionIndex: 1),
                DetectionRun(firstFrame: 25, detectionIndex: 1),
            ])
        #expect(summary.detectionRuns.flatMap { Array($0.frames) } == [0, 5, 10, 15, 25])
    }

    @Test("ends all living objects with the video, ascending, once")
    func finish() {
        var map = IdentityMap(videoID: "v", classNames: classNames)
        #expect(map.finish(frame: nil).isEmpty)
        _ = map.apply(
            TrackerUpdate(tracks: [track(12, 1), track(3, 0, .tentative)]), detections: [detection(), detection()],
            frame: 8)
        let events = map.finish(frame: nil)
        #expect(told(events) == ["ended 3", "ended 12"])
        #expect(events.map(\.frame) == [8, 8])
        #expect(events.map(\.summary?.wasConfirmed) == [false, true])
        #expect(map.finish(frame: nil).isEmpty)
    }

    @Test("counts confirmed objects by class")
    func counts() {
        var map = IdentityMap(videoID: "v", classNames: classNames)
        let detections = [detection(), detection(), detection(classID: 1), detection(classID: 1)]
        let tracks = [
            track(1, 0, .tentative), track(2, 1), track(3, 2, classID: 1), track(4, 3, classID: 1),
        ]
        for frame in 0..<3 { _ = map.apply(TrackerUpdate(tracks: tracks), detections: detections, frame: frame) }
        #expect(map.objectCounts == [0: 1, 1: 2])
        _ = map.finish(frame: nil)
        #expect(map.objectCounts == [0: 1, 1: 2])
    }

    @Test("lists faint detections only if a track took them, under the IDs of their places")
    func faintDetections() {
        var map = IdentityMap(videoID: "v", classNames: classNames)
        let detections = [0.9, 0.5, 0.4, 0.3, 0.2, .nan].map { detection(confidence: $0) }
        let tracks = [track(2, 3), track(1, 0)]
        let frame = map.apply(TrackerUpdate(tracks: tracks), detections: detections, frame: 0, listedAbove: 0.4)
        #expect(frame.objects.map(\.detectionID) == ["v:000000:00:person", "v:000000:01:person", "v:000000:03:person"])
        #expect(frame.objects.map(\.objectID) == ["v:000000:00:person", nil, "v:000000:03:person"])
        #expect(told(frame.events) == ["born 1", "born 2", "confirmed 1", "confirmed 2"])
        #expect(map.finish(frame: nil).map(\.summary?.detectionRuns.first?.detectionIndex) == [0, 3])
    }

    @Test("votes on an object's class; of equals, the class that it has")
    func classVotes() throws {
        var map = IdentityMap(videoID: "v", classNames: classNames)
        // Classes of the detections, and what the object is after each.
        let steps = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0), (1, 0), (1, 1)]
        for (frame, (seen, voted)) in steps.enumerated() {
            map = try IdentityMap(restoring: map.snapshot())
            // The other object, always of class 0, must not be counted with it.
            let result = map.apply(
                TrackerUpdate(tracks: [track(2, 1), track(1, 0, frame < 2 ? .tentative : .confirmed)]),
                detections: [detection(classID: seen), detection()], frame: frame)
            let object = result.objects[0]
            #expect(object.objectID == "v:000000:00:person")
            #expect(object.detectionID?.hasSuffix(seen == 0 ? "00:person" : "00:traffic-light") == true)
            #expect(object.classID == voted && object.label == classNames[voted], "frame \(frame)")
            #expect(result.events.filter { $0.trackID == 1 }.allSatisfy { $0.classID == voted })
            if frame < 2 {
                #expect(map.objectCounts == [0: 1])
            } else {
                #expect(map.objectCounts == (voted == 0 ? [0: 2] : [0: 1, 1: 1]), "frame \(frame)")
            }
        }
        let unseen = map.apply(TrackerUpdate(tracks: [track(1, nil, .lost)]), detections: [], frame: 7)
        #expect(unseen.predicted.map(\.label) == ["traffic light"])
        #expect(map.finish(frame: nil).map(\.label) == ["traffic light", "person"])
    }

    @Test("takes back snapshots from before classes were voted on: all votes are for the class of then")
    func olderSnapshots() throws {
        var writer = SnapshotWriter(kind: "identities", version: 1)
        writer.append("v")
        writer.append(2)
        for name in classNames { writer.append(name) }
        writer.append(Optional(4))
        writer.append(1)
        for number in [0, 1] { writer.append(number) }
        writer.append(1)
        writer.append(7)
        writer.append("v:000003:00:person")
        for number in [0, 3, 4, 2] { writer.append(number) }
        writer.append(1.0)
        writer.append(true)
        writer.append(false)
        writer.append(1)
        for number in [0, 2, 1, 0] { writer.appendCompact(number) }
        let older = try IdentityMap(restoring: writer.finish())

        var map = IdentityMap(videoID: "v", classNames: classNames)
        for frame in 3...4 {
            _ = map.apply(TrackerUpdate(tracks: [track(7, 0)]), detections: [detection()], frame: frame)
        }
        #expect(older.snapshot() == map.snapshot())
    }

    @Test("does not trap on updates that no tracker should give")
    func nonsense() {
        var map = IdentityMap(videoID: "v", classNames: classNames)
        let frame = map.apply(
            TrackerUpdate(
                tracks: [track(1, 5), track(2, -1), track(3, nil, .lost), track(5, 0), track(4, 0)], ended: [77, 5]),
            detections: [detection()], frame: 0)
        #expect(told(frame.events) == ["born 4", "confirmed 4"])
        #expect(frame.predicted.isEmpty)
        #expect(frame.objects.map(\.trackID) == [4])
    }

    @Test("can be restored after every frame and goes on alike")
    func snapshots() throws {
        var generator = SeededGenerator(seed: 8)
        let scene = generator.scene(frames: 80, objects: 12, classes: 2)
        var tracker = SORTTracker(options: SORTOptions(maxAge: 2))
        var map = IdentityMap(videoID: "v", classNames: classNames)
        var restored = map
        for (frame, detections) in scene.enumerated() {
            let update = tracker.update(detections)
            restored = try IdentityMap(restoring: restored.snapshot())
            #expect(
                restored.apply(update, detections: detections, frame: frame * 2)
                    == map.apply(update, detections: detections, frame: frame * 2))
            #expect(restored.snapshot() == map.snapshot())
        }
        #expect(restored.objectCounts == map.objectCounts && restored.videoID == "v")
        #expect(restored.finish(frame: nil) == map.finish(frame: nil))
    }

    @Test("refuses snapshots cut short or changed")
    func damagedSnapshots() {
        var map = IdentityMap(videoID: "v", classNames: classNames)
        _ = map.apply(TrackerUpdate(tracks: [track(1, 0)]), detections: [detection()], frame: 0)
        let bytes = map.snapshot()
        for length in bytes.indices {
            #expect(throws: SnapshotError.self) { try IdentityMap(restoring: Array(bytes[..<length])) }
        }
        for index in bytes.indices {
            var changed = bytes
            changed[index] &+= 1
            #expect(throws: SnapshotError.self) { try IdentityMap(restoring: changed) }
        }
    }

    @Test("keeps object IDs unique and every detection named once, over a whole scene")
    func uniqueness() {
        var generator = SeededGenerator(seed: 5)
        var tracker = SORTTracker(options: SORTOptions(maxAge: 1))
        var map = IdentityMap(videoID: "v", classNames: classNames)
        var detectionIDs: Set<String> = []
        var objectForTrack: [Int: String] = [:]
        var events: [TrackEvent] = []
        var detectionCount = 0
        for (frame, detections) in generator.scene(frames: 200, objects: 15, classes: 2).enumerated() {
            let result = map.apply(tracker.update(detections), detections: detections, frame: frame)
            #expect(result.objects.count == detections.count)
            events += result.events
            for object in result.objects {
                detectionCount += 1
                #expect(detectionIDs.insert(object.detectionID ?? "").inserted)
                guard let trackID = object.trackID, let objectID = object.objectID else { continue }
                #expect(objectForTrack[trackID] ?? objectID == objectID)
                objectForTrack[trackID] = objectID
            }
        }
        events += map.finish(frame: nil)
        #expect(Set(objectForTrack.values).count == objectForTrack.count)
        #expect(detectionIDs.isSuperset(of: objectForTrack.values))
        #expect(detectionIDs.count == detectionCount)
        let born = events.filter { $0.kind == .born }.map(\.objectID)
        let ended = events.filter { $0.kind == .ended }
        #expect(Set(born) == Set(objectForTrack.values) && born.count == objectForTrack.count)
        #expect(ended.count == born.count && Set(ended.map(\.objectID)) == Set(born))
        // Every tracked detection is in exactly one object's runs.
        #expect(ended.compactMap(\.summary?.detectionCount).reduce(0, +) == detectionCount)
        let named = ended.flatMap { event in
            (event.summary?.detectionRuns ?? []).flatMap { run in
                run.frames.map { "v:\($0):\(run.detectionIndex)" }
            }
        }
        #expect(named.count == detectionCount && Set(named).count == detectionCount)
    }
}
