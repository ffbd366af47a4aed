import Foundation
import Media
import Testing
import Tracking

@testable import CameraMotionEstimation

@Suite("The camera's motion in real videos")
struct RealVideoTests {
    static let videos: String? = {
        if let path = ProcessInfo.processInfo.environment["LAPWING_ASSETS"], !path.isEmpty { return path + "/videos" }
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("shared/assets/videos").path
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        return nil
    }()
    static let areThere = videos.map { FileManager.default.fileExists(atPath: $0) } ?? false

    /// The pictures of the first chunk that ends behind a frame, from a frame on.
    private func frames(_ name: String, from first: Int, count: Int) throws -> [VideoFrame] {
        let path = try #require(Self.videos) + "/\(name).mp4"
        let splitter = ChunkSplitter(demuxer: try Demuxer(path: path), targetSeconds: 4, maxBytes: 64 << 20)
        var frames: [VideoFrame] = []
        while let chunk = try splitter.next(), frames.count < count {
            guard chunk.firstFrame + chunk.frameCount > first else { continue }
            let decoder = try ChunkDecoder(bytes: chunk.bytes, info: chunk.decodingInfo(name: name), threads: 2)
            while let frame = try decoder.next(), frames.count < count {
                if frame.index >= first, let image = frame.image { frames.append(image) }
            }
        }
        return frames
    }

    @Test(
        "A standing camera stands, while large objects pass by",
        .enabled(if: areThere, "set LAPWING_ASSETS to the folder with videos/ to run these"),
        arguments: [("car-detection", 60), ("one-by-one-person-detection", 90)])
    func standing(name: String, first: Int) throws {
        let estimator = CameraMotionEstimator()
        let motions = try frames(name, from: first, count: 60).map { try estimator.motion(to: $0) }
        #expect(motions.count == 60)
        #expect(motions.count { $0 == .identity } >= 50)
        for motion in motions { #expect(motion.distance(to: .identity, width: 768, height: 432) < 1.5) }
    }

    @Test(
        "A window that wanders over the picture is a camera that moves",
        .enabled(if: areThere, "set LAPWING_ASSETS to the folder with videos/ to run these"))
    func moving() throws {
        let scaler = FrameScaler(width: 32, height: 32, mode: .exact)
        let estimator = CameraMotionEstimator()
        let (width, height) = (640, 360)
        var errors: [Double] = []
        for (index, frame) in try frames("one-by-one-person-detection", from: 100, count: 25).enumerated() {
            let picture = try scaler.bgrBytes(of: frame)
            let (left, top) = (4 * index, 3 * index / 2)
            var window: [UInt8] = []
            for y in 0..<height {
                let start = ((top + y) * frame.width + left) * 3
                window += picture[start..<(start + width * 3)]
            }
            let found = try estimator.motion(
                to: VideoFrame(raw: window, pixelFormat: "bgr24", width: width, height: height))
            guard index > 0 else { continue }
            let truth = CameraMotion(a: 1, b: 0, tx: -4, c: 0, d: 1, ty: Double(3 * (index - 1) / 2 - top))
            errors.append(found.distance(to: truth, width: width, height: height))
        }
        errors.sort()
        #expect(errors[errors.count / 2] < 0.3)
        #expect(errors[errors.count - 1] < 1)
    }
}
