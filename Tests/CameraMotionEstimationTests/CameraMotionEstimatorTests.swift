import Foundation
import Media
import Testing
import Tracking

@testable import CameraMotionEstimation

@Suite("Measuring the camera's motion")
struct CameraMotionEstimatorTests {
    /// The motion from one picture to another.
    private func motion(_ one: TestPicture, _ two: TestPicture) throws -> CameraMotion {
        let estimator = CameraMotionEstimator()
        #expect(try estimator.motion(to: one.frame()) == .identity)
        return try estimator.motion(to: two.frame())
    }

    /// Motions of pictures of 192 × 108 pixels.
    private static let motions: [CameraMotion] = [
        .about(96, 54, shift: (0.25, 0)), .about(96, 54, shift: (-1.5, 0.6)), .about(96, 54, shift: (7.3, -4.8)),
        .about(96, 54, shift: (-19.4, 12.2)), .about(96, 54, scale: 1.02), .about(96, 54, scale: 0.93),
        .about(96, 54, sine: 0.01), .about(96, 54, sine: -0.12), .about(20, 90, scale: 1.05, sine: 0.03),
        .about(150, 10, scale: 0.97, sine: -0.02, shift: (3.1, 5.7)),
    ]

    @Test("Known motions are found, to a fraction of a pixel", arguments: motions)
    func knownMotions(truth: CameraMotion) throws {
        var picture = TestPicture()
        let before = picture
        picture.camera = truth
        let found = try motion(before, picture)
        #expect(found.distance(to: truth, width: 192, height: 108) < 0.3, "\(found)")
        #expect(found.a == found.d && found.b == -found.c, "a similarity")
    }

    @Test("Pixels of large pictures are counted in full, also of sizes that no square divides")
    func largePictures() throws {
        var picture = TestPicture(width: 391, height: 229)
        let before = picture
        picture.camera = .about(200, 100, scale: 1.03, sine: 0.02, shift: (9.3, -6.1))
        let found = try motion(before, picture)
        #expect(found.distance(to: picture.camera, width: 391, height: 229) < 0.4, "\(found)")
    }

    @Test("Shifts of nearly a third of the picture are found", arguments: [(55.0, 10.0), (-50.3, -20.2), (0.5, 33.0)])
    func farShifts(x: Double, y: Double) throws {
        var picture = TestPicture()
        let before = picture
        picture.camera = .about(0, 0, shift: (x, y))
        let found = try motion(before, picture)
        #expect(found.distance(to: picture.camera, width: 192, height: 108) < 0.3, "\(found)")
    }

    @Test("Motion is of the picture as displayed", arguments: [90, 180, 270])
    func rotated(rotation: Int) throws {
        for (width, height) in [(192, 108), (131, 97)] {
            var picture = TestPicture(width: width, height: height, rotation: rotation)
            let before = picture
            picture.camera = .about(60, 40, scale: 1.04, sine: 0.03, shift: (6.4, -3.2))
            let found = try motion(before, picture)
            #expect(found.distance(to: picture.camera, width: width, height: height) < 0.25, "\(found)")
        }
    }

