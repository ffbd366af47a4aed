import Foundation
import Media
import Synthesis

/// A video of a street, made to be measured with: a few pictures are rendered, and shown forwards and backwards.
struct SampleClip: ~Copyable {
    let path: String

    /// How many pictures are rendered: enough for things to move, and few enough for the memory.
    private static func pictures(of bytes: Int) -> Int { min(max((256 << 20) / bytes, 2), 12) }

    /// - Parameters:
    ///   - seconds: about how long it may take to encode it; the clip has a few frames at least.
    init(size: PictureSize, rate: Rational, seconds: Double) throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent("lapwing-plan-\(UUID().uuidString).mp4").path
        let encoder = try VideoEncoder(path: path, width: size.width, height: size.height, frameRate: rate)
        var scene = try Scene(Self.configuration(size: size, rate: rate))
        let stride = size.width * 4
        let bytes = stride * size.height
        let pictures = Self.pictures(of: bytes)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes * pictures, alignment: 64)
        defer { buffer.deallocate() }
        func picture(_ number: Int) -> UnsafeMutableRawBufferPointer {
            UnsafeMutableRawBufferPointer(rebasing: buffer[number * bytes..<(number + 1) * bytes])
        }
        for number in 0..<pictures { _ = scene.renderNext(into: picture(number), stride: stride) }
        let turn = 2 * pictures - 2
        let start = ContinuousClock.now
        for frame in 0..<400 {
            if frame >= 12, start.duration(to: .now).seconds > seconds { break }
            let place = frame % turn
            let shown = picture(place < pictures ? place : turn - place)
            try encoder.append(bgra: UnsafeRawBufferPointer(shown), stride: stride)
        }
        try encoder.finish()
    }

    deinit { unlink(path) }

    static func configuration(size: PictureSize, rate: Rational) -> SceneConfiguration {
        SceneConfiguration(width: size.width, height: size.height, frames: 1, frameRate: rate.value)
    }
}
