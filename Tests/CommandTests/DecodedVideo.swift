import Foundation
import PipelineTesting
import Testing

/// A video file as FFmpeg's own tools see it: what a player would show.
struct DecodedVideo {
    /// Size in pixels as stored, before rotation.
    let width, height: Int
    let codec: String
    /// Frames per second as the file says it: `15/1`.
    let rate: String
    /// When each frame is shown, in seconds from the first one.
    let times: [Double]
    /// The brightness of each frame's pixels as displayed, row by row.
    let frames: [[UInt8]]

    private struct Probe: Decodable {
        struct Stream: Decodable {
            var codecName: String
            var width: Int
            var height: Int
            var avgFrameRate: String
        }
        struct Frame: Decodable {
            var bestEffortTimestampTime: String
        }
        var streams: [Stream]
        var frames: [Frame]
    }

    init(_ path: String) async throws {
        let text = try await Program.tool(
            "ffprobe",
            [
                "-v", "error", "-select_streams", "v:0", "-of", "json", "-show_entries",
                "stream=codec_name,width,height,avg_frame_rate:frame=best_effort_timestamp_time", path,
            ])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let probe = try decoder.decode(Probe.self, from: Data(text.utf8))
        let stream = try #require(probe.streams.first)
        (width, height, codec, rate) = (stream.width, stream.height, stream.codecName, stream.avgFrameRate)
        let seconds = try probe.frames.map { try #require(Double($0.bestEffortTimestampTime)) }
        times = seconds.map { $0 - seconds[0] }

        let folder = try TemporaryFolder()
        let raw = folder.url("gray")
        try SyntheticClip.ffmpeg(
            ["-i", path, "-map", "0:v:0", "-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", raw.path])
        let bytes = [UInt8](try Data(contentsOf: raw))
        let size = width * height
        try #require(bytes.count == size * times.count, "\(path): \(bytes.count) bytes")
        frames = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<$0 + size]) }
    }

    /// The mean and the largest difference of two pictures' brightness, where `isCounted` says.
    static func difference(
        _ a: [UInt8], _ b: [UInt8], width: Int, where isCounted: (_ x: Int, _ y: Int) -> Bool = { _, _ in true }
    ) -> (mean: Double, largest: Int) {
        var (sum, largest, count) = (0, 0, 0)
        for index in 0..<min(a.count, b.count) where isCounted(index % width, index / width) {
            let difference = abs(Int(a[index]) - Int(b[index]))
            sum += difference
            largest = max(largest, difference)
            count += 1
        }
        return (Double(sum) / Double(max(count, 1)), largest)
    }
}