    @Test("An object that covers a third of the picture and goes its own way is not the camera")
    func movingObject() throws {
        for camera in [CameraMotion.identity, .about(96, 54, sine: 0.01, shift: (4.5, 1.5))] {
            var picture = TestPicture(object: (40, 10, 80, 85))
            let before = picture
            picture.camera = camera
            picture.object = (47, 13, 80, 85)
            let found = try motion(before, picture)
            if camera == .identity { #expect(found == .identity) }
            #expect(found.distance(to: camera, width: 192, height: 108) < 0.3, "\(found)")
        }
    }

    @Test("Changes of light are no motion, and do not hide one")
    func changesOfLight() throws {
        var picture = TestPicture()
        let before = picture
        (picture.gain, picture.bias) = (0.8, 20)
        #expect(try motion(before, picture) == .identity)
        picture.camera = .about(96, 54, shift: (5, 3))
        #expect(try motion(before, picture).distance(to: picture.camera, width: 192, height: 108) < 0.3)
    }

    @Test("The noise of a standing camera is no motion at all")
    func standing() throws {
        let estimator = CameraMotionEstimator()
        for seed in 0..<8 {
            #expect(try estimator.motion(to: TestPicture(noise: 6, seed: UInt64(seed)).frame()) == .identity)
        }
    }

    @Test("Without anything to go by, the camera stands: scene cuts, flat and dark pictures, noise")
    func nothingToGoBy() throws {
        let scene = try TestPicture().frame()
        let other = try TestPicture(camera: .about(0, 0, shift: (90, 90)), world: 1).frame()
        let noise = try (0..<3).map { try TestPicture(gain: 0, bias: 128, noise: 40, seed: $0).frame() }
        let dark = try (0..<2).map { try TestPicture(gain: 0, bias: 16, noise: 1, seed: $0).frame() }
        let flat = try TestPicture.flat(128, width: 192, height: 108)
        let black = try TestPicture.flat(0, width: 192, height: 108)
        let estimator = CameraMotionEstimator()
        for frame in [scene, other, scene] + noise + [flat, flat, black, scene] + dark + [
            other, black, black, noise[0],
        ] {
            #expect(try estimator.motion(to: frame) == .identity)
        }
    }

    @Test("A camera that is seen to stand is told from one that nothing is known of")
    func unknown() throws {
        let scene = try TestPicture().frame()
        let flat = try TestPicture.flat(128, width: 192, height: 108)
        let estimator = CameraMotionEstimator()
        let expected: [(VideoFrame, CameraMotion?)] = [
            (scene, nil), (scene, .identity), (flat, nil), (flat, nil), (scene, nil), (scene, .identity),
        ]
        for (frame, motion) in expected { #expect(try estimator.measuredMotion(to: frame) == motion) }
    }

    @Test("A picture of another size or rotation begins anew")
    func changesOfSize() throws {
        let estimator = CameraMotionEstimator()
        let camera = CameraMotion.about(0, 0, shift: (6, 4))
        for (width, height, rotation) in [(192, 108, 0), (160, 90, 0), (160, 90, 180), (192, 108, 0)] {
            var picture = TestPicture(width: width, height: height, rotation: rotation)
            #expect(try estimator.motion(to: picture.frame()) == .identity)
            picture.camera = camera
            let found = try estimator.motion(to: picture.frame())
            #expect(found.distance(to: camera, width: width, height: height) < 0.2)
        }
    }

    @Test("Pictures of any size are taken", arguments: [(1, 1), (2, 7), (15, 16), (17, 33), (16384, 2), (9, 16384)])
    func sizes(width: Int, height: Int) throws {
        let estimator = CameraMotionEstimator()
        let bytes = (0..<(width * height)).map { UInt8(truncatingIfNeeded: $0 &* 197 &+ ($0 >> 5) &* 31) }
        for shift in 0..<3 {
            let moved = Array(bytes[(shift % bytes.count)...] + bytes[..<(shift % bytes.count)])
            let motion = try estimator.motion(to: TestPicture.frame(moved, width: width, height: height))
            #expect(motion.isFinite)
            let restored = try CameraMotionEstimator(restoring: estimator.snapshot())
            #expect(restored.snapshot() == estimator.snapshot())
        }
    }

    @Test("Pictures of 8K are taken")
    func hugePictures() throws {
        let estimator = CameraMotionEstimator()
        for value in [20, 200] as [UInt8] {
            let frame = try TestPicture.flat(value, width: 7680, height: 4320)
            #expect(try estimator.motion(to: frame) == .identity)
        }
        #expect(estimator.snapshot().count < 40_000)
    }

    @Test("A picture that cannot be read counts as not given")
    func unreadablePictures() throws {
        let estimator = CameraMotionEstimator()
        let undisturbed = CameraMotionEstimator()
        var picture = TestPicture()
        let unreadable = try VideoFrame(
            raw: picture.pixels, pixelFormat: "gray", width: picture.width, height: picture.height, rotation: 45)
        let tooLarge = try TestPicture.flat(1, width: 16385, height: 1)
        #expect(throws: MediaError.self) { try estimator.motion(to: unreadable) }
        for shift in 0..<3 {
            picture.camera = .about(0, 0, shift: (Double(3 * shift), 1))
            let frame = try picture.frame()
            #expect(try estimator.motion(to: frame) == undisturbed.motion(to: frame))
            #expect(throws: MediaError.self) { try estimator.motion(to: unreadable) }
            #expect(throws: MediaError.self) { try estimator.motion(to: tooLarge) }
        }
    }
}
