import Tracking
import Vision

/// SplitMix64: random numbers that are the same on every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A scene of objects that drift, vanish and come back, as a noisy detector would see it.
    mutating func scene(frames: Int, objects: Int, classes: Int = 1) -> [[Detection]] {
        var boxes = (0..<objects).map { _ in
            (
                x: Double.random(in: 0...1000, using: &self), y: Double.random(in: 0...700, using: &self),
                vx: Double.random(in: -6...6, using: &self), vy: Double.random(in: -3...3, using: &self),
                width: Double.random(in: 20...120, using: &self), height: Double.random(in: 40...200, using: &self),
                classID: Int.random(in: 0..<classes, using: &self)
            )
        }
        return (0..<frames).map { _ in
            var detections: [Detection] = []
            for index in boxes.indices {
                boxes[index].x += boxes[index].vx
                boxes[index].y += boxes[index].vy
                guard Double.random(in: 0...1, using: &self) < 0.85 else { continue }
                let box = boxes[index]
                detections.append(
                    Detection(
                        box: BoundingBox(
                            x: box.x + Double.random(in: -2...2, using: &self),
                            y: box.y + Double.random(in: -2...2, using: &self), width: box.width, height: box.height),
                        confidence: Double.random(in: 0.3...1, using: &self), classID: box.classID))
            }
            return detections
        }
    }
}
