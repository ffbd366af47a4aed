/// Finds by how much a whole picture was shifted, in whole pixels of the coarsest level, by trying all shifts.
enum ShiftSearch {
    /// The longest shift, in parts of the picture's sides and in pixels of the coarsest level.
    private static let reach = 3
    private static let limit = 24

    /// The shift, in pixels of the first level, that carries places of `source` to those of `target` with the smallest
    /// mean absolute difference where both have pixels.
    static func shift(from source: BrightnessPyramid, to target: BrightnessPyramid) -> SIMD2<Float> {
        let index = source.levels.count - 1
        let level = source.levels[index]
        let (limitX, limitY) = (min(level.width / reach, limit), min(level.height / reach, limit))
        var best = (cost: Float.infinity, shift: SIMD2<Float>.zero)
        source.withValues { source in
            target.withValues { target in
                for y in -limitY...limitY {
                    for x in -limitX...limitX {
                        let cost = difference(source + level.origin, target + level.origin, level, x, y)
                        if cost < best.cost { best = (cost, SIMD2(Float(x), Float(y))) }
                    }
                }
            }
        }
        return best.shift * Float(1 << index)
    }

    private static func difference(
        _ source: UnsafePointer<Float>, _ target: UnsafePointer<Float>, _ level: BrightnessPyramid.Level, _ x: Int,
        _ y: Int
    ) -> Float {
        let columns = max(0, -x)..<min(level.width, level.width - x)
        let rows = max(0, -y)..<min(level.height, level.height - y)
        // Four columns at a time; those that are left over at the right do not count.
        let blocks = columns.count / 4
        guard blocks > 0, !rows.isEmpty else { return .infinity }
        var sum = SIMD4<Float>.zero
        for row in rows {
            let one = UnsafeRawPointer(source + row * level.stride + columns.lowerBound)
            let two = UnsafeRawPointer(target + (row + y) * level.stride + columns.lowerBound + x)
            for block in 0..<blocks {
                let difference =
                    one.loadUnaligned(fromByteOffset: 16 * block, as: SIMD4<Float>.self)
                    - two.loadUnaligned(fromByteOffset: 16 * block, as: SIMD4<Float>.self)
                sum += difference.replacing(with: -difference, where: difference .< 0)
            }
        }
        return sum.total / Float(4 * blocks * rows.count)
    }
}
