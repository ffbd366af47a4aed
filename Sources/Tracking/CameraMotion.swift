/// Where the picture of the previous processed frame lies in this one: an affine map of pixel coordinates.
///
/// x' = a·x + b·y + tx and y' = c·x + d·y + ty. A standing camera is the ``identity``.
public struct CameraMotion: Sendable, Hashable {
    /// The linear part, row by row.
    public var a, b, c, d: Double
    /// The translation in pixels.
    public var tx, ty: Double

    public init(a: Double, b: Double, tx: Double, c: Double, d: Double, ty: Double) {
        self.a = a
        self.b = b
        self.tx = tx
        self.c = c
        self.d = d
        self.ty = ty
    }

    /// The camera stood still.
    public static let identity = CameraMotion(a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0)

    /// Whether all six numbers are finite; trackers pass over a motion that is not.
    public var isFinite: Bool {
        a.isFinite && b.isFinite && c.isFinite && d.isFinite && tx.isFinite && ty.isFinite
    }
}
