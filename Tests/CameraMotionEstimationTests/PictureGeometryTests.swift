import Testing
import Tracking

@testable import CameraMotionEstimation

@Suite("Where the small picture lies in the displayed one")
struct PictureGeometryTests {
    /// Where a point of the small picture is displayed, and where in square pixels.
    private func displayed(_ geometry: PictureGeometry, _ point: SIMD2<Double>) -> SIMD2<Double> {
        let x = (point.x / geometry.aspect + Double(geometry.width) / 2) * Double(geometry.side)
        let y = (point.y + Double(geometry.height) / 2) * Double(geometry.side)
        return switch geometry.rotation {
        case 90: SIMD2(Double(geometry.codedHeight) - y, x)
        case 180: SIMD2(Double(geometry.codedWidth) - x, Double(geometry.codedHeight) - y)
        case 270: SIMD2(y, Double(geometry.codedWidth) - x)
        default: SIMD2(x, y)
        }
    }

    @Test(
        "A motion of square pixels moves displayed ones the same way", arguments: [0, 90, 180, 270], [1.0, 0.5, 1.4])
    func displayedMotion(rotation: Int, aspect: Double) {
        let geometry = PictureGeometry(codedWidth: 1921, codedHeight: 1083, rotation: rotation, aspect: aspect)
        let motion = Similarity(a: 1.02, b: -0.07, tx: 5.5, ty: -3.25)
        let found = geometry.displayed(motion)
        for point in [SIMD2(0.0, 0), SIMD2(-80, 40), SIMD2(33, 51)] {
            let from = displayed(geometry, point)
            let expected = displayed(geometry, motion(point))
            let to = found(from.x, from.y)
            #expect((SIMD2(to.x, to.y) - expected).squaredLength < 1e-18)
        }
        #expect(geometry.displayed(.identity).distance(to: .identity, width: 1921, height: 1083) < 1e-9)
    }

    @Test("The small picture has at most 36864 pixels, in whole squares")
    func sizes() {
        for (width, height, side) in [
            (1, 1, 1), (256, 144, 1), (257, 144, 2), (768, 432, 3), (1280, 720, 5), (1920, 1080, 8), (3840, 2160, 15),
            (7680, 4320, 30), (16384, 16384, 85), (16384, 1, 1),
        ] {
            let geometry = PictureGeometry(codedWidth: width, codedHeight: height, rotation: 0, aspect: 1)
            #expect(geometry.side == side, "\(width) × \(height)")
            #expect(geometry.width * geometry.height <= 36864)
        }
    }
}
