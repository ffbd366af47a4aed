import Foundation
import Testing
import Vision

@testable import Media

@Suite("Crop scaler")
struct CropScalerTests {
    private static let input = AppearanceInput(width: 24, height: 48)

    /// A picture of noise whose bytes are below 128, so that 10-bit samples are small enough.
    private func frame(_ format: String, width: Int, height: Int, rotation: Int = 0) throws -> VideoFrame {
        let noise = FrameScalerFixture.noise(width: width, height: height)
        let chroma = (width + 1) / 2 * ((height + 1) / 2)
        let counts = [
            "yuv420p": width * height + 2 * chroma, "nv12": width * height + 2 * chroma,
            "yuv420p10le": 2 * (width * height + 2 * chroma), "gray": width * height,
            "yuv422p": width * height * 2, "yuyv422": width * height * 2,
        ]
        var bytes = (0..<counts[format, default: 3 * width * height]).map { noise[$0 % noise.count] & 0x7f }
        if format == "yuv420p10le" { for index in stride(from: 1, to: bytes.count, by: 2) { bytes[index] &= 3 } }
        return try VideoFrame(raw: bytes, pixelFormat: format, width: width, height: height, rotation: rotation)
    }

    /// The crop as the network is to see it: the whole picture converted, cut, scaled.
    private func expected(_ frame: VideoFrame, _ crop: PixelRectangle, _ input: AppearanceInput) throws -> [Float] {
        let bytes = try FrameScaler(width: 32, height: 32, mode: .exact).bgrBytes(of: frame)
        let picture = try PictureBuffer(bgr: bytes, width: frame.width, height: frame.height)
        let cut = PictureBuffer()
        try cut.resize(width: crop.width, height: crop.height)
        for y in 0..<crop.height {
            cut.row(y).update(from: picture.row(crop.y + y) + 3 * crop.x, count: 3 * crop.width)
        }
        var values = [Float](repeating: 0, count: 3 * input.width * input.height)
        values.withUnsafeMutableBufferPointer { values in
            let plane = input.width * input.height
            BilinearResizer().resize(cut, width: input.width, height: input.height) { row in
                for channel in 0..<3 {
                    let index = input.colorOrder == .bgr ? channel : 2 - channel
                    let target = values.baseAddress! + index * plane + row.index * input.width
                    row.blend(channel: channel, into: target)
                    for x in 0..<input.width {
                        target[x] = (target[x] - input.mean[index]) / input.standardDeviation[index]
                    }
                }
            }
        }
        return values
    }

