/// A paint made ready to be asked for pixel after pixel.
struct PixelPaint {
    let opacity: Float
    let plain: UInt32
    /// Whether every pixel has the same colour.
    let isPlain: Bool
    private let from: SIMD3<Float>
    private let change: SIMD3<Float>
    private let slope: SIMD2<Float>
    private let offset: Float
    private let grain: Float

    init(_ paint: Paint) {
        opacity = Float(paint.opacity)
        plain = paint.color.packed
        isPlain = paint.gradient == nil && paint.grain == 0
        grain = Float(paint.grain) / 256
        from = PixelPaint.levels(paint.color)
        guard let gradient = paint.gradient else {
            change = .zero
            slope = .zero
            offset = 0
            return
        }
        change = PixelPaint.levels(gradient.to) - from
        let dx = gradient.end.x - gradient.start.x
        let dy = gradient.end.y - gradient.start.y
        let square = max(dx * dx + dy * dy, 1e-9)
        slope = SIMD2(Float(dx / square), Float(dy / square))
        offset = Float(-(gradient.start.x * dx + gradient.start.y * dy) / square)
    }

    private static func levels(_ color: Color) -> SIMD3<Float> {
        let clamped = color.clamped
        return SIMD3(Float(clamped.blue), Float(clamped.green), Float(clamped.red)) * 255
    }

    func pixel(_ x: Int, _ y: Int) -> UInt32 {
        let share = min(max(slope.x * (Float(x) + 0.5) + slope.y * (Float(y) + 0.5) + offset, 0), 1)
        var level = from + change * share
        if grain > 0 {
            let hash = RandomSource.mixed(UInt64(truncatingIfNeeded: x) << 32 | UInt64(truncatingIfNeeded: y))
            // The sum of two even distributions, coarse and fine.
            let coarse = RandomSource.mixed(
                UInt64(truncatingIfNeeded: x >> 1) << 32 | UInt64(truncatingIfNeeded: y >> 1))
            let value = Float(hash & 255) + Float(coarse >> 8 & 255) - 255
            level += SIMD3(repeating: value * 0.5 * grain)
        }
        level = level.clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255)) + SIMD3(repeating: 0.5)
        return UInt32(level.x) | UInt32(level.y) << 8 | UInt32(level.z) << 16 | 0xFF00_0000
    }
}
