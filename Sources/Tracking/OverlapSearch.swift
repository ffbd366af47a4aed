internal import Vision

/// Finds, among many boxes, those that overlap one, and by how much.
///
/// Boxes are columns of coordinates: the loop over them is one of minima and maxima without branches, which the
/// compiler turns into vector instructions; the division is left to those that overlap at all. Very many boxes are laid
/// out in strips from left to right, and only those strips are looked at in which a box can begin that overlaps the one
/// asked about.
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

    /// From this many boxes on, they are laid out in strips.
    private static let stripsFrom = 96
    /// Boxes in a strip, on average.
    private static let stripLoad = 4
    /// The columns strip by strip, ascending in each, while there are so many; else empty, and every box is at the place
    /// of its column.
    private var order: [Int32] = []
    /// Where each strip begins in `order`, and the end.
    private var strips: [Int32] = []
    private var leftmost = 0.0
    private var stripsPerPixel = 0.0
    private var largestWidth = 0.0
    /// One bit for each column that was found.
    private var marks: [UInt64] = []
    /// What was found, by column.
    private var values: [Double] = []

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
        layOut(box)
        let isOrdered = !order.isEmpty
        storage.withUnsafeMutableBufferPointer { storage in
            for place in 0..<count {
                let box = box(isOrdered ? Int(order[place]) : place)
                storage[Row.x1 * capacity + place] = box.x1
                storage[Row.y1 * capacity + place] = box.y1
                storage[Row.x2 * capacity + place] = box.x2 + margin
                storage[Row.y2 * capacity + place] = box.y2 + margin
                storage[Row.areas * capacity + place] = (box.width + margin) * (box.height + margin)
            }
        }
    }

    /// Finds the ``order``, if there are many boxes: a counting sort by strip.
    private mutating func layOut(_ box: (Int) -> BoundingBox) {
        order.removeAll(keepingCapacity: true)
        guard count >= Self.stripsFrom else { return }
        leftmost = .infinity
        largestWidth = 0
        var rightmost = -Double.infinity
        for column in 0..<count {
            let box = box(column)
            guard box.isFinite else { return }
            leftmost = min(leftmost, box.x1)
            rightmost = max(rightmost, box.x1)
            largestWidth = max(largestWidth, box.width + margin)
        }
        let stripCount = count / Self.stripLoad
        // Neither infinite nor NaN, however near or far the boxes.
        stripsPerPixel = Double(stripCount) / min(max(rightmost - leftmost, 1), .greatestFiniteMagnitude)
        strips.fill(with: 0, count: stripCount + 1)
        for column in 0..<count { strips[strip(box(column).x1)] += 1 }
        for strip in 0..<stripCount { strips[strip + 1] += strips[strip] }
        order.append(contentsOf: repeatElement(0, count: count))
        // Each strip's end moves down to its beginning as the strip is filled from behind.
        for column in (0..<count).reversed() {
            let strip = strip(box(column).x1)
            strips[strip] -= 1
            order[Int(strips[strip])] = Int32(column)
        }
        marks.fill(with: 0, count: (count + 63) / 64)
        if values.count < capacity { values.fill(with: 0, count: capacity) }
    }

    /// The strip that an x lies in; the nearest for one that is in none.
    private func strip(_ x: Double) -> Int {
        let strip = (x - leftmost) * stripsPerPixel
        // False for NaN.
        guard strip > 0 else { return 0 }
        return strip < Double(strips.count - 2) ? Int(strip) : strips.count - 2
    }

    /// Looks for the boxes that overlap one.
    ///
    /// - Returns: how many were found; they are the first in ``found``.
    mutating func find(_ box: BoundingBox) -> Int {
        guard count > 0 else { return 0 }
        guard !order.isEmpty else { return find(box, in: 0..<count) }
        // Further by a hair than need be, for the rounding of sides.
        let reach = largestWidth * (1 + 1e-9)
        let first = Int(strips[strip(box.x1 - reach)])
        let last = Int(strips[strip(box.x2 + margin) + 1])
        guard first < last else { return 0 }
        let foundCount = find(box, in: first..<last)
        putInOrder(foundCount)
        return foundCount
    }

    /// Looks at the boxes in a range of places; finds places instead of columns.
    private mutating func find(_ box: BoundingBox, in places: Range<Int>) -> Int {
        let (left, top, right, bottom) = (box.x1, box.y1, box.x2 + margin, box.y2 + margin)
        let area = (box.width + margin) * (box.height + margin)
        let capacity = capacity
        var foundCount = 0
        storage.withUnsafeMutableBufferPointer { storage in
            found.withUnsafeMutableBufferPointer { found in
                guard let x1 = storage.baseAddress else { return }
                let y1 = x1 + Row.y1 * capacity
                let x2 = x1 + Row.x2 * capacity
                let y2 = x1 + Row.y2 * capacity
                let areas = x1 + Row.areas * capacity
                let depths = x1 + Row.depths * capacity
                for place in places {
                    let width = min(right, x2[place]) - max(left, x1[place])
                    let height = min(bottom, y2[place]) - max(top, y1[place])
                    depths[place] = min(width, height)
                }
                for place in places where depths[place] > 0 {
                    let width = min(right, x2[place]) - max(left, x1[place])
                    let height = min(bottom, y2[place]) - max(top, y1[place])
                    let intersection = width * height
                    let union = area + areas[place] - intersection
                    // False for NaN.
                    guard union > 0 else { continue }
                    found[foundCount] = Overlap(column: place, value: intersection / union)
                    foundCount += 1
                }
            }
        }
        return foundCount
    }

    /// Turns the places that were found into columns, ascending.
    private mutating func putInOrder(_ foundCount: Int) {
        for index in 0..<foundCount {
            let column = Int(order[found[index].column])
            marks[column / 64] |= 1 << UInt64(column % 64)
            values[column] = found[index].value
        }
        var index = 0
        for word in marks.indices {
            while marks[word] != 0 {
                let column = word * 64 + marks[word].trailingZeroBitCount
                marks[word] &= marks[word] - 1
                found[index] = Overlap(column: column, value: values[column])
                index += 1
            }
        }
    }
}
