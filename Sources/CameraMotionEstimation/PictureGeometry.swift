internal import Media
internal import Tracking

/// How the small picture that motion is measured in lies in the picture as displayed.
///
/// Distances are measured where pixels are square: in pixels of the small picture, across its width times the pixels'
/// aspect ratio, from its middle. There a camera that turns or zooms makes a similarity, whatever the pixels' form.
struct PictureGeometry: Equatable {
    /// Most pixels of the small picture: 256 × 144.
    private static let maximumPixels = 36864
    /// The largest squares that are averaged.
    private static let maximumSide = 128
    /// Aspects of pixels that a video may have.
    static let aspects = 0.1...10.0

    /// Size in pixels as coded.
    let codedWidth, codedHeight: Int
    /// Clockwise degrees by which the coded picture is turned to be displayed.
    let rotation: Int
    /// Width of a coded pixel divided by its height.
    let aspect: Double

    /// Pixels of the coded picture along the side of a square that becomes one pixel.
    let side: Int
    /// Size of the small picture in pixels.
    var width: Int { codedWidth / side }
    var height: Int { codedHeight / side }

    init(_ frame: VideoFrame) {
        let ratio = frame.pixelAspectRatio
        let displayed = Double(ratio.numerator) / Double(ratio.denominator)
        self.init(
            codedWidth: frame.codedWidth, codedHeight: frame.codedHeight, rotation: frame.rotation,
            aspect: frame.rotation % 180 == 0 ? displayed : 1 / displayed)
    }

    /// - Parameter aspect: one that no video has is taken for 1.
    init(codedWidth: Int, codedHeight: Int, rotation: Int, aspect: Double) {
        self.codedWidth = codedWidth
        self.codedHeight = codedHeight
        self.rotation = rotation
        self.aspect = Self.aspects.contains(aspect) ? aspect : 1
        let sides = 1..<Self.maximumSide
        side = sides.first { (codedWidth / $0) * (codedHeight / $0) <= Self.maximumPixels } ?? Self.maximumSide
    }

    /// From pixels of the small picture, where (0, 0) is the middle of the first one, to square ones from its middle.
    func square(_ point: SIMD2<Float>) -> SIMD2<Double> {
        SIMD2(
            (Double(point.x) + 0.5 - Double(width) / 2) * aspect, Double(point.y) + 0.5 - Double(height) / 2)
    }

    /// A motion of square pixels as one of the displayed picture's pixels.
    func displayed(_ motion: Similarity) -> CameraMotion {
        // A point p in square pixels is displayed at L·p + o.
        let (lx, ly) = (Double(side) / aspect, Double(side))
        let (middleX, middleY) = (Double(width * side) / 2, Double(height * side) / 2)
        let linear: (xx: Double, xy: Double, yx: Double, yy: Double)
        let origin: SIMD2<Double>
        switch rotation {
        case 90: (linear, origin) = ((0, -ly, lx, 0), SIMD2(Double(codedHeight) - middleY, middleX))
        case 180:
            (linear, origin) = ((-lx, 0, 0, -ly), SIMD2(Double(codedWidth) - middleX, Double(codedHeight) - middleY))
        case 270: (linear, origin) = ((0, ly, -lx, 0), SIMD2(middleY, Double(codedWidth) - middleX))
        default: (linear, origin) = ((lx, 0, 0, ly), SIMD2(middleX, middleY))
        }
        // With A the motion's linear part and t its shift: the linear part is M = L·A·L⁻¹, the shift L·t + o − M·o.
        let determinant = linear.xx * linear.yy - linear.xy * linear.yx
        let (px, py) = (linear.xx * motion.a + linear.xy * motion.b, linear.xy * motion.a - linear.xx * motion.b)
        let (qx, qy) = (linear.yx * motion.a + linear.yy * motion.b, linear.yy * motion.a - linear.yx * motion.b)
        let a = (px * linear.yy - py * linear.yx) / determinant
        let b = (py * linear.xx - px * linear.xy) / determinant
        let c = (qx * linear.yy - qy * linear.yx) / determinant
        let d = (qy * linear.xx - qx * linear.xy) / determinant
        return CameraMotion(
            a: a, b: b, tx: linear.xx * motion.tx + linear.xy * motion.ty + origin.x - a * origin.x - b * origin.y,
            c: c, d: d, ty: linear.yx * motion.tx + linear.yy * motion.ty + origin.y - c * origin.x - d * origin.y)
    }
}
