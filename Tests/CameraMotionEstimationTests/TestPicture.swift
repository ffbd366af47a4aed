import Foundation
import Media
import Tracking

/// Pictures of a made-up world, seen by a camera whose motion is known.
struct TestPicture {
    /// Size as displayed.
    var width = 192, height = 108
    /// What carries the world into the picture.
    var camera = CameraMotion.identity
    /// Where an object that moves by itself is, and how large: its own texture, fixed to it.
    var object: (x: Int, y: Int, width: Int, height: Int)?
    var rotation = 0
    /// What brightness is multiplied by, and added to it.
    var gain = 1.0, bias = 0.0
    /// Largest difference that is added to a pixel; other for each seed.
    var noise = 0
    var seed: UInt64 = 0
    /// Which of the worlds.
    var world = 0

    /// A side of a world, in pixels; it goes on periodically.
    private static let side = 256
    private static let worlds = (0..<3).map { texture(seed: UInt64($0) + 1) }

    /// Smooth noise of several sizes.
    private static func texture(seed: UInt64) -> [Double] {
        var state = seed
        var sum = [Double](repeating: 0, count: side * side)
        for (step, strength) in [(32, 60.0), (8, 40.0), (4, 30.0)] {
            let count = side / step
            let grid = (0..<(count * count)).map { _ in random(&state) - 0.5 }
            for y in 0..<side {
                for x in 0..<side {
                    let (u, v) = (Double(x % step) / Double(step), Double(y % step) / Double(step))
                    let (left, top) = (x / step, y / step)
                    let (right, bottom) = ((left + 1) % count, (top + 1) % count)
                    let upper = grid[top * count + left] * (1 - u) + grid[top * count + right] * u
                    let lower = grid[bottom * count + left] * (1 - u) + grid[bottom * count + right] * u
                    sum[y * side + x] += strength * (upper * (1 - v) + lower * v)
                }
            }
        }
        return sum.map { 128 + $0 }
    }

    private static func random(_ state: inout UInt64) -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 40) / Double(1 << 24)
    }

    private static func sample(_ texture: [Double], _ x: Double, _ y: Double) -> Double {
        let (left, top) = (x.rounded(.down), y.rounded(.down))
        let (u, v) = (x - left, y - top)
        let (column, row) = (Int(left) & (side - 1), (Int(top) & (side - 1)) * side)
        let (next, below) = ((column + 1) & (side - 1), (row + side) % (side * side))
        let upper = texture[row + column] * (1 - u) + texture[row + next] * u
        let lower = texture[below + column] * (1 - u) + texture[below + next] * u
        return upper * (1 - v) + lower * v
    }

    /// The picture as displayed, 8 bits per pixel.
    var pixels: [UInt8] {
        let inverse = camera.inverse
        let world = Self.worlds[world]
        let objectTexture = Self.worlds[2]
        var state = seed
        var pixels = [UInt8](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                var value: Double
                if let object, (object.x..<(object.x + object.width)).contains(x),
                    (object.y..<(object.y + object.height)).contains(y)
                {
                    value = Self.sample(objectTexture, Double(x - object.x), Double(y - object.y))
                } else {
                    let point = inverse(Double(x) + 0.5, Double(y) + 0.5)
                    value = Self.sample(world, point.x, point.y)
                }
                value = value * gain + bias
                if noise > 0 { value += (Self.random(&state) * 2 - 1) * Double(noise) }
                pixels[y * width + x] = UInt8(min(max(value.rounded(), 0), 255))
            }
        }
        return pixels
    }

    /// The picture as a decoder gives it: turned back by ``rotation``.
    func frame() throws -> VideoFrame {
        let pixels = pixels
        guard rotation != 0 else { return try Self.frame(pixels, width: width, height: height) }
        let (codedWidth, codedHeight) = rotation % 180 == 0 ? (width, height) : (height, width)
        var coded = [UInt8](repeating: 0, count: pixels.count)
        for y in 0..<codedHeight {
            for x in 0..<codedWidth {
                let (displayedX, displayedY) =
                    switch rotation {
                    case 90: (codedHeight - 1 - y, x)
                    case 180: (codedWidth - 1 - x, codedHeight - 1 - y)
                    default: (y, codedWidth - 1 - x)
                    }
                coded[y * codedWidth + x] = pixels[displayedY * width + displayedX]
            }
        }
        return try Self.frame(coded, width: codedWidth, height: codedHeight, rotation: rotation)
    }

    static func frame(_ gray: [UInt8], width: Int, height: Int, rotation: Int = 0) throws -> VideoFrame {
        try VideoFrame(raw: gray, pixelFormat: "gray", width: width, height: height, rotation: rotation)
    }

    static func flat(_ value: UInt8, width: Int, height: Int) throws -> VideoFrame {
        try frame([UInt8](repeating: value, count: width * height), width: width, height: height)
    }
}

extension CameraMotion {
    /// A turn (given by its sine), a change of size and a shift, about a point.
    static func about(
        _ x: Double, _ y: Double, scale: Double = 1, sine: Double = 0, shift: (x: Double, y: Double) = (0, 0)
    ) -> CameraMotion {
        let (a, b) = (scale * (1 - sine * sine).squareRoot(), scale * sine)
        return CameraMotion(
            a: a, b: -b, tx: x - a * x + b * y + shift.x, c: b, d: a, ty: y - b * x - a * y + shift.y)
    }

    func callAsFunction(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        (a * x + b * y + tx, c * x + d * y + ty)
    }

    var inverse: CameraMotion {
        let determinant = a * d - b * c
        return CameraMotion(
            a: d / determinant, b: -b / determinant, tx: (b * ty - d * tx) / determinant, c: -c / determinant,
            d: a / determinant, ty: (c * tx - a * ty) / determinant)
    }

    /// The farthest that both carry a corner of a picture apart, in pixels.
    func distance(to other: CameraMotion, width: Int, height: Int) -> Double {
        [(0, 0), (width, 0), (0, height), (width, height)].map { x, y in
            let one = self(Double(x), Double(y))
            let two = other(Double(x), Double(y))
            return ((one.x - two.x) * (one.x - two.x) + (one.y - two.y) * (one.y - two.y)).squareRoot()
        }.max() ?? 0
    }
}
