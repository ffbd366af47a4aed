/// Finds places of one picture again in another, to a fraction of a pixel.
///
/// B. D. Lucas, T. Kanade, "An iterative image registration technique with an application to stereo vision", IJCAI
/// 1981, from coarse to fine as in J.-Y. Bouguet, "Pyramidal implementation of the Lucas Kanade feature tracker", Intel
/// 2000. Each window may become brighter or darker as a whole: gradients are taken less their mean, which solves for
/// that as a third unknown.
struct PointTracker {
    /// Pixels of a window in each direction; a multiple of 8.
    static let window = 16
    private static let blocks = window / 8
    private static let area = Float(window * window)
    private static let iterations = 8
    /// A step shorter than this, in pixels, squared, is the last one.
    private static let shortStep: Float = 0.01 * 0.01
    /// The largest part of a window's variance that may be left unexplained.
    private static let maximumResidual: Float = 0.5

    /// Of a window's summed gradient products, from which on there is structure in two directions.
    private static let minimumDeterminant =
        (CornerDetector.minimumStrength * area / 4) * (CornerDetector.minimumStrength * area / 4)

    private typealias Pixels = SIMD8<Float>

    /// The window in the first picture, and its gradients.
    private var template = [Pixels](repeating: .zero, count: window * blocks)
    private var gradientX = [Pixels](repeating: .zero, count: window * blocks)
    private var gradientY = [Pixels](repeating: .zero, count: window * blocks)

    /// Where a place of `source` is in `target`, both in pixels of the first level; nil where it cannot be found.
    ///
    /// - Parameter guess: about by how much it was shifted.
    mutating func find(
        _ place: SIMD2<Float>, of source: BrightnessPyramid, in target: BrightnessPyramid, guess: SIMD2<Float>
    ) -> SIMD2<Float>? {
        source.withValues { sourceValues in
            target.withValues { targetValues in
                var shift = guess / Float(1 << source.levels.count)
                for index in source.levels.indices.reversed() {
                    shift *= 2
                    let corner = (place + 0.5) / Float(1 << index) - 0.5 - Float(Self.window - 1) / 2
                    let isFound = follow(
                        corner, sourceValues, targetValues, source.levels[index], &shift, isLast: index == 0)
                    guard isFound else { return nil }
                }
                return place + shift
            }
        }
    }

    /// Improves `shift` on one level.
    ///
    /// - Parameter corner: the upper left one of the window in `source`.
    /// - Returns: false where the place is lost.
    private mutating func follow(
        _ corner: SIMD2<Float>, _ source: UnsafePointer<Float>, _ target: UnsafePointer<Float>,
        _ level: BrightnessPyramid.Level, _ shift: inout SIMD2<Float>, isLast: Bool
    ) -> Bool {
        guard let start = Place(corner, level) else { return !isLast }
        let matrix = cut(source, start, level)
        let determinant = matrix.xx * matrix.yy - matrix.xy * matrix.xy
        // Without structure on this level, the guess is kept.
        guard determinant > Self.minimumDeterminant else { return !isLast }
        var residual = Float.infinity
        for _ in 0..<Self.iterations {
            guard let place = Place(corner + shift, level) else { return false }
            let (bx, by, error) = compare(target, place, level)
            residual = error
            let step = SIMD2(matrix.yy * bx - matrix.xy * by, matrix.xx * by - matrix.xy * bx) / determinant
            shift += step
            if step.x * step.x + step.y * step.y < Self.shortStep { break }
        }
        return !isLast || residual <= Self.maximumResidual * matrix.variance
    }

    /// The upper left corner of a window, with the weights of the four pixels around each point.
    private struct Place {
        let offset: Int
        let weights: (Float, Float, Float, Float)

        /// Nil where the window reaches beyond the margin.
        init?(_ corner: SIMD2<Float>, _ level: BrightnessPyramid.Level) {
            let (x, y) = (corner.x, corner.y)
            let limit = Float(BrightnessPyramid.margin - 2)
            // False for NaN.
            guard x >= -limit, y >= -limit,
                x <= Float(level.width - PointTracker.window) + limit - 1,
                y <= Float(level.height - PointTracker.window) + limit - 1
            else { return nil }
            let (left, top) = (x.rounded(.down), y.rounded(.down))
            let (u, v) = (x - left, y - top)
            offset = level.origin + Int(top) * level.stride + Int(left)
            weights = ((1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v)
        }

        func pixels(_ values: UnsafePointer<Float>, _ offset: Int, _ stride: Int) -> Pixels {
            let row = UnsafeRawPointer(values + self.offset + offset)
            func load(_ offset: Int) -> Pixels { row.loadUnaligned(fromByteOffset: 4 * offset, as: Pixels.self) }
            let upper = load(0) * weights.0 + load(1) * weights.1
            return upper + (load(stride) * weights.2 + load(stride + 1) * weights.3)
        }
    }

    /// Takes the window at `place` as the template.
    ///
    /// - Returns: the sums of its gradients' products, and its variance times its area.
    private mutating func cut(
        _ values: UnsafePointer<Float>, _ place: Place, _ level: BrightnessPyramid.Level
    ) -> (xx: Float, xy: Float, yy: Float, variance: Float) {
        var (sum, sumX, sumY) = (Pixels.zero, Pixels.zero, Pixels.zero)
        for row in 0..<Self.window {
            for block in 0..<Self.blocks {
                let offset = row * level.stride + block * 8
                let index = row * Self.blocks + block
                let here = place.pixels(values, offset, level.stride)
                let dx =
                    place.pixels(values, offset + 1, level.stride) - place.pixels(values, offset - 1, level.stride)
                let dy =
                    place.pixels(values, offset + level.stride, level.stride)
                    - place.pixels(values, offset - level.stride, level.stride)
                template[index] = here
                gradientX[index] = dx * 0.5
                gradientY[index] = dy * 0.5
                sum += here
                sumX += gradientX[index]
                sumY += gradientY[index]
            }
        }
        let (mean, meanX, meanY) = (sum.total / Self.area, sumX.total / Self.area, sumY.total / Self.area)
        var (xx, xy, yy, variance) = (Pixels.zero, Pixels.zero, Pixels.zero, Pixels.zero)
        for index in template.indices {
            template[index] -= mean
            gradientX[index] -= meanX
            gradientY[index] -= meanY
            xx += gradientX[index] * gradientX[index]
            xy += gradientX[index] * gradientY[index]
            yy += gradientY[index] * gradientY[index]
            variance += template[index] * template[index]
        }
        return (xx.total, xy.total, yy.total, variance.total)
    }

    /// What the window at `place` differs by from the template: its products with the gradients, and its square without
    /// the common brightness.
    private func compare(
        _ values: UnsafePointer<Float>, _ place: Place, _ level: BrightnessPyramid.Level
    ) -> (x: Float, y: Float, error: Float) {
        var (x, y, sum, square) = (Pixels.zero, Pixels.zero, Pixels.zero, Pixels.zero)
        for row in 0..<Self.window {
            for block in 0..<Self.blocks {
                let index = row * Self.blocks + block
                let difference = template[index] - place.pixels(values, row * level.stride + block * 8, level.stride)
                x += difference * gradientX[index]
                y += difference * gradientY[index]
                sum += difference
                square += difference * difference
            }
        }
        let total = sum.total
        return (x.total, y.total, square.total - total * total / Self.area)
    }
}
