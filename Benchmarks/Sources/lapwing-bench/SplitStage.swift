import Foundation
import Media

/// Cutting a long file, in the page cache, into chunks.
enum SplitStage {
    static func measure(_ bench: Bench, into report: inout Report) async throws {
        bench.note("split")
        let long = try LongVideo(bench)
        defer { long.remove() }
        // Files in memory where the system has such a folder: the disk is not what is compared.
        let memory = "/dev/shm"
        let inMemory = FileManager.default.isWritableFile(atPath: memory)
        let segments = inMemory ? "\(memory)/lapwing-bench-\(UUID().uuidString)" : bench.makePath("")
        try FileManager.default.createDirectory(atPath: segments, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: segments) }

        var ours: [Double] = []
        var theirs: [Double] = []
        for run in 0...bench.runs {
            let rates = (try split(long), try segment(long, into: segments))
            guard run > 0 else { continue }
            ours.append(rates.0)
            theirs.append(rates.1)
        }
        let tool = Samples(theirs)
        let splitter = Samples(ours)
        report.add(
            Row(
                .split, "\(long.megabytes) MB into chunks of 4 s, in memory", "MB/s", splitter,
                ratio: .init(splitter, to: tool, called: "ffmpeg")))
        report.add(
            Row(.split, "ffmpeg -c copy -f segment, as a process, to \(inMemory ? "memory" : "disk")", "MB/s", tool))
    }

    private static func split(_ video: LongVideo) throws -> Double {
        let start = ContinuousClock.now
        let splitter = ChunkSplitter(
            demuxer: try Demuxer(path: video.path), targetSeconds: 4, maxBytes: 64 << 20)
        while try splitter.next() != nil {}
        return video.rate(since: start)
    }

    private static func segment(_ video: LongVideo, into folder: String) throws -> Double {
        let time = try FFmpegTool.run([
            "-i", video.path, "-map", "0:v:0", "-c", "copy", "-f", "segment", "-segment_time", "4",
            "-reset_timestamps", "1", "\(folder)/%05d.mp4",
        ])
        return Double(video.byteCount) / 1e6 / time.seconds
    }
}
