/// What happens between the lens and the file: shake, light that drifts, noise.
struct Film {
    /// How far the canvas reaches beyond the picture on each side, so that a shaking camera sees no edge.
    let margin: Int
    private let width: Int
    private let height: Int
    private let shake: Double
    private let lightChanges: Double
    private var random: RandomSource
    private var noise: [Int8] = []
    private var noiseStart = 0
    private var phase: (Double, Double, Double, Double)
    /// Where the picture's corner lies on the canvas, in pixels; the fraction is a multiple of 1/16.
    private(set) var origin: Point
    /// What blue, green and red are multiplied with, 128 for 1.
    private(set) var gain = SIMD4<UInt16>(repeating: 128)

    init(_ configuration: SceneConfiguration, random source: RandomSource) {
        var random = source
        width = configuration.width
        height = configuration.height
        shake = configuration.shake
        lightChanges = configuration.lightChanges
        margin = configuration.shake > 0 ? Int(configuration.shake.rounded(.up)) + 1 : 0
        origin = Point(x: Double(margin), y: Double(margin))
        phase = (random.unit(), random.unit(), random.unit(), random.unit())
        if configuration.noise > 0 {
            // The sum of twelve even distributions has the deviation 1 and is close to a normal one.
            let count = configuration.width * 4 * 3 + 65_536
            noise.reserveCapacity(count)
            for _ in 0..<count {
                let bits = random.next()
                var sum = 0.0
                for part in 0..<12 { sum += Double(bits >> UInt64(part * 5) & 31) }
                noise.append(Int8(min(max((sum / 31 - 6) * 0.97 * configuration.noise, -127), 127).rounded()))
            }
        }
        self.random = random
    }

    /// Chooses shake, light and noise of the next frame.
    mutating func advance(to seconds: Double) {
        if shake > 0 {
            func swing(_ a: Double, _ b: Double, _ turn: Double) -> Double {
                0.6 * Trigonometry.sine(turns: seconds * a + turn) + 0.4
                    * Trigonometry.sine(turns: seconds * b + turn * 3)
            }
            let x = shake * swing(1.31, 3.73, phase.0)
            let y = shake * swing(1.73, 4.19, phase.1)
            origin = Point(x: Double(margin) + (x * 16).rounded() / 16, y: Double(margin) + (y * 16).rounded() / 16)
        }
        if lightChanges > 0 {
            let bright =
                0.6 * Trigonometry.sine(turns: seconds * 0.043 + phase.2) + 0.4
                * Trigonometry.sine(turns: seconds * 0.171 + phase.3)
            let warm = Trigonometry.sine(turns: seconds * 0.029 + phase.3)
            let base = 1 + 0.28 * lightChanges * bright
            let tilt = 0.06 * lightChanges * warm
            gain = SIMD4(level(base - tilt), level(base), level(base + tilt), 128)
        }
    }

    private func level(_ factor: Double) -> UInt16 { UInt16(min(max(factor * 128, 0), 255).rounded()) }

    /// Writes the picture, blue, green, red and full opacity for each pixel.
    mutating func expose(_ canvas: Canvas, into buffer: UnsafeMutableRawBufferPointer, stride: Int) {
        let left = Int(origin.x)
        let top = Int(origin.y)
        let fx = UInt32((origin.x - Double(left)) * 16)
        let fy = UInt32((origin.y - Double(top)) * 16)
        let hasNoise = !noise.isEmpty
        let noiseRange = noise.count - width * 4
        for row in 0..<height {
            let line = canvas.pixels + (top + row) * canvas.width + left
            let output = UnsafeMutableRawBufferPointer(rebasing: buffer[row * stride..<row * stride + width * 4])
            let start = hasNoise ? Int(random.next() >> 33) % noiseRange : 0
            noise.withUnsafeBufferPointer { noise in
                for column in 0..<width {
                    var pixel = line[column]
                    if fx | fy != 0 {
                        let below = line + canvas.width
                        let upper = Canvas.blend(pixel, line[column + 1], fx * 16)
                        let lower = Canvas.blend(below[column], below[column + 1], fx * 16)
                        pixel = Canvas.blend(upper, lower, fy * 16)
                    }
                    let levels = SIMD4<UInt16>(truncatingIfNeeded: unsafeBitCast(pixel, to: SIMD4<UInt8>.self))
                    var value = SIMD4<Int16>(truncatingIfNeeded: (levels &* gain) &>> 7)
                    if hasNoise {
                        let at = start + column * 4
                        value &+= SIMD4<Int16>(Int16(noise[at]), Int16(noise[at + 1]), Int16(noise[at + 2]), 0)
                    }
                    value.clamp(lowerBound: .zero, upperBound: SIMD4(repeating: 255))
                    value.w = 255
                    let bytes = SIMD4<UInt8>(truncatingIfNeeded: value)
                    output.storeBytes(of: bytes, toByteOffset: column * 4, as: SIMD4<UInt8>.self)
                }
            }
        }
    }
}
