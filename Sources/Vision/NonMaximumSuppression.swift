/// Greedy non-maximum suppression: of boxes that overlap too much, the most confident one stays.
///
/// The method of Felzenszwalb et al., "Object Detection with Discriminatively Trained Part-Based Models" (PAMI 2010),
/// section 6.2: take the boxes by falling score, and skip each that overlaps one already taken. As YOLOv8 is evaluated,
/// it works per class: every box is moved by `classID × classOffset` so that boxes of different classes do not meet.
///
/// All arithmetic is in single precision on the moved boxes, as the reference implementation does it, so that a pair on
/// the edge of the threshold is decided the same way.
public struct NonMaximumSuppression: Sendable, Hashable {
    /// A box goes when its intersection over union with a better one is strictly greater, 0…1. Raising it keeps more
    /// boxes of crowded objects, and more duplicates.
    public var iouThreshold: Double
    /// The most boxes to keep; at least 1.
    public var limit: Int
    /// Only that many of the best boxes are looked at.
    public var candidateLimit: Int
    /// How far apart the classes are moved, in pixels; 0 lets boxes of different classes suppress each other.
    public var classOffset: Float

    public init(
        iouThreshold: Double = 0.7, limit: Int = 300, candidateLimit: Int = 30_000, classOffset: Float = 7680
    ) {
        precondition(limit > 0 && candidateLimit > 0)
        self.iouThreshold = iouThreshold
        self.limit = limit
        self.candidateLimit = candidateLimit
        self.classOffset = classOffset
    }

    /// Keeps the best of `candidates`, in place, by falling score; equal scores by rising index.
    ///
    /// Boxes with a NaN coordinate overlap nothing and stay.
    public func apply(to candidates: inout [BoxCandidate]) {
        candidates.sort { $0.score != $1.score ? $0.score > $1.score : $0.index < $1.index }
        let considered = min(candidates.count, candidateLimit)
        guard considered > 0 else { return }
        // For single-precision values, "greater than the threshold" is "greater than the threshold rounded down".
        let threshold = iouThreshold.roundedDownToFloat
        var kept = 0
        withUnsafeTemporaryAllocation(of: MovedBox.self, capacity: min(considered, limit)) { moved in
            for position in 0..<considered {
                let candidate = candidates[position]
                let box = MovedBox(candidate, by: Float(candidate.classID) * classOffset)
                var isSuppressed = false
                for other in 0..<kept where moved[other].intersectionOverUnion(box) > threshold {
                    isSuppressed = true
                    break
                }
                if isSuppressed { continue }
                moved.initializeElement(at: kept, to: box)
                candidates[kept] = candidate
                kept += 1
                if kept == limit { break }
            }
        }
        candidates.removeSubrange(kept...)
    }

    /// A candidate's box, moved away from the other classes.
    private struct MovedBox {
        var x1, y1, x2, y2, area: Float

        init(_ candidate: BoxCandidate, by offset: Float) {
            x1 = candidate.x1 + offset
            y1 = candidate.y1 + offset
            x2 = candidate.x2 + offset
            y2 = candidate.y2 + offset
            area = (x2 - x1) * (y2 - y1)
        }

        /// Plain areas: no "+ 1" pixel, no epsilon. NaN, which is greater than nothing, where it is not defined.
        func intersectionOverUnion(_ other: MovedBox) -> Float {
            let width = max(0, min(x2, other.x2) - max(x1, other.x1))
            let height = max(0, min(y2, other.y2) - max(y1, other.y1))
            let intersection = width * height
            return intersection / (area + other.area - intersection)
        }
    }
}
