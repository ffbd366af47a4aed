import Foundation
import PipelineTesting
import Testing

/// Videos that this run of the tests makes, each once.
enum Clips {
    private static let folder = try! TemporaryFolder()
    private static let lock = NSLock()

    /// A moving test picture of 160×96, ten frames a second.
    static func moving(frames: Int, seed: Int = 0) throws -> String {
        try make("moving-\(frames)-\(seed).mp4") { try SyntheticClip.make(at: $0, frames: frames, seed: seed) }
    }

    /// `source` through FFmpeg with `arguments`.
    static func converted(_ source: String, to name: String, _ arguments: [String]) throws -> String {
        try make(name) { try SyntheticClip.ffmpeg(["-i", source] + arguments + [$0.path]) }
    }

    /// Made by FFmpeg from nothing.
    static func generated(_ name: String, _ arguments: [String]) throws -> String {
        try make(name) { try SyntheticClip.ffmpeg(["-f", "lavfi", "-i"] + arguments + [$0.path]) }
    }

    /// The first 60 % of a file.
    static func cutOff(_ source: String) throws -> String {
        let url = URL(fileURLWithPath: source)
        return try make("cut-" + url.lastPathComponent) {
            let bytes = try Data(contentsOf: url)
            try bytes.prefix(bytes.count * 60 / 100).write(to: $0)
        }
    }

    static func file(_ name: String, _ text: String) throws -> String {
        try make(name) { try Data(text.utf8).write(to: $0) }
    }

    private static func make(_ name: String, _ body: (URL) throws -> Void) throws -> String {
        try lock.withLock {
            let url = folder.url(name)
            if !FileManager.default.fileExists(atPath: url.path) { try body(url) }
            return url.path
        }
    }
}
