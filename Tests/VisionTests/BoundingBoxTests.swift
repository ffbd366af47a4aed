import Testing
import Vision

@Suite("Bounding boxes")
struct BoundingBoxTests {
    /// Two boxes as x1, y1, x2, y2 and their intersection over union.
    static let overlaps: [(a: [Double], b: [Double], expected: Double)] = [
        ([0, 0, 10, 10], [0, 0, 10, 10], 1),
        ([0, 0, 10, 10], [5, 0, 15, 10], 50.0 / 150),
        ([0, 0, 10, 10], [2, 2, 4, 4], 0.04),
        // Touching is not overlapping.
        ([0, 0, 10, 10], [10, 0, 20, 10], 0),
        ([0, 0, 10, 10], [30, 30, 40, 40], 0),
        ([-20, -20, -10, -10], [-15, -20, -5, -10], 50.0 / 150),
        // Empty boxes overlap nothing, themselves included.
        ([5, 5, 5, 5], [5, 5, 5, 5], 0),
        ([0, 0, 10, 10], [5, 5, 5, 8], 0),
    ]

    @Test("overlap by the share of their union, with no pixel added", arguments: overlaps)
    func overlap(a: [Double], b: [Double], expected: Double) {
        let first = BoundingBox(x1: a[0], y1: a[1], x2: a[2], y2: a[3])
        let second = BoundingBox(x1: b[0], y1: b[1], x2: b[2], y2: b[3])
        #expect(abs(first.intersectionOverUnion(second) - expected) < 1e-15)
        #expect(first.intersectionOverUnion(second) == second.intersectionOverUnion(first))
    }

    @Test("with NaN overlap nothing")
    func notANumber() {
        let box = BoundingBox(x1: 0, y1: 0, x2: 10, y2: 10)
        #expect(box.intersectionOverUnion(BoundingBox(x1: .nan, y1: .nan, x2: .nan, y2: .nan)) == 0)
    }

    @Test("are valid when finite and of positive size")
    func validity() {
        #expect(BoundingBox(x1: -5, y1: 0, x2: 10, y2: 10).isValid)
        #expect(!BoundingBox(x1: 0, y1: 0, x2: 0, y2: 10).isValid)
        #expect(!BoundingBox(x1: 10, y1: 0, x2: 0, y2: 10).isValid)
        #expect(!BoundingBox(x1: 0, y1: .nan, x2: 5, y2: 10).isValid)
        #expect(!BoundingBox(x1: 0, y1: 0, x2: .infinity, y2: 10).isValid)
    }

    @Test("are made from a corner and a size")
    func corner() {
        let box = BoundingBox(x: 10, y: 20, width: 30, height: 40)
        #expect(box == BoundingBox(x1: 10, y1: 20, x2: 40, y2: 60))
        #expect(box.width == 30 && box.height == 40 && box.area == 1200)
    }
}
