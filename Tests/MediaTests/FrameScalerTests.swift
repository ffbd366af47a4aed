import Foundation
import Testing

@testable import Media

@Suite("Frame scaler")
struct FrameScalerTests {
    // Computed with OpenCV 5.0: cv2.resize(INTER_LINEAR), then cv2.copyMakeBorder with (114, 114, 114); MD5 of the bytes.
    static let openCV: [(width: Int, height: Int, inputWidth: Int, inputHeight: Int, md5: String)] = [
        (640, 360, 640, 640, "3b691dc3e7c64d145d2db13acaf879b8"),
        (768, 432, 640, 640, "afdfacbc30252c21c94bb1409cffaba3"),
        (1280, 720, 640, 640, "71f9925dc7dc9650028a6e90559e296f"),
        (1920, 1080, 640, 640, "0cbced7885a6f8441719a3c6bc83511c"),
        (3840, 2160, 640, 640, "f503ab7ce6d992f050cbc8adc1e83191"),
        (1080, 1920, 640, 640, "d07cc9e76b8c2887f3d4cc4eb9d41b9f"),
        (100, 80, 640, 640, "f730012f4c8f3d329732b2b629f2ff37"),
        (1, 1, 640, 640, "86fbfef3db7bd371397e2c1667755ddc"),
        (1, 300, 640, 640, "beddc596b336e4e844206f2c6c208f47"),
        (3000, 1, 640, 640, "301bfb5be84b467779aae254abe5aea1"),
        (641, 359, 640, 640, "9bed9efaf0e687de9f58dcf09d2c3bb2"),
        (1279, 719, 640, 640, "026bb1f11f9b60b0797a5f8a701807cd"),
        (853, 480, 640, 640, "fcbb8c19fcdeb73a3fa82a4b6948c703"),
        (1281, 721, 640, 640, "b7dea69c7113d41682ef85d8d458cce6"),
        (2, 2, 320, 320, "a390c29dc7bf567f7c86d3fad663b1ce"),
        (640, 640, 320, 320, "4d861edc4319306baa8a9f84ae5e053c"),
        (720, 576, 640, 384, "d4982fe107e5d5251751cc0f3289eebe"),
        (333, 1001, 320, 320, "a4bf430a31ac16402ddccf13ea8db366"),
    ]

