import Testing
import Tracking
import Vision

@testable import Pipeline

/// The watch is fed with what a tracker would say, event by event.
@Suite("Identity switches suspected")
struct SwitchWatchTests {
    private func event(_ kind: TrackEvent.Kind, _ track: Int, classID: Int = 0) -> TrackEvent {
        TrackEvent(kind: kind, objectID: "v:\(track)", trackID: track, classID: classID, label: "x", frame: 0)
    }

    private func object(_ track: Int, at x: Double, size: Double = 10) -> IdentifiedObject {
        IdentifiedObject(
            detectionID: nil, trackID: track, classID: 0, label: "x", confidence: nil, bbox: nil,
            trackBox: BoundingBox(x1: x, y1: 0, x2: x + size, y2: size))
    }

    /// Object 1 is lost at 100; after some frames object 2 is born at `place`, and confirmed two frames later.
    ///
    /// - Parameters:
    ///   - end: how many frames after it was lost object 1 is given up; `recovery`: when it is there again.
    private func suspected(
        place: Double, after frames: Int, classID: Int = 0, end: Int? = 60, recovery: Int? = nil
    ) -> Int {
        var watch = SwitchWatch()
        var count = 0
        for frame in 0...100 {
            var identified = IdentifiedFrame()
            if frame == end { identified.events.append(event(.ended, 1)) }
            if frame == 0 {
                identified.predicted = [object(1, at: 100)]
                identified.events.append(event(.lost, 1))
            }
            if frame == recovery { identified.events.append(event(.recovered, 1)) }
            if frame == frames {
                identified.objects = [object(2, at: place)]
                identified.events.append(event(.born, 2, classID: classID))
            }
            if frame == frames + 2 { identified.events.append(event(.confirmed, 2, classID: classID)) }
            count += watch.take(identified)
        }
        return count
    }

    @Test("An object that is given up where a new one of its class was born not long after it was lost is counted")
    func near() {
        #expect(suspected(place: 105, after: 5) == 1)
        #expect(suspected(place: 105, after: 5, end: 3) == 1, "given up before the new one is there")
        #expect(suspected(place: 105, after: 5, end: 90) == 1, "or long after")
        #expect(suspected(place: 110, after: 30) == 1, "as far as it is wide, and as late as can be")
    }

    @Test("Far away, of another class, too late, while it may come back, or when it does, it is not")
    func others() {
        #expect(suspected(place: 111, after: 5) == 0)
        #expect(suspected(place: 105, after: 5, classID: 1) == 0)
        #expect(suspected(place: 105, after: 31) == 0)
        #expect(suspected(place: 105, after: 5, end: nil) == 0)
        #expect(suspected(place: 105, after: 5, recovery: 3) == 0)
        #expect(suspected(place: 105, after: 5, recovery: 20) == 0)
    }

    @Test("In the same frame in which another is lost it is suspected, too; a lost object explains one only")
    func sameFrame() {
        var watch = SwitchWatch()
        var count = watch.take(
            IdentifiedFrame(
                objects: [object(2, at: 102), object(3, at: 101)], predicted: [object(1, at: 100)],
                events: [event(.lost, 1), event(.born, 2), event(.born, 3)]))
        count += watch.take(IdentifiedFrame(events: [event(.confirmed, 2), event(.confirmed, 3)]))
        count += watch.take(IdentifiedFrame(events: [event(.ended, 1)]))
        #expect(count == 1)
    }

    @Test("Objects that the tracker never believed in are not counted")
    func tentative() {
        var watch = SwitchWatch()
        var count = watch.take(IdentifiedFrame(predicted: [object(1, at: 100)], events: [event(.lost, 1)]))
        count += watch.take(IdentifiedFrame(objects: [object(2, at: 100)], events: [event(.born, 2)]))
        count += watch.take(IdentifiedFrame(events: [event(.ended, 2)]))
        count += watch.take(IdentifiedFrame(events: [event(.ended, 1)]))
        #expect(count == 0)
    }
}
