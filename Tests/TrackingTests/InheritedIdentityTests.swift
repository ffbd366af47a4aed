import Testing
import Tracking
import Vision

@Suite("Identities that another video goes on with")
struct InheritedIdentityTests {
    private let box = BoundingBox(x1: 0, y1: 0, x2: 10, y2: 10)

    private func update(_ trackIDs: [Int], ended: [Int] = []) -> TrackerUpdate {
        TrackerUpdate(
            tracks: trackIDs.enumerated().map { index, id in
                TrackedObject(
                    trackID: id, classID: 0, box: box, detectionIndex: index, state: .confirmed,
                    isReported: true, age: 5, hits: 5)
            }, ended: ended)
    }

    @Test("objects keep their names, are born again with their first detection, and new ones get new names")
    func names() throws {
        let detection = Detection(box: box, confidence: 0.9, classID: 0)
        var first = IdentityMap(videoID: "a", classNames: ["car"])
        _ = first.apply(update([1, 2, 3]), detections: [detection, detection, detection], frame: 7)
        for isRestored in [false, true] {
            var second = first.continued(as: "b")
            if isRestored { second = try IdentityMap(restoring: second.snapshot()) }
            let begun = second.apply(update([2, 4]), detections: [detection, detection], frame: 0)
            #expect(begun.objects.map(\.objectID) == ["a:000007:01:car", "b:000000:01:car"])
            #expect(begun.objects.map(\.detectionID) == ["b:000000:00:car", "b:000000:01:car"])
            #expect(begun.events.map(\.kind) == [.born, .born, .confirmed, .confirmed])
            #expect(second.objectCounts == [0: 2])
            // Who was never detected here has no story here, but its name lasts until the tracker forgets it.
            let later = second.apply(update([3], ended: [1]), detections: [detection], frame: 1)
            #expect(later.objects.map(\.objectID) == ["a:000007:02:car"])
            #expect(!later.events.contains { $0.kind == .ended })
            let third = second.continued(as: "c")
            var end = try IdentityMap(restoring: third.snapshot())
            #expect(end.snapshot() == third.snapshot())
            let last = end.apply(update([1, 2]), detections: [detection, detection], frame: 0)
            #expect(last.objects.map(\.objectID) == ["c:000000:00:car", "a:000007:01:car"])
        }
    }
}