    private func scaled(_ frame: VideoFrame, _ box: BoundingBox, _ scaler: CropScaler) throws -> [Float]? {
        var values = [Float](repeating: -9, count: 3 * scaler.input.width * scaler.input.height)
        let isThere = try values.withUnsafeMutableBufferPointer { try scaler.scale(box, of: frame, into: $0) }
        if !isThere { #expect(values.allSatisfy { $0 == -9 }) }
        return isThere ? values : nil
    }

    /// Boxes of all kinds in a picture of 300 × 200.
    private static let boxes: [(x1: Double, y1: Double, x2: Double, y2: Double)] = [
        (0, 0, 300, 200), (0, 0, 1, 1), (299, 199, 300, 200), (13, 7, 61, 103), (64, 32, 128, 96),
        (63.9, 31.9, 129.5, 97),
        (101, 51, 125, 99),  // The input's own size.
        (101, 51, 149, 147),  // Twice the input's size.
        (-50, -50, 20, 30), (250, 150, 900, 900), (100, 0, 101, 200), (0, 100, 300, 101),
    ]

    @Test(
        "A crop is what cutting it out of the whole converted picture gives, bit by bit, whichever way up",
        arguments: ["yuv420p", "yuv422p", "yuv444p", "nv12", "yuv420p10le", "yuyv422", "gray", "bgr24"],
        [0, 90, 180, 270])
    func isExact(format: String, rotation: Int) throws {
        let (width, height) = rotation % 180 == 0 ? (300, 200) : (200, 300)
        let frame = try frame(format, width: width, height: height, rotation: rotation)
        let scaler = CropScaler(Self.input)
        for box in Self.boxes {
            let box = BoundingBox(x1: box.x1, y1: box.y1, x2: box.x2, y2: box.y2)
            let crop = try #require(PixelRectangle(box, width: 300, height: 200))
            let found = try scaled(frame, box, scaler)
            #expect(try found == expected(frame, crop, Self.input), "\(box)")
        }
    }

    @Test(
        "Crops anywhere are exact, also of an odd width", arguments: ["yuv420p", "nv12", "yuv420p10le"], [410, 411])
    func isExactAnywhere(format: String, width: Int) throws {
        // FFmpeg interpolates the chroma of the others, from another place for each width that is odd.
        guard width.isMultiple(of: 2) || format == "yuv420p" else { return }
        let height = 298
        let frame = try frame(format, width: width, height: height)
        let scaler = CropScaler(Self.input)
        for round in 0..<60 {
            let x = Double(round * 67 % (width - 1))
            let y = Double(round * 41 % (height - 1))
            let box = BoundingBox(x: x, y: y, width: Double(1 + round * 29 % 150), height: Double(1 + round * 31 % 170))
            let crop = try #require(PixelRectangle(box, width: width, height: height))
            let found = try scaled(frame, box, scaler)
            #expect(try found == expected(frame, crop, Self.input), "\(box)")
        }
    }

    @Test("Planes come in the network's order, less the mean, divided by the standard deviation")
    func normalises() throws {
        let bytes = [UInt8](repeating: 0, count: 64 * 32).flatMap { _ in [10, 20, 250] as [UInt8] }
        let frame = try VideoFrame(raw: bytes, pixelFormat: "bgr24", width: 64, height: 32)
        let box = BoundingBox(x1: 3, y1: 3, x2: 17, y2: 29)
        for (order, colors) in [(AppearanceInput.ColorOrder.rgb, [250, 20, 10]), (.bgr, [10, 20, 250])] {
            let input = AppearanceInput(
                width: 2, height: 3, colorOrder: order, mean: SIMD3(0.5, 0.25, 0), standardDeviation: SIMD3(1, 2, 0.5))
            let found = try #require(try scaled(frame, box, CropScaler(input)))
            for index in 0..<3 {
                let value = (Float(colors[index]) / 255 - input.mean[index]) / input.standardDeviation[index]
                #expect(found[6 * index..<6 * index + 6].allSatisfy { $0 == value })
            }
        }
    }

    @Test("Boxes without a whole pixel in the picture are said to be empty")
    func emptyBoxes() throws {
        let frame = try frame("yuv420p", width: 64, height: 32)
        let scaler = CropScaler(Self.input)
        let nan = Double.nan
        for (x1, y1, x2, y2) in [
            (5.0, 5.0, 5.0, 9.0), (9, 5, 5, 9), (64, 0, 70, 9), (-9, -9, -1, -1), (5.2, 5.2, 5.8, 5.8), (nan, 0, 9, 9),
            (0, 0, nan, 9), (0, 0, .infinity, 9), (1e300, 0, 1e301, 9),
        ] {
            #expect(try scaled(frame, BoundingBox(x1: x1, y1: y1, x2: x2, y2: y2), scaler) == nil)
        }
        #expect(try scaled(frame, BoundingBox(x1: -1e300, y1: -1e300, x2: 1e300, y2: 1e300), scaler) != nil)
    }

    @Test("Formats of less than a byte per pixel work too; those that cannot be read are refused")
    func oddFormats() throws {
        let bits = try VideoFrame(
            raw: [UInt8](repeating: 0x0f, count: 40 * 64), pixelFormat: "monob", width: 320, height: 64)
        let input = AppearanceInput(
            width: 8, height: 2, mean: SIMD3(repeating: 0), standardDeviation: SIMD3(repeating: 1))
        let box = BoundingBox(x1: 200, y1: 34, x2: 208, y2: 36)
        let found = try #require(try scaled(bits, box, CropScaler(input)))
        #expect(found.prefix(8) == [0, 0, 0, 0, 1, 1, 1, 1])
        let huge = try VideoFrame(
            raw: [UInt8](repeating: 0, count: 16385), pixelFormat: "gray", width: 16385, height: 1)
        #expect(throws: MediaError.self) { try scaled(huge, box, CropScaler(input)) }
    }

    @Test("A scaler takes crops by the hundred from pictures of changing kinds, and leaves nothing of one in the next")
    func changesPictures() throws {
        let scaler = CropScaler(Self.input)
        for round in 0..<300 {
            let size = 40 + round * 37 % 400
            let frame = try frame(["yuv420p", "bgr24"][round % 2], width: size, height: 2 * (size / 3), rotation: 0)
            let x = Double(round * 53 % size)
            let box = BoundingBox(x1: x, y1: 3, x2: x + 20, y2: 25)
            let found = try scaled(frame, box, scaler)
            #expect(try found == scaled(frame, box, CropScaler(Self.input)))
        }
    }
}

extension PictureBuffer {
    /// A picture from rows without padding.
    fileprivate convenience init(bgr bytes: [UInt8], width: Int, height: Int) throws {
        self.init()
        try resize(width: width, height: height)
        for y in 0..<height {
            bytes.withUnsafeBufferPointer { row(y).update(from: $0.baseAddress! + y * width * 3, count: width * 3) }
        }
    }
}
