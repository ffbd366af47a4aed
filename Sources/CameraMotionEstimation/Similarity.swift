/// A turn, a change of size and a shift: x' = a·x − b·y + tx, y' = b·x + a·y + ty.
struct Similarity: Equatable {
    var a, b, tx, ty: Double

    static let identity = Similarity(a: 1, b: 0, tx: 0, ty: 0)

    func callAsFunction(_ point: SIMD2<Double>) -> SIMD2<Double> {
        SIMD2(a * point.x - b * point.y + tx, b * point.x + a * point.y + ty)
    }

    /// Whether a camera may have done that between two frames: a shift of up to half the picture, a size changed by up
    /// to a quarter, a turn of up to 16 degrees.
    func isPlausible(in geometry: PictureGeometry) -> Bool {
        // False for NaN.
        tx.magnitude <= Double(geometry.width) * geometry.aspect / 2 && ty.magnitude <= Double(geometry.height) / 2
            && (0.64...1.5625).contains(a * a + b * b) && a > 0 && b.magnitude <= 0.287 * a
    }
}

/// Where a point was, and where it is now.
struct PointPair {
    var from, to: SIMD2<Double>
}

extension SIMD2<Double> {
    var squaredLength: Double { x * x + y * y }
}
