internal import Vision

/// Finds, among many boxes, those that overlap one, and by how much.
///
/// Boxes are columns of coordinates: the loop over all of them is one of minima and maxima without branches, which
/// the compiler turns into vector instructions; the division is left to those that overlap at all.
struct OverlapSearch: Sendable {
    /// A box that overlaps the one asked about.
    struct Overlap: Sendable {
        var column: Int
        /// Intersection over union, above 0.
        var value: Double
    }

    /// What the last search found, ascending by column.
    private(set) var found: [Overlap] = []
    private(set) var count = 0

    /// What the right and bottom sides are moved out by before anything is measured.
    private let margin: Double
    private var x1: [Double] = []
    private var y1: [Double] = []
    private var x2: [Double] = []
    private var y2: [Double] = []
    private var areas: [Double] = []
    private var depths: [Double] = []

    /// - Parameter margin: 1 for intersection over union in the manner of whole pixels, in which a box from 0 to 9 is
    ///   10 pixels wide; 0 for continuous coordinates.
    init(margin: Double) { self.margin = margin }

    /// Empties the columns but keeps their memory.
    mutating func removeAll() {
        count = 0
        x1.removeAll(keepingCapacity: true)
        y1.removeAll(keepingCapacity: true)
        x2.removeAll(keepingCapacity: true)
        y2.removeAll(keepingCapacity: true)
        areas.removeAll(keepingCapacity: true)
    }

    mutating func append(_ box: BoundingBox) {
        count += 1
        x1.append(box.x1)
        y1.append(box.y1)
        x2.append(box.x2 + margin)
        y2.append(box.y2 + margin)
        areas.append((box.width + margin) * (box.height + margin))
        if depths.count < count { depths.append(0) }
    }

    /// Looks for the columns that overlap a box; they are in ``found``.
    mutating func find(_ box: BoundingBox) {
        found.removeAll(keepingCapacity: true)
        let right = box.x2 + margin
        let bottom = box.y2 + margin
        let area = (box.width + margin) * (box.height + margin)
        measureDepths(x1: box.x1, y1: box.y1, x2: right, y2: bottom)
        for column in 0..<count where depths[column] > 0 {
            let width = min(right, x2[column]) - max(box.x1, x1[column])
            let height = min(bottom, y2[column]) - max(box.y1, y1[column])
            let intersection = width * height
            let union = area + areas[column] - intersection
            // False for NaN.
            guard union > 0 else { continue }
            found.append(Overlap(column: column, value: intersection / union))
        }
    }

    /// The shorter side of each column's intersection with a box; negative or 0 where there is none.
    private mutating func measureDepths(x1 left: Double, y1 top: Double, x2 right: Double, y2 bottom: Double) {
        let count = count
        depths.withUnsafeMutableBufferPointer { depths in
            x1.withUnsafeBufferPointer { x1 in
                y1.withUnsafeBufferPointer { y1 in
                    x2.withUnsafeBufferPointer { x2 in
                        y2.withUnsafeBufferPointer { y2 in
                            for column in 0..<count {
                                let width = min(right, x2[column]) - max(left, x1[column])
                                let height = min(bottom, y2[column]) - max(top, y1[column])
                                depths[column] = min(width, height)
                            }
                        }
                    }
                }
            }
        }
    }
}
