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

    /// How many boxes there are.
    private(set) var count = 0
    /// What the last search found, ascending by column, in the first places.
    private(set) var found: [Overlap] = []

    /// What the right and bottom sides are moved out by before anything is measured.
    private let margin: Double
    /// How many boxes there is room for; ``storage`` is six rows of this length, see ``Row``.
    private var capacity = 0
    private var storage: [Double] = []

    private enum Row {
        static let x1 = 0
        static let y1 = 1
        static let x2 = 2
        static let y2 = 3
        static let areas = 4
        /// The shorter side of each box's intersection with the one asked about; not positive where there is none.
        static let depths = 5
        static let count = 6
    }

    /// - Parameter margin: 1 for intersection over union in the manner of whole pixels, in which a box from 0 to 9 is
    ///   10 pixels wide; 0 for continuous coordinates.
    init(margin: Double) { self.margin = margin }

    /// Replaces all boxes.
    mutating func fill(count: Int, _ box: (Int) -> BoundingBox) {
        if count > capacity {
            capacity = max(16, count + count / 2)
            storage.fill(with: 0, count: capacity * Row.count)
            found.fill(with: Overlap(column: 0, value: 0), count: capacity)
        }
        self.count = count
        storage.withUnsafeMutableBufferPointer { storage in
            for column in 0..<count {
                let box = box(column)
                storage[Row.x1 * capacity + column] = box.x1
                storage[Row.y1 * capacity + column] = box.y1
                storage[Row.x2 * capacity + column] = box.x2 + margin
                storage[Row.y2 * capacity + column] = box.y2 + margin
                storage[Row.areas * capacity + column] = (box.width + margin) * (box.height + margin)
            }
        }
    }

    /// Looks for the boxes that overlap one.
    ///
    /// - Returns: how many were found; they are the first in ``found``.
    mutating func find(_ box: BoundingBox) -> Int {
        guard count > 0 else { return 0 }
        let (left, top, right, bottom) = (box.x1, box.y1, box.x2 + margin, box.y2 + margin)
        let area = (box.width + margin) * (box.height + margin)
        let (count, capacity) = (count, capacity)
        var foundCount = 0
        storage.withUnsafeMutableBufferPointer { storage in
            found.withUnsafeMutableBufferPointer { found in
                guard let x1 = storage.baseAddress else { return }
                let y1 = x1 + Row.y1 * capacity
                let x2 = x1 + Row.x2 * capacity
                let y2 = x1 + Row.y2 * capacity
                let areas = x1 + Row.areas * capacity
                let depths = x1 + Row.depths * capacity
                for column in 0..<count {
                    let width = min(right, x2[column]) - max(left, x1[column])
                    let height = min(bottom, y2[column]) - max(top, y1[column])
                    depths[column] = min(width, height)
                }
                for column in 0..<count where depths[column] > 0 {
                    let width = min(right, x2[column]) - max(left, x1[column])
                    let height = min(bottom, y2[column]) - max(top, y1[column])
                    let intersection = width * height
                    let union = area + areas[column] - intersection
                    // False for NaN.
                    guard union > 0 else { continue }
                    found[foundCount] = Overlap(column: column, value: intersection / union)
                    foundCount += 1
                }
            }
        }
        return foundCount
    }
}
