import Foundation

/// The clip, over and over, in one file: long enough to measure what is fast.
struct LongVideo {
    let path: String
    let byteCount: Int

    init(_ bench: Bench) throws {
        path = bench.makePath(".mp4")
        let size = try Self.size(of: bench.clip)
        let wanted = bench.isQuick ? 60_000_000 : 210_000_000
        let times = max(1, (wanted + size - 1) / max(size, 1))
        try FFmpegTool.run([
            "-stream_loop", String(times - 1), "-i", bench.clip, "-map", "0:v:0", "-c", "copy", path,
        ])
        byteCount = try Self.size(of: path)
    }

    var megabytes: Int { byteCount / 1_000_000 }

    /// MB/s when all of it was gone through since `start`.
    func rate(since start: ContinuousClock.Instant) -> Double {
        Double(byteCount) / 1e6 / start.duration(to: .now).seconds
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    private static func size(of path: String) throws -> Int {
        try URL(fileURLWithPath: path).resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    }
}
