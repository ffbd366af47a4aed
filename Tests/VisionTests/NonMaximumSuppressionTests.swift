import Testing
import Vision

@Suite("Non-maximum suppression")
struct NonMaximumSuppressionTests {
    private func box(
        _ x1: Float, _ y1: Float, _ x2: Float, _ y2: Float, score: Float, classID: Int32 = 0, index: Int32 = 0
    ) -> BoxCandidate {
        BoxCandidate(x1: x1, y1: y1, x2: x2, y2: y2, score: score, classID: classID, index: index)
    }

    /// One of a row of boxes that do not touch.
    private func separate(_ index: Int, score: Float) -> BoxCandidate {
        let left = Float(index) * 20
        return box(left, 0, left + 10, 10, score: score, index: Int32(index))
    }

    private func kept(
        _ candidates: [BoxCandidate], _ suppression: NonMaximumSuppression = NonMaximumSuppression()
    ) -> [Int32] {
        var candidates = candidates
        suppression.apply(to: &candidates)
        return candidates.map(\.index)
    }

    @Test("Of overlapping boxes the most confident stays")
    func keepsBest() {
        #expect(
            kept([
                box(0, 0, 10, 10, score: 0.5, index: 0), box(0, 0, 10, 9, score: 0.9, index: 1),
                box(50, 0, 60, 10, score: 0.3, index: 2),
            ]) == [1, 2])
    }

    @Test("A box is only suppressed by one that is kept itself")
    func isGreedy() {
        // Each overlaps the next by 0.6; the first and the third by a third.
        let boxes = [
            box(0, 0, 8, 1, score: 0.9, index: 0), box(2, 0, 10, 1, score: 0.8, index: 1),
            box(4, 0, 12, 1, score: 0.7, index: 2),
        ]
        #expect(kept(boxes, NonMaximumSuppression(iouThreshold: 0.5)) == [0, 2])
    }

    @Test("The overlap must be strictly greater than the threshold")
    func comparesStrictly() {
        let boxes = [box(0, 0, 4, 1, score: 0.9, index: 0), box(0, 0, 2, 1, score: 0.8, index: 1)]  // 0.5
        #expect(kept(boxes, NonMaximumSuppression(iouThreshold: 0.5)) == [0, 1])
        #expect(kept(boxes, NonMaximumSuppression(iouThreshold: 0.49)) == [0])
    }

    @Test("Boxes of different classes do not suppress each other, unless there is no offset")
    func separatesClasses() {
        let boxes = [
            box(0, 0, 10, 10, score: 0.9, classID: 1, index: 0), box(0, 0, 10, 10, score: 0.8, classID: 2, index: 1),
        ]
        #expect(kept(boxes) == [0, 1])
        #expect(kept(boxes, NonMaximumSuppression(classOffset: 0)) == [0])
    }

    @Test("Equal scores go by index, whatever their order was")
    func isStable() {
        let boxes = (0..<50).map { separate($0, score: 0.5) }
        #expect(kept(boxes.reversed()) == Array(0..<50))
    }

    @Test("No more than the limit are kept, and no more than the candidate limit looked at")
    func limits() {
        let boxes = (0..<50).map { separate($0, score: 1 - Float($0) / 100) }
        #expect(kept(boxes, NonMaximumSuppression(limit: 3)) == [0, 1, 2])
        #expect(kept(boxes, NonMaximumSuppression(candidateLimit: 4)) == [0, 1, 2, 3])
        #expect(kept([]).isEmpty)
    }

    @Test("Empty boxes and NaN overlap nothing")
    func survivesNonsense() {
        let boxes = [
            box(5, 5, 5, 5, score: 0.9, index: 0), box(5, 5, 5, 5, score: 0.8, index: 1),
            box(.nan, 0, 1, 1, score: 0.7, index: 2), box(9, 9, 3, 3, score: 0.6, index: 3),
        ]
        #expect(kept(boxes) == [0, 1, 2, 3])
    }
}
