import Testing
import Vision

@testable import Inference

@Suite("YOLOv8 output decoder")
struct YOLOv8OutputDecoderTests {
    private let letterbox = Letterbox(sourceWidth: 640, sourceHeight: 640, targetWidth: 640, targetHeight: 640)

    /// Decodes columns of [centre x, centre y, width, height, scores…].
    private func decode(
        _ columns: [[Float]], confidence: Double = 0.25, wanted: Set<Int>? = nil, iou: Double = 0.7, limit: Int = 300
    ) -> [Detection] {
        let rows = columns[0].count
        let decoder = YOLOv8OutputDecoder(
            classCount: rows - 4, anchorCount: columns.count, confidence: confidence, wantedClasses: wanted,
            suppression: NonMaximumSuppression(iouThreshold: iou, limit: limit))
        let output = (0..<rows).flatMap { row in columns.map { $0[row] } }
        return output.withUnsafeBufferPointer { decoder.decode($0, letterbox: letterbox) }
    }

    @Test("Boxes come from centres and sizes, the class from the best score")
    func decodesBoxes() {
        #expect(
            decode([[100, 50, 20, 10, 0.1, 0.5], [300, 300, 8, 8, 0.75, 0.5]]) == [
                Detection(box: BoundingBox(x1: 296, y1: 296, x2: 304, y2: 304), confidence: 0.75, classID: 0),
                Detection(box: BoundingBox(x1: 90, y1: 45, x2: 110, y2: 55), confidence: 0.5, classID: 1),
            ])
    }

    @Test("A score must be strictly greater than the threshold")
    func comparesStrictly() {
        #expect(decode([[10, 10, 4, 4, 0.25]]).isEmpty)
        #expect(decode([[10, 10, 4, 4, Float(0.25).nextUp]]).count == 1)
        // 0.3 as a float is a little more than 0.3.
        #expect(decode([[10, 10, 4, 4, Float(0.3)]], confidence: 0.3).count == 1)
        #expect(decode([[10, 10, 4, 4, Float(0.3).nextDown]], confidence: 0.3).isEmpty)
    }

    @Test("Of equal scores the lower class counts, and the lower anchor goes first")
    func breaksTies() {
        let detections = decode([[10, 10, 4, 4, 0.5, 0.5], [90, 90, 4, 4, 0.5, 0.5], [50, 50, 4, 4, 0.5, 0.5]])
        #expect(detections.map(\.classID) == [0, 0, 0])
        #expect(detections.map(\.box.x1) == [8, 88, 48])
    }

    @Test("A lower threshold adds detections after the others and changes none of them")
    func addsFaintOnesLast() {
        // Crowded boxes of three classes, many of which suppress each other, in no order; scores come in steps, so that
        // many are equal.
        var state: UInt32 = 7
        func next(_ bound: UInt32) -> Float {
            state = state &* 1_664_525 &+ 1_013_904_223
            return Float((state >> 8) % bound)
        }
        let columns = (0..<600).map { _ in
            [next(200), next(200), 20 + next(20), 20 + next(20)] + (0..<3).map { _ in next(50) / 50 }
        }
        for limit in [300, 40] {
            let all = decode(columns, confidence: 0.1, limit: limit)
            for confidence in [0.1, 0.25, 0.5, 0.9] {
                let confident = decode(columns, confidence: confidence, limit: limit)
                #expect(confident == Array(all.prefix { $0.confidence > confidence }))
                #expect(confident.count == all.count { $0.confidence > confidence })
            }
        }
    }

    @Test("Classes are filtered before detections are counted, by each box's best class")
    func filtersClasses() {
        let columns: [[Float]] = [[10, 10, 4, 4, 0.9, 0.8], [50, 50, 4, 4, 0.1, 0.6], [90, 90, 4, 4, 0.1, 0.5]]
        let detections = decode(columns, wanted: [1], limit: 1)
        #expect(detections.map(\.classID) == [1])
        #expect(detections.map(\.box.x1) == [48])
    }

    @Test("NaN and infinities are no detections, and do not trap")
    func dropsNonsense() {
        let columns: [[Float]] = [
            [10, 10, 4, 4, .nan, .nan], [.nan, 10, 4, 4, 0.9, 0], [10, 10, .infinity, 4, 0.9, 0],
            [10, 10, 4, 4, .nan, 0.5], [10, 10, -.infinity, 4, -.infinity, 0.1],
        ]
        let detections = decode(columns)
        #expect(detections.map(\.confidence) == [0.5])
        #expect(detections.map(\.classID) == [1])
    }

    @Test("Any number of anchors is scanned", arguments: [1, 15, 2047, 2048, 2049, 8400])
    func scansAll(count: Int) {
        var columns = Array(repeating: [Float]([0, 0, 0, 0, 0, 0, 0]), count: count)
        columns[count - 1] = [320, 320, 10, 10, 0.1, 0.2, 0.9]
        #expect(decode(columns).map(\.classID) == [2])
    }
}
