import Measuring
import Media

/// One thread from a chunk's bytes to pictures, and from pictures to a detector's input.
enum DecodeStage {
    static func measure(_ bench: Bench, into report: inout Report) async throws {
        bench.note("decode")
        let clip = try MeasuredClip(path: bench.clip, frames: bench.isQuick ? 300 : 1500)
        let decoding = try await bench.samples {
            let start = ContinuousClock.now
            let pictures = try clip.decode()
            guard pictures == clip.frameCount else {
                throw BenchError("\(pictures) of \(clip.frameCount) frames were decoded")
            }
            return Double(pictures) / start.duration(to: .now).seconds
        }
        let stream = clip.chunks.first.map { "\($0.stream.codec) \($0.stream.width) × \($0.stream.height)" } ?? ""
        report.add(Row(.decode, "decode \(stream), 1 thread", "fps", decoding))

        let pictures = try somePictures(of: clip)
        for size in [640, 320] {
            let tensor = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3 * size * size)
            tensor.initialize(repeating: 0)
            defer { tensor.deallocate() }
            for mode in FrameScaler.Mode.allCases {
                let scaler = FrameScaler(width: size, height: size, mode: mode)
                let scaling = try await bench.samples {
                    let rounds = bench.isQuick ? 20 : 60
                    let start = ContinuousClock.now
                    for _ in 0..<rounds {
                        for picture in pictures { _ = try scaler.scale(picture, into: tensor) }
                    }
                    return Double(rounds * pictures.count) / start.duration(to: .now).seconds
                }
                report.add(Row(.decode, "scale to \(size) × \(size), \(mode.rawValue), 1 thread", "fps", scaling))
            }
        }
    }

    static func somePictures(of clip: MeasuredClip) throws -> [VideoFrame] {
        let pictures = try clip.somePictures()
        guard !pictures.isEmpty else { throw BenchError("the video has no picture that can be decoded") }
        return pictures
    }
}