    @Test("Exact scaling is OpenCV's, bit by bit", arguments: openCV)
    func matchesOpenCV(width: Int, height: Int, inputWidth: Int, inputHeight: Int, md5: String) throws {
        let frame = try VideoFrame(
            raw: FrameScalerFixture.noise(width: width, height: height), pixelFormat: "bgr24", width: width,
            height: height)
        let scaler = FrameScaler(width: inputWidth, height: inputHeight, mode: .exact)
        let tensor = try FrameScalerFixture.tensor(scaler, frame)
        #expect(tensor.allSatisfy { $0 >= 0 && $0 <= 1 })
        #expect(
            FrameScalerFixture.md5(FrameScalerFixture.bgr(tensor, width: inputWidth, height: inputHeight)) == md5)
    }

    @Test(
        "Values are bytes divided by 255, planes in the order red, green, blue, padding is 114",
        arguments: FrameScaler.Mode.allCases)
    func normalises(mode: FrameScaler.Mode) throws {
        let frame = try VideoFrame(
            raw: [UInt8](repeating: 0, count: 64 * 32).flatMap { _ in [10, 20, 250] as [UInt8] }, pixelFormat: "bgr24",
            width: 64, height: 32)
        let tensor = try FrameScalerFixture.tensor(FrameScaler(width: 64, height: 64, mode: mode), frame)
        #expect(tensor[0] == Float(114) / 255)
        #expect(tensor[32 * 64 + 5] == Float(250) / 255)
        #expect(tensor[64 * 64 + 32 * 64 + 5] == Float(20) / 255)
        #expect(tensor[2 * 64 * 64 + 32 * 64 + 5] == Float(10) / 255)
        #expect(tensor[64 * 64 - 1] == Float(114) / 255)
    }

    @Test("A scaler takes pictures of changing size and format, and leaves nothing of one in the next")
    func changesPictures() throws {
        let kinds = [(96, 54), (54, 96), (640, 640), (5, 300), (96, 54)]
        for mode in FrameScaler.Mode.allCases {
            let scaler = FrameScaler(width: 128, height: 96, mode: mode)
            for (width, height) in kinds {
                let frame = try VideoFrame(
                    raw: FrameScalerFixture.noise(width: width, height: height), pixelFormat: "bgr24", width: width,
                    height: height)
                let fresh = FrameScaler(width: 128, height: 96, mode: mode)
                #expect(
                    try FrameScalerFixture.tensor(scaler, frame) == FrameScalerFixture.tensor(fresh, frame),
                    "\(mode) \(width) × \(height)")
            }
        }
    }

    /// `picture`, 24 bits per pixel, turned clockwise pixel by pixel.
    private func turned(_ picture: [UInt8], width: Int, height: Int, degrees: Int) -> [UInt8] {
        let (turnedWidth, turnedHeight) = degrees == 180 ? (width, height) : (height, width)
        var turned = picture
        for y in 0..<turnedHeight {
            for x in 0..<turnedWidth {
                let (sourceX, sourceY) =
                    switch degrees {
                    case 90: (y, height - 1 - x)
                    case 180: (width - 1 - x, height - 1 - y)
                    default: (width - 1 - y, x)
                    }
                for channel in 0..<3 {
                    turned[3 * (y * turnedWidth + x) + channel] = picture[3 * (sourceY * width + sourceX) + channel]
                }
            }
        }
        return turned
    }

    // Rotation is clockwise: what was at the left edge of the coded picture is at the top when turned by 90 degrees.
    @Test("A turned picture is what it would be had it been coded upright", arguments: [90, 180, 270])
    func rotates(degrees: Int) throws {
        let (width, height) = (150, 70)
        let (turnedWidth, turnedHeight) = degrees == 180 ? (width, height) : (height, width)
        func frames(_ coded: [UInt8]) throws -> (turned: VideoFrame, upright: VideoFrame, bytes: [UInt8]) {
            let bytes = turned(coded, width: width, height: height, degrees: degrees)
            return (
                try VideoFrame(raw: coded, pixelFormat: "bgr24", width: width, height: height, rotation: degrees),
                try VideoFrame(raw: bytes, pixelFormat: "bgr24", width: turnedWidth, height: turnedHeight), bytes
            )
        }
        let noise = try frames(FrameScalerFixture.noise(width: width, height: height))
        let exact = FrameScaler(width: 96, height: 128, mode: .exact)
        #expect(try exact.bgrBytes(of: noise.turned) == noise.bytes)
        #expect(
            try FrameScalerFixture.tensor(exact, noise.turned) == FrameScalerFixture.tensor(exact, noise.upright))

        // Scaling before turning samples other places, less than a pixel away: a gradient shows where.
        var gradient: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width { gradient += (0..<3).map { UInt8(x / 2 + y + 10 * $0) } }
        }
        let smooth = try frames(gradient)
        let fast = FrameScaler(width: 96, height: 128, mode: .fast)
        let pairs = zip(
            try FrameScalerFixture.tensor(fast, smooth.turned), try FrameScalerFixture.tensor(exact, smooth.upright))
        #expect(pairs.allSatisfy { abs($0 - $1) <= 4 / 255 })
    }

    @Test(
        "Conversion is that of `ffmpeg -pix_fmt bgr24`, byte by byte",
        .enabled(if: FrameScalerFixture.hasFFmpeg, "needs the ffmpeg command"),
        arguments: [
            "yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "nv12", "gray", "gray10le",
            "rgb24", "bgr24", "rgba", "gbrp", "yuva420p", "yuyv422", "p010le", "yuv410p", "pal8",
        ], [(178, 102), (177, 101), (1, 1), (720, 576)])
    func convertsAsFFmpeg(format: String, size: (width: Int, height: Int)) throws {
        let shape = "\(size.width)x\(size.height)"
        let raw = try FrameScalerFixture.ffmpeg([
            "-f", "lavfi", "-i",
            "testsrc2=s=720x576,format=rgb24,crop=\(size.width):\(size.height):200:99:exact=1", "-frames:v", "1",
            "-pix_fmt", format, "-f", "rawvideo", "-",
        ])
        let reference = try FrameScalerFixture.ffmpeg(
            [
                "-f", "rawvideo", "-pixel_format", format, "-video_size", shape, "-i", "INPUT", "-pix_fmt", "bgr24",
                "-f", "rawvideo", "-",
            ], input: raw)
        let frame = try VideoFrame(raw: raw, pixelFormat: format, width: size.width, height: size.height)
        let bytes = try FrameScaler(width: 64, height: 64, mode: .exact).bgrBytes(of: frame)
        #expect(bytes == reference)
    }

    @Test(
        "The colour coding that a stream declares counts, as it does for ffmpeg",
        .enabled(if: FrameScalerFixture.hasFFmpeg, "needs the ffmpeg command"),
        arguments: ["bt709", "smpte170m", "bt2020nc", "smpte240m", "fcc"], [false, true])
    func honoursColour(space: String, isFullRange: Bool) throws {
        let raw = try FrameScalerFixture.ffmpeg([
            "-f", "lavfi", "-i", "testsrc2=s=160x90", "-frames:v", "1", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-",
        ])
        let reference = try FrameScalerFixture.ffmpeg(
            [
                "-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", "160x90", "-i", "INPUT", "-vf",
                "setparams=colorspace=\(space):range=\(isFullRange ? "pc" : "tv")", "-pix_fmt", "bgr24", "-f",
                "rawvideo", "-",
            ], input: raw)
        let frame = try VideoFrame(
            raw: raw, pixelFormat: "yuv420p", width: 160, height: 90, colorSpace: space, isFullRange: isFullRange)
        let scaler = FrameScaler(width: 64, height: 64, mode: .exact)
        #expect(try scaler.bgrBytes(of: frame) == reference)
    }

    @Test(
        "Fast scaling is near exact scaling on a picture with edges and gradients",
        .enabled(if: FrameScalerFixture.hasFFmpeg, "needs the ffmpeg command"),
        arguments: ["yuv420p", "yuv420p10le", "yuv422p", "gray", "rgb24"])
    func fastIsNear(format: String) throws {
        let raw = try FrameScalerFixture.ffmpeg([
            "-f", "lavfi", "-i", "testsrc=s=1280x720", "-frames:v", "1", "-pix_fmt", format, "-f", "rawvideo", "-",
        ])
        let frame = try VideoFrame(raw: raw, pixelFormat: format, width: 1280, height: 720)
        let exact = try FrameScalerFixture.tensor(FrameScaler(width: 640, height: 640, mode: .exact), frame)
        let fast = try FrameScalerFixture.tensor(FrameScaler(width: 640, height: 640, mode: .fast), frame)
        let mean = zip(exact, fast).reduce(0) { $0 + Double(abs($1.0 - $1.1)) } / Double(exact.count)
        #expect(mean < 2.0 / 255)
    }

    @Test("A picture that is too large is refused with the limit")
    func refusesHuge() throws {
        let frame = try VideoFrame(
            raw: [UInt8](repeating: 0, count: 20000), pixelFormat: "gray", width: 20000, height: 1)
        let scaler = FrameScaler(width: 64, height: 64, mode: .exact)
        let error = #expect(throws: MediaError.self) { _ = try FrameScalerFixture.tensor(scaler, frame) }
        #expect(error?.code == .limitExceeded)
        #expect(error?.detail.contains("16384") == true)
    }

    @Test("A picture of the greatest size is taken", arguments: FrameScaler.Mode.allCases)
    func takesGreatest(mode: FrameScaler.Mode) throws {
        let wide = try VideoFrame(
            raw: [UInt8](repeating: 200, count: 16384 * 3), pixelFormat: "gray", width: 16384, height: 3)
        let tensor = try FrameScalerFixture.tensor(FrameScaler(width: 64, height: 64, mode: mode), wide)
        #expect(tensor.allSatisfy { $0 >= 0 && $0 <= 1 })
    }

    static let videos = ["car-detection", "one-by-one-person-detection"]

    @Test(
        "Decoded pictures of the real videos have the golden digests",
        .enabled(if: FrameScalerFixture.hasAssets && FrameScalerFixture.hasFFmpeg, "needs LAPWING_ASSETS and ffmpeg"),
        arguments: videos)
    func matchesGoldenFrames(video: String) throws {
        struct Line: Decodable {
            var frame: Int
            var digest: String

            enum CodingKeys: String, CodingKey {
                case frame
                case digest = "bgr_md5"
            }
        }
        let assets = try #require(FrameScalerFixture.assets)
        let lines = try String(
            contentsOf: assets.appendingPathComponent("golden/\(video).frames.jsonl"), encoding: .utf8
        )
        .split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        let step = 41
        let raw = try FrameScalerFixture.ffmpeg([
            "-i", assets.appendingPathComponent("videos/\(video).mp4").path, "-vf", "select=not(mod(n\\,\(step)))",
            "-vsync",
            "0", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-",
        ])
        let size = 768 * 432 * 3 / 2
        try #require(raw.count == (lines.count + step - 1) / step * size)
        let scaler = FrameScaler(width: 640, height: 640, mode: .exact)
        for index in 0..<raw.count / size {
            let frame = try VideoFrame(
                raw: Array(raw[index * size..<(index + 1) * size]), pixelFormat: "yuv420p", width: 768, height: 432,
                colorSpace: "smpte170m", isFullRange: false)
            #expect(FrameScalerFixture.md5(try scaler.bgrBytes(of: frame)) == lines[index * step].digest)
        }
    }

    @Test(
        "The detector's input for frame 62 of the car video is the golden one, bit by bit",
        .enabled(if: FrameScalerFixture.hasAssets && FrameScalerFixture.hasFFmpeg, "needs LAPWING_ASSETS and ffmpeg"))
    func matchesGoldenInput() throws {
        let assets = try #require(FrameScalerFixture.assets)
        let raw = try FrameScalerFixture.ffmpeg([
            "-i", assets.appendingPathComponent("videos/car-detection.mp4").path, "-vf", "select=eq(n\\,62)", "-vsync",
            "0",
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-",
        ])
        let golden = try FrameScalerFixture.ffmpeg([
            "-i", assets.appendingPathComponent("golden/car-detection.frame0062.letterbox.png").path, "-f", "rawvideo",
            "-pix_fmt", "bgr24", "-",
        ])
        let frame = try VideoFrame(
            raw: raw, pixelFormat: "yuv420p", width: 768, height: 432, colorSpace: "smpte170m", isFullRange: false)
        let tensor = try FrameScalerFixture.tensor(FrameScaler(width: 640, height: 640, mode: .exact), frame)
        #expect(FrameScalerFixture.bgr(tensor, width: 640, height: 640) == golden)
    }
}
