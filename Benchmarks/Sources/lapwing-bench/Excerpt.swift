import Foundation
import Media

/// The first frames of the clip, in a file of their own.
struct Excerpt {
    let path: String
    /// How many frames it has: about as many as wanted, at most those of the clip.
    let frames: Int

    init(_ bench: Bench, frames wanted: Int) throws {
        path = bench.makePath(".mp4")
        try FFmpegTool.run([
            "-i", bench.clip, "-map", "0:v:0", "-c", "copy", "-frames:v", String(max(wanted, 10)), path,
        ])
        let demuxer = try Demuxer(path: path)
        var count = 0
        while try demuxer.next() != nil { count += 1 }
        frames = count
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
