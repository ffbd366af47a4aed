import Foundation
import Media
import Testing

@Suite struct VideoEncoderTests {
    /// A picture with gradients and a square that moves: easy to code, hard to confuse.
    static func picture(_ number: Int, width: Int, height: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 255, count: width * height * 4)
        for y in 0..<height {
            for x in 0..<width {
                let at = (y * width + x) * 4
                bytes[at] = UInt8(x * 200 / width)
                bytes[at + 1] = UInt8(y * 200 / height)
                bytes[at + 2] = UInt8(40 + number % 16 * 4)
                if (number..<number + 12).contains(x), (8..<20).contains(y) { bytes[at] = 240 }
            }
        }
        return bytes
    }

    static func encode(
        _ name: String, width: Int = 160, height: Int = 96, frames: Int = 30, times: [Int64]? = nil,
        timeBase: Rational? = nil, codec: VideoEncoder.Codec = .automatic, quality: VideoEncoder.Quality = .standard
    ) throws -> String {
        let path = Clip.path(name)
        let encoder = try VideoEncoder(
            path: path, width: width, height: height, frameRate: Rational(25, 1), timeBase: timeBase, codec: codec,
            quality: quality)
        for number in 0..<(times?.count ?? frames) {
            try picture(number, width: width, height: height).withUnsafeBytes {
                try encoder.append(bgra: $0, stride: width * 4, pts: times?[number])
            }
        }
        try encoder.finish()
        return path
    }

    /// Pictures of a file in BGR as Lapwing decodes them, and their times from the first one in milliseconds.
    static func decode(_ path: String) throws -> [(bgr: [UInt8], width: Int, height: Int, milliseconds: Double)] {
        let splitter = ChunkSplitter(demuxer: try Demuxer(path: path), targetSeconds: 1, maxBytes: 64 << 20)
        let scaler = FrameScaler(width: 32, height: 32, mode: .exact)
        var frames: [(bgr: [UInt8], width: Int, height: Int, milliseconds: Double)] = []
        while let chunk = try splitter.next() {
            let decoder = try ChunkDecoder(bytes: chunk.bytes, info: chunk.decodingInfo(name: "chunk \(chunk.index)"))
            while let frame = try decoder.next() {
                let image = try #require(frame.image)
                frames.append(
                    (
                        try scaler.bgrBytes(of: image), image.width, image.height,
                        Double(frame.pts - chunk.startPTS) * chunk.stream.timeBase.value * 1000
                    ))
            }
        }
        return frames
    }

    /// Peak signal-to-noise ratio, in decibels, of the part that both pictures have.
    static func quality(_ bgr: [UInt8], width: Int, of bgra: [UInt8], width original: Int) -> Double {
        let height = min(bgr.count / 3 / width, bgra.count / 4 / original)
        var sum = 0.0
        for y in 0..<height {
            for x in 0..<min(width, original) {
                for channel in 0..<3 {
                    let difference =
                        Double(bgr[(y * width + x) * 3 + channel]) - Double(bgra[(y * original + x) * 4 + channel])
                    sum += difference * difference
                }
            }
        }
        return 10 * log10(255 * 255 * Double(height * min(width, original) * 3) / max(sum, 1e-9))
    }

    @Test(
        "What is encoded is decoded with the same size, number, times and looks",
        arguments: [
            ("mp4", VideoEncoder.Codec.h264), ("mkv", .h264), ("avi", .h264), ("mov", .automatic), ("mp4", .mpeg4),
            ("avi", .mpeg4), ("mkv", .mpeg4),
        ])
    func roundTrip(ending: String, codec: VideoEncoder.Codec) throws {
        let path = try Self.encode("round-\(codec).\(ending)", codec: codec, quality: .high)
        let frames = try Self.decode(path)
        #expect(frames.count == 30)
        for (number, frame) in frames.enumerated() {
            #expect(frame.width == 160 && frame.height == 96)
            #expect(abs(frame.milliseconds - Double(number) * 40) < 0.6)
            let original = Self.picture(number, width: 160, height: 96)
            #expect(Self.quality(frame.bgr, width: 160, of: original, width: 160) > 33)
        }
        #expect(!FileManager.default.fileExists(atPath: path + ".part"))
    }

    @Test("High definition keeps its colours, which are coded another way", arguments: [480, 720])
    func colours(height: Int) throws {
        let path = try Self.encode("colours-\(height).mp4", width: 64, height: height, frames: 3, quality: .high)
        let frame = try #require(try Self.decode(path).last)
        let original = Self.picture(2, width: 64, height: height)
        #expect(Self.quality(frame.bgr, width: 64, of: original, width: 64) > 33)
    }

    @Test("Times are kept where the rate varies", arguments: [VideoEncoder.Codec.h264, .mpeg4])
    func variableRate(codec: VideoEncoder.Codec) throws {
        let times: [Int64] = [0, 3003, 3004, 12012, 90000, 91000, 93003, 180000, 180090]
        let path = try Self.encode("variable-\(codec).mp4", times: times, timeBase: Rational(1, 90000), codec: codec)
        let frames = try Self.decode(path)
        #expect(frames.map { Int64(($0.milliseconds * 90).rounded()) } == times)
    }

    @Test("Times that do not grow are moved to a tick after the one before")
    func repeatedTimes() throws {
        let path = try Self.encode("repeated.mp4", times: [0, 40, 40, 30, 120], timeBase: Rational(1, 1000))
        #expect(try Self.decode(path).map { Int($0.milliseconds.rounded()) } == [0, 40, 41, 42, 120])
    }

    @Test("Odd sides become even, with the last column and row repeated", arguments: [(161, 97), (1, 1), (33, 50), (50, 33)])
    func oddSides(width: Int, height: Int) throws {
        let path = try Self.encode(
            "odd-\(width).mp4", width: width, height: height, frames: 5, codec: .mpeg4, quality: .high)
        let frames = try Self.decode(path)
        #expect(frames.count == 5)
        for (number, frame) in frames.enumerated() {
            #expect(frame.width == (width + 1) & ~1 && frame.height == (height + 1) & ~1)
            let original = Self.picture(number, width: width, height: height)
            #expect(Self.quality(frame.bgr, width: frame.width, of: original, width: width) > 26)
        }
    }

    @Test(
        "The same pictures give the same bytes", arguments: [VideoEncoder.Codec.h264, .mpeg4], ["mp4", "mkv", "avi"])
    func reproducible(codec: VideoEncoder.Codec, ending: String) throws {
        let first = try Self.encode("same-1-\(codec).\(ending)", width: 320, height: 240, codec: codec)
        let second = try Self.encode("same-2-\(codec).\(ending)", width: 320, height: 240, codec: codec)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: first))
        #expect(bytes.count > 1000)
        #expect(try bytes == Data(contentsOf: URL(fileURLWithPath: second)))
    }

    @Test("An MP4 file has its index in front")
    func index() throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.encode("index.mp4")))
        let index = try #require(bytes.firstRange(of: Data("moov".utf8)))
        let media = try #require(bytes.firstRange(of: Data("mdat".utf8)))
        #expect(index.lowerBound < media.lowerBound)
    }

    @Test("A file that is not finished leaves nothing behind, and what was there stays")
    func unfinished() throws {
        let path = Clip.path("unfinished.mp4")
        try Data("before".utf8).write(to: URL(fileURLWithPath: path))
        do {
            let encoder = try VideoEncoder(path: path, width: 16, height: 16, frameRate: Rational(25, 1))
            try Self.picture(0, width: 16, height: 16).withUnsafeBytes { try encoder.append(bgra: $0, stride: 64) }
            #expect(FileManager.default.fileExists(atPath: path + ".part"))
        }
        #expect(!FileManager.default.fileExists(atPath: path + ".part"))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "before")
    }

    @Test(
        "What cannot be written says why",
        arguments: [
            ("/nonexistent-folder/out.mp4", 16, Rational(25, 1), MediaError.Code.unwritable),
            ("out.xyz", 16, Rational(25, 1), .unsupported), ("out", 16, Rational(25, 1), .unsupported),
            ("out.mp4", 0, Rational(25, 1), .unsupported), ("out.mp4", 20000, Rational(25, 1), .unsupported),
            ("out.mp4", 16, Rational(0, 1), .unsupported), ("out.mp4", 16, Rational(25, 0), .unsupported),
        ])
    func refusal(name: String, width: Int, rate: Rational, code: MediaError.Code) {
        let path = name.hasPrefix("/") ? name : Clip.path(name)
        let error = #expect(throws: MediaError.self) {
            _ = try VideoEncoder(path: path, width: width, height: 16, frameRate: rate)
        }
        #expect(error?.code == code)
        #expect(error?.detail.contains(path) == true)
        #expect(!FileManager.default.fileExists(atPath: path + ".part"))
    }

    @Test("A file without pictures is an error")
    func empty() throws {
        let encoder = try VideoEncoder(path: Clip.path("empty.mp4"), width: 16, height: 16, frameRate: Rational(25, 1))
        #expect(throws: MediaError.self) { try encoder.finish() }
    }
}
