/// A small picture in several sizes, each half as wide and high as the one before.
///
/// Every size is surrounded by a margin that repeats its edges, so that windows may reach beyond them.
struct BrightnessPyramid {
    /// One size of the picture.
    struct Level {
        let width, height: Int
        /// Values from one row to the next.
        let stride: Int
        /// Where pixel (0, 0) lies among the values of all levels.
        let origin: Int
    }

    /// Pixels of the margin on each side.
    static let margin = 20
    private static let maximumLevels = 4
    /// Smaller than this, a level has nothing to go by.
    private static let minimumSide = 16

    /// From the picture's own size downwards; at least one.
    let levels: [Level]
    private var values: [Float]

    init(width: Int, height: Int) {
        var levels: [Level] = []
        var (width, height, count) = (width, height, 0)
        repeat {
            let stride = width + 2 * Self.margin
            levels.append(
                Level(
                    width: width, height: height, stride: stride, origin: count + Self.margin * stride + Self.margin))
            count += stride * (height + 2 * Self.margin)
            (width, height) = (width / 2, height / 2)
        } while levels.count < Self.maximumLevels && min(width, height) >= Self.minimumSide
        self.levels = levels
        values = [Float](repeating: 0, count: count)
    }

    /// Lends the values of all levels.
    func withValues<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result {
        values.withUnsafeBufferPointer { body($0.baseAddress.unsafelyUnwrapped) }
    }

    /// Takes another picture.
    ///
    /// It is smoothed a little: averaged squares of pixels keep details that no interpolation can follow.
    mutating func fill(_ picture: [UInt8]) {
        precondition(picture.count == levels[0].width * levels[0].height)
        let levels = levels
        values.withUnsafeMutableBufferPointer { values in
            guard let values = values.baseAddress else { return }
            picture.withUnsafeBufferPointer { Self.smooth($0, into: values, levels[0]) }
            Self.fillMargin(values, levels[0])
            for index in levels.indices.dropFirst() {
                Self.halve(values, levels[index - 1], levels[index])
                Self.fillMargin(values, levels[index])
            }
        }
    }

    /// Binomial weights 1, 2, 1 in both directions; edges are repeated.
    private static func smooth(
        _ picture: UnsafeBufferPointer<UInt8>, into values: UnsafeMutablePointer<Float>, _ level: Level
    ) {
        guard let picture = picture.baseAddress else { return }
        let (width, height) = (level.width, level.height)
        for y in 0..<height {
            let middle = picture + y * width
            let above = picture + max(y - 1, 0) * width
            let below = picture + min(y + 1, height - 1) * width
            let row = values + level.origin + y * level.stride
            // The sums of columns first, one to the right of where they belong in the end.
            for x in 0..<width {
                let sum = UInt16(above[x]) &+ UInt16(middle[x]) &* 2 &+ UInt16(below[x])
                row[x] = Float(sum)
            }
            var previous = row[0]
            let last = row[width - 1]
            for x in 0..<(width - 1) {
                let value = row[x]
                row[x] = (previous + 2 * value + row[x + 1]) * 0.0625
                previous = value
            }
            row[width - 1] = (previous + 3 * last) * 0.0625
        }
    }

    /// Means of 2 × 2 pixels.
    private static func halve(_ values: UnsafeMutablePointer<Float>, _ source: Level, _ target: Level) {
        for y in 0..<target.height {
            let upper = values + source.origin + 2 * y * source.stride
            let lower = upper + source.stride
            let row = values + target.origin + y * target.stride
            for x in 0..<target.width {
                row[x] = (upper[2 &* x] + upper[2 &* x &+ 1] + (lower[2 &* x] + lower[2 &* x &+ 1])) * 0.25
            }
        }
    }

    private static func fillMargin(_ values: UnsafeMutablePointer<Float>, _ level: Level) {
        for y in 0..<level.height {
            let row = values + level.origin + y * level.stride
            (row - margin).update(repeating: row[0], count: margin)
            (row + level.width).update(repeating: row[level.width - 1], count: margin)
        }
        let first = values + level.origin - margin
        let last = first + (level.height - 1) * level.stride
        for y in 1...margin {
            (first - y * level.stride).update(from: first, count: level.stride)
            (last + y * level.stride).update(from: last, count: level.stride)
        }
    }
}
