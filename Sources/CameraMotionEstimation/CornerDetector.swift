/// Finds the places of a picture that can be found again in the next: windows with edges in more than one direction.
///
/// J. Shi, C. Tomasi, "Good features to track", CVPR 1994: the smaller eigenvalue of the sum of the gradients' outer
/// products over the window says how good a place is. The best place of each cell of a grid is taken, so that the places
/// are spread over the picture.
struct CornerDetector {
    /// Pixels of a block that gradients are summed up over.
    private static let block = 4
    /// Blocks of a window in each direction.
    private static let windowBlocks = PointTracker.window / block
    /// Blocks of a cell in each direction.
    private static let cellBlocks = 4
    /// The least smaller eigenvalue, in squared grey levels per pixel. Next to nothing: faint places say little each, but
    /// where there is no structure but a large object's, they are what keeps it from being taken for the world.
    static let minimumStrength: Float = 0.05

    /// Gradients' products, summed up block by block.
    private var xx: [Float] = []
    private var xy: [Float] = []
    private var yy: [Float] = []
    /// The middles of the windows, cell by cell from the top left, where (0, 0) is the middle of the first pixel.
    private(set) var found: [SIMD2<Float>] = []

    /// Puts the corners of a picture into ``found``.
    mutating func find(in pyramid: BrightnessPyramid) {
        found.removeAll(keepingCapacity: true)
        let level = pyramid.levels[0]
        let (columns, rows) = (level.width / Self.block, level.height / Self.block)
        guard columns >= Self.windowBlocks, rows >= Self.windowBlocks else { return }
        sumGradients(pyramid, level, columns: columns, rows: rows)
        for top in stride(from: 0, through: rows - Self.windowBlocks, by: Self.cellBlocks) {
            for left in stride(from: 0, through: columns - Self.windowBlocks, by: Self.cellBlocks) {
                findBest(left: left, top: top, columns: columns, rows: rows)
            }
        }
    }

    private mutating func findBest(left: Int, top: Int, columns: Int, rows: Int) {
        var best = Self.minimumStrength * Float(PointTracker.window * PointTracker.window)
        var place: (x: Int, y: Int)?
        for y in top..<min(top + Self.cellBlocks, rows - Self.windowBlocks + 1) {
            for x in left..<min(left + Self.cellBlocks, columns - Self.windowBlocks + 1) {
                let strength = strength(x: x, y: y, columns: columns)
                if strength > best { (best, place) = (strength, (x, y)) }
            }
        }
        guard let place else { return }
        let half = Float(PointTracker.window - 1) / 2
        found.append(SIMD2(Float(place.x * Self.block) + half, Float(place.y * Self.block) + half))
    }

    /// The smaller eigenvalue of the window that begins at a block.
    private func strength(x: Int, y: Int, columns: Int) -> Float {
        var (a, b, c): (Float, Float, Float) = (0, 0, 0)
        for row in y..<(y + Self.windowBlocks) {
            for index in (row * columns + x)..<(row * columns + x + Self.windowBlocks) {
                a += xx[index]
                b += xy[index]
                c += yy[index]
            }
        }
        let difference = a - c
        return (a + c - (difference * difference + 4 * b * b).squareRoot()) / 2
    }

    private mutating func sumGradients(
        _ pyramid: BrightnessPyramid, _ level: BrightnessPyramid.Level, columns: Int, rows: Int
    ) {
        let count = columns * rows
        if xx.count != count {
            xx = [Float](repeating: 0, count: count)
            (xy, yy) = (xx, xx)
        }
        pyramid.withValues { values in
            for y in 0..<rows {
                for x in 0..<columns {
                    var (a, b, c) = (SIMD4<Float>.zero, SIMD4<Float>.zero, SIMD4<Float>.zero)
                    for line in 0..<Self.block {
                        let start = level.origin + (y * Self.block + line) * level.stride + x * Self.block
                        let row = UnsafeRawPointer(values + start)
                        func pixels(_ offset: Int) -> SIMD4<Float> {
                            row.loadUnaligned(fromByteOffset: 4 * offset, as: SIMD4<Float>.self)
                        }
                        let dx = (pixels(1) - pixels(-1)) * 0.5
                        let dy = (pixels(level.stride) - pixels(-level.stride)) * 0.5
                        a += dx * dx
                        b += dx * dy
                        c += dy * dy
                    }
                    let index = y * columns + x
                    xx[index] = a.total
                    xy[index] = b.total
                    yy[index] = c.total
                }
            }
        }
    }
}

extension SIMD4<Float> {
    /// The sum of all values, in an order that is the same on every machine.
    var total: Float { (self[0] + self[1]) + (self[2] + self[3]) }
}

extension SIMD8<Float> {
    /// The sum of all values, in an order that is the same on every machine.
    var total: Float { (lowHalf + highHalf).total }
}
