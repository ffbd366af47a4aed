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

    /// Object 1 is lost at 100, then, after some frames, object 2 is born at `place` and confirmed two frames later.
    private func suspected(
        place: Double, after frames: Int, classID: Int = 0, recovers: Bool = false, ends: Bool = false
    ) -> Int {
        var watch = SwitchWatch()
        var count = watch.take(IdentifiedFrame(predicted: [object(1, at: 100)], events: [event(.lost, 1)]))
        for frame in 1..<max(frames, 1) {
            let isNext = frame == 1
            count += watch.take(
                IdentifiedFrame(
                    events: (ends && isNext ? [event(.ended, 1)] : [])
                        + (recovers && isNext ? [event(.recovered, 1)] : [])
                ))
        }
        count += watch.take(
            IdentifiedFrame(objects: [object(2, at: place)], events: [event(.born, 2, classID: classID)]))
        count += watch.take(IdentifiedFrame())
        return count + watch.take(IdentifiedFrame(events: [event(.confirmed, 2, classID: classID)]))
    }

    @Test("A new object where one of its class was lost not long ago is suspected, whether or not that has ended")
    func near() {
        #expect(suspected(place: 105, after: 5) == 1)
        #expect(suspected(place: 105, after: 5, ends: true) == 1)
        #expect(suspected(place: 110, after: 30) == 1, "as far as it is wide, and as late as can be")
    }

    @Test("Far away, of another class, too late, or after the lost one came back, it is not")
    func others() {
        #expect(suspected(place: 111, after: 5) == 0)
        #expect(suspected(place: 105, after: 5, classID: 1) == 0)
        #expect(suspected(place: 105, after: 31) == 0)
        #expect(suspected(place: 105, after: 5, recovers: true) == 0)
    }

    @Test("In the same frame in which another is lost it is suspected, too; a lost object explains one only")
    func sameFrame() {
        var watch = SwitchWatch()
        var count = watch.take(
            IdentifiedFrame(
                objects: [object(2, at: 102), object(3, at: 101)], predicted: [object(1, at: 100)],
                events: [event(.lost, 1), event(.born, 2), event(.born, 3)]))
        count += watch.take(IdentifiedFrame(events: [event(.confirmed, 2), event(.confirmed, 3)]))
        #expect(count == 1)
    }

    @Test("Objects that the tracker never believed in are not counted")
    func tentative() {
        var watch = SwitchWatch()
        var count = watch.take(IdentifiedFrame(predicted: [object(1, at: 100)], events: [event(.lost, 1)]))
        count += watch.take(IdentifiedFrame(objects: [object(2, at: 100)], events: [event(.born, 2)]))
        count += watch.take(IdentifiedFrame(events: [event(.ended, 2)]))
        #expect(count == 0)
    }
}
