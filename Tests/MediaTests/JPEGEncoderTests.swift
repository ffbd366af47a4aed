import Foundation
import Testing

@testable import Media

@Suite struct JPEGEncoderTests {
    /// What `ffmpeg` finds in a JPEG: its size, and its pixels as red, green, blue.
    private func decode(_ jpeg: [UInt8]) throws -> (width: Int, height: Int, pixels: [UInt8]) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("lapwing-\(UUID().uuidString).jpg")
        let raw = file.appendingPathExtension("rgb")
        defer { for url in [file, raw] { try? FileManager.default.removeItem(at: url) } }
        try Data(jpeg).write(to: file)
        let size = try FFmpegTool.run(
            "ffprobe", ["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", file.path])
        let sides = size.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: ",").compactMap { Int($0) }
        _ = try FFmpegTool.ffmpeg(["-i", file.path, "-f", "rawvideo", "-pix_fmt", "rgb24", raw.path])
        return (sides[0], sides[1], Array(try Data(contentsOf: raw)))
    }

    private func canvas(width: Int, height: Int) throws -> Canvas {
        let canvas = try Canvas(width: width, height: height)
        canvas.fill(CanvasColor(red: 250, green: 250, blue: 250))
        canvas.fill(
            x: width / 2, y: 0, width: width, height: height, CanvasColor(red: 200, green: 30, blue: 30))
        return canvas
    }

    @Test(
        "A picture keeps its colours and its shape, and is made smaller where it is larger than asked for",
        arguments: [(640, 360, 960, 640, 360), (640, 360, 320, 320, 180), (641, 359, 100, 100, 56), (1, 1, 10, 2, 2)])
    func size(width: Int, height: Int, maximum: Int, newWidth: Int, newHeight: Int) throws {
        let picture = try decode(JPEGEncoder.encode(canvas(width: width, height: height), maximumWidth: maximum))
        #expect(picture.width == newWidth && picture.height == newHeight)
        guard width > 2 else { return }
        func color(_ x: Int) -> [Int] {
            let at = (newHeight / 2 * newWidth + x) * 3
            return picture.pixels[at..<at + 3].map(Int.init)
        }
        for (found, wanted) in [(color(newWidth / 4), [250, 250, 250]), (color(newWidth * 3 / 4), [200, 30, 30])] {
            for (a, b) in zip(found, wanted) { #expect(abs(a - b) <= 6, "\(found) instead of \(wanted)") }
        }
    }

    @Test("A part of a picture is cut where it ends, and one that lies outside is an error")
    func regions() throws {
        let canvas = try canvas(width: 640, height: 360)
        let right = try decode(
            JPEGEncoder.encode(
                canvas, region: .init(x: 600, y: 300, width: 500, height: 500), maximumWidth: 400, maximumHeight: 20))
        #expect(right.width == 14 && right.height == 20)
        #expect(right.pixels[0] > 190 && right.pixels[1] < 40, "red, as that half of the picture")
        #expect(throws: MediaError.self) {
            try JPEGEncoder.encode(canvas, region: .init(x: 640, y: 0, width: 5, height: 5), maximumWidth: 10)
        }
    }

    @Test("The same picture gives the same bytes")
    func repeatable() throws {
        let canvas = try canvas(width: 333, height: 222)
        try #expect(
            JPEGEncoder.encode(canvas, maximumWidth: 200) == JPEGEncoder.encode(canvas, maximumWidth: 200))
    }
}
