import Evaluation
import Foundation
import Tracking
import Vision

/// The frames of a video that trackers are measured on, all in memory.
struct TrackerScene {
    var name: String
    /// Whether it is made up, with very many objects.
    var isCrowd = false
    /// Without and with vectors that say what each detection looks like.
    var frames: [TrackerInput]
    var framesWithLooks: [TrackerInput]
    /// Those who know no doubtful detections get only these, as on MOT17 in their papers' evaluations.
    var confidentFrames: [TrackerInput]
    var confidentFramesWithLooks: [TrackerInput]

    /// What one of the trackers gets.
    ///
    /// - Parameter withLooks: whether vectors go with the detections.
    func frames(for kind: TrackerKind, withLooks: Bool) -> [TrackerInput] {
        switch (kind.usesLowConfidence, withLooks) {
        case (true, false): frames
        case (true, true): framesWithLooks
        case (false, false): confidentFrames
        case (false, true): confidentFramesWithLooks
        }
    }

    /// The frames of a MOTChallenge sequence, with the vectors that were made for it.
    ///
    /// - Parameter threshold: what confident detections score more than; nil when all are.
    init(name: String, sequence: String, threshold: Double?, in folder: String) throws {
        let rows = try MOTFile.read(path: "\(folder)/det/\(sequence).txt")
        let vectors = try AppearanceFile.read(path: "\(folder)/emb/\(sequence).i16", count: rows.count)
        func inputs(_ threshold: Double?, _ vectors: AppearanceVectors?) -> [TrackerInput] {
            let detections = MOTDetections(rows, minimumScore: threshold, appearance: vectors)
            return (1...max(detections.lastFrame, 1)).map { detections.input($0) }
        }
        self.name = name
        frames = inputs(nil, nil)
        framesWithLooks = inputs(nil, vectors)
        confidentFrames = inputs(threshold, nil)
        confidentFramesWithLooks = inputs(threshold, vectors)
    }
}

extension TrackerScene {
    /// So many objects walking about in a picture of 3840 × 2160, one in twenty missed in each frame.
    ///
    /// - Parameters:
    ///   - width: how wide they are on average, in pixels; they are twice as high.
    ///   - isApart: whether they walk in step, each in a place of its own, so that none overlap.
    init(crowd name: String, objects: Int, frameCount: Int, width: Double, isApart: Bool) {
        var random = SmallGenerator(seed: 1)
        func number(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
        struct Walker {
            var x, y, dx, dy, width: Double
            var look: [Float]
        }
        let columns = Int((Double(objects) * 16 / 9).squareRoot().rounded(.up))
        let spacing = 3840 / Double(columns)
        var walkers = (0..<objects).map { index in
            Walker(
                x: isApart ? Double(index % columns) * spacing : number(0...3840),
                y: isApart ? Double(index / columns) * spacing : number(0...2160),
                dx: isApart ? 1 : number(-4...4), dy: isApart ? 0 : number(-4...4),
                width: isApart ? width : width * number(0.5...1.5),
                look: (0..<32).map { _ in Float(number(-1...1)) })
        }
        self.name = name
        isCrowd = true
        frames = []
        framesWithLooks = []
        for _ in 0..<frameCount {
            var detections: [Detection] = []
            var looks: [Float] = []
            for index in walkers.indices {
                walkers[index].x += walkers[index].dx
                walkers[index].y += walkers[index].dy
                let walker = walkers[index]
                guard number(0...1) < 0.95 else { continue }
                let box = BoundingBox(
                    x: walker.x + number(-1...1), y: walker.y + number(-1...1), width: walker.width,
                    height: walker.width * 2)
                detections.append(Detection(box: box, confidence: number(0.3...1), classID: 0))
                looks += walker.look.map { $0 + Float(number(-0.1...0.1)) }
            }
            frames.append(TrackerInput(detections))
            framesWithLooks.append(
                TrackerInput(detections, appearance: AppearanceVectors(looks, dimension: 32)))
        }
        confidentFrames = frames
        confidentFramesWithLooks = framesWithLooks
    }

    /// The same numbers every time: a linear congruential generator with its halves mixed.
    private struct SmallGenerator: RandomNumberGenerator {
        private var state: UInt64

        init(seed: UInt64) { state = seed }

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }
}
