import CFFmpeg
import Testing

@testable import Media

@Suite("Small pictures of brightness")
struct LumaReducerTests {
    /// Bytes of a picture in any format; where samples have more than 8 bits, only bits that it has are set.
    private func bytes(_ format: String, width: Int, height: Int) -> [UInt8] {
        let count = Int(av_image_get_buffer_size(av_get_pix_fmt(format), Int32(width), Int32(height), 1))
        var bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ ($0 >> 6) &* 77) }
        guard format.contains("10") || format.contains("16") || format.contains("12") && format != "nv12" else {
            return bytes
        }
        for index in stride(from: 0, to: count - 1, by: 2) {
            var sample = UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
            if format.hasSuffix("p10le") { sample &= 0x3FF }
            if format.hasSuffix("p12le") { sample &= 0xFFF }
            if format == "p010le" { sample &= 0xFFC0 }
            (bytes[index], bytes[index + 1]) =
                format.hasSuffix("be")
                ? (UInt8(sample >> 8), UInt8(sample & 255)) : (UInt8(sample & 255), UInt8(sample >> 8))
        }
        return bytes
    }

    private func reduce(_ frame: VideoFrame, side: Int, _ reducer: LumaReducer = LumaReducer()) throws -> [UInt8] {
        var target = [UInt8](repeating: 77, count: (frame.codedWidth / side) * (frame.codedHeight / side))
        try target.withUnsafeMutableBufferPointer { try reducer.reduce(frame, side: side, into: $0) }
        return target
    }

    /// In pictures without padding: of sample (x, y) of the brightness, where it begins, and its value of 8 bits.
    private static let layouts: [(format: String, sample: @Sendable ([UInt8], Int, Int, Int) -> Double)] = [
        ("gray", { bytes, width, x, y in Double(bytes[y * width + x]) }),
        ("yuv420p", { bytes, width, x, y in Double(bytes[y * width + x]) }),
        ("yuvj444p", { bytes, width, x, y in Double(bytes[y * width + x]) }),
        ("nv12", { bytes, width, x, y in Double(bytes[y * width + x]) }),
        ("yuyv422", { bytes, width, x, y in Double(bytes[(y * width + x) * 2]) }),
        ("uyvy422", { bytes, width, x, y in Double(bytes[(y * width + x) * 2 + 1]) }),
        ("bgr24", { bytes, width, x, y in Double(bytes[(y * width + x) * 3 + 1]) }),
        ("rgba", { bytes, width, x, y in Double(bytes[(y * width + x) * 4 + 1]) }),
        ("gbrp", { bytes, width, x, y in Double(bytes[y * width + x]) }),
        ("yuv420p10le", { bytes, width, x, y in Self.sample(bytes, y * width + x) / 4 }),
        ("yuv422p12le", { bytes, width, x, y in Self.sample(bytes, y * width + x) / 16 }),
        ("p010le", { bytes, width, x, y in Self.sample(bytes, y * width + x) / 256 }),
        ("gray16le", { bytes, width, x, y in Self.sample(bytes, y * width + x) / 256 }),
        ("rgb48le", { bytes, width, x, y in Self.sample(bytes, (y * width + x) * 3 + 1) / 256 }),
    ]

    private static func sample(_ bytes: [UInt8], _ index: Int) -> Double {
        Double(UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8)
    }

    @Test("Values are means of squares, read in place from every common format", arguments: 0..<layouts.count)
    func means(index: Int) throws {
        let layout = Self.layouts[index]
        let reducer = LumaReducer()
        for (width, height, side) in [(36, 20, 1), (36, 20, 4), (38, 22, 5), (8, 6, 6), (34, 18, 40)] {
            let bytes = bytes(layout.format, width: width, height: height)
            let frame = try VideoFrame(raw: bytes, pixelFormat: layout.format, width: width, height: height)
            let found = try reduce(frame, side: side, reducer)
            let columns = width / side
            #expect(found.count == columns * (height / side))
            for (position, value) in found.enumerated() {
                var sum = 0.0
                for y in 0..<side {
                    for x in 0..<side {
                        sum += layout.sample(bytes, width, position % columns * side + x, position / columns * side + y)
                    }
                }
                let mean = min(sum / Double(side * side), 255)
                #expect(abs(Double(value) - mean) <= 0.5001, "\(layout.format), \(side), \(position)")
            }
        }
    }

    @Test("White stays white, however large the squares")
    func white() throws {
        for (format, byte) in [("gray", 255), ("gray16le", 255), ("bgr24", 255), ("monob", 255)] as [(String, UInt8)] {
            let count = Int(av_image_get_buffer_size(av_get_pix_fmt(format), 256, 130, 1))
            let frame = try VideoFrame(
                raw: [UInt8](repeating: byte, count: count), pixelFormat: format, width: 256, height: 130)
            for side in [1, 7, 128] { #expect(try reduce(frame, side: side).allSatisfy { $0 == 255 }, "\(format)") }
        }
    }

    @Test(
        "Formats that cannot be read in place are converted first",
        arguments: ["gray16be", "pal8", "rgb565le", "monow"])
    func converted(format: String) throws {
        let bytes = bytes(format, width: 64, height: 32)
        let frame = try VideoFrame(raw: bytes, pixelFormat: format, width: 64, height: 32)
        let bgr = try FrameScaler(width: 8, height: 8, mode: .exact).bgrBytes(of: frame)
        let picture = try VideoFrame(raw: bgr, pixelFormat: "bgr24", width: 64, height: 32)
        for side in [1, 3] { #expect(try reduce(frame, side: side) == reduce(picture, side: side)) }
    }

    @Test("The picture is as coded, whatever its rotation; what is too large or turned askew is refused")
    func limits() throws {
        let bytes = bytes("gray", width: 20, height: 12)
        let upright = try VideoFrame(raw: bytes, pixelFormat: "gray", width: 20, height: 12)
        let turned = try VideoFrame(raw: bytes, pixelFormat: "gray", width: 20, height: 12, rotation: 90)
        #expect(try reduce(upright, side: 2) == reduce(turned, side: 2))
        let askew = try VideoFrame(raw: bytes, pixelFormat: "gray", width: 20, height: 12, rotation: 30)
        #expect(throws: MediaError.self) { try reduce(askew, side: 2) }
        let large = try VideoFrame(
            raw: [UInt8](repeating: 0, count: 16385), pixelFormat: "gray", width: 16385, height: 1)
        #expect(throws: MediaError.self) { try reduce(large, side: 1) }
    }
}
