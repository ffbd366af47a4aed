public import Foundation

/// Small videos for tests, made by the system's `ffmpeg`.
public enum SyntheticClip {
    /// What could not be made, with FFmpeg's words.
    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    /// A moving test picture in H.264.
    ///
    /// - Parameters:
    ///   - frames: how many, at 10 per second.
    ///   - gop: frames per group of pictures.
    ///   - seed: other seeds give other pictures.
    public static func make(
        at url: URL, frames: Int, width: Int = 160, height: Int = 96, gop: Int = 10, seed: Int = 0
    ) throws {
        try ffmpeg([
            "-f", "lavfi", "-i", "testsrc2=size=\(width)x\(height):rate=10,hue=h=\(seed * 37)+t*20", "-frames:v",
            "\(frames)",
            "-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", "-g", "\(gop)", "-bf", "2", "-pix_fmt",
            "yuv420p",
            url.path,
        ])
    }

    /// Runs `ffmpeg` quietly; it overwrites its output.
    public static func ffmpeg(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"] + arguments
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let text = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(
                description: "ffmpeg \(arguments.joined(separator: " ")): \(String(decoding: text, as: UTF8.self))")
        }
    }
}
