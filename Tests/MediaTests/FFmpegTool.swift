import Foundation

/// Runs FFmpeg's own command-line tools, which are the judges of these tests.
enum FFmpegTool {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    static func ffmpeg(_ arguments: [String]) throws -> String {
        try run("ffmpeg", ["-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-threads", "1"] + arguments)
    }

    static func run(_ tool: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        let output = Pipe()
        let log = FileManager.default.temporaryDirectory.appendingPathComponent("lapwing-\(UUID().uuidString).log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: log) }
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let message = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            throw Failure(description: "\(tool) \(arguments.joined(separator: " ")): \(message)")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// A displayed frame as `ffmpeg` decodes it.
    struct Frame: Equatable {
        /// Seconds, as a fraction in lowest terms.
        var time: String
        var md5: String
    }

    /// All frames of a file's video, decoded by `ffmpeg` with one thread.
    static func frames(of path: String, options: [String] = []) throws -> [Frame] {
        let text = try ffmpeg(
            ["-copyts", "-noautorotate"] + options + [
                "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "framemd5", "-",
            ])
        var timeBase = (1, 1)
        var frames: [Frame] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#tb 0:") {
                let parts = line.dropFirst(6).trimmingCharacters(in: .whitespaces).split(separator: "/")
                timeBase = (Int(parts[0]) ?? 1, Int(parts[1]) ?? 1)
            }
            guard !line.hasPrefix("#") else { continue }
            let fields = line.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            guard fields.count == 6, let pts = Int(fields[2]) else { continue }
            frames.append(Frame(time: fraction(pts * timeBase.0, timeBase.1), md5: fields[5]))
        }
        return frames
    }

    /// SHA-256 over all packets of a file's video.
    static func packetDigest(of path: String) throws -> String {
        let text = try ffmpeg(["-i", path, "-map", "0:v:0", "-c", "copy", "-f", "streamhash", "-hash", "sha256", "-"])
        return text.split(separator: "=").last?.trimmingCharacters(in: .whitespacesAndNewlines).lowercased() ?? ""
    }

    /// `numerator / denominator` in lowest terms.
    static func fraction(_ numerator: Int, _ denominator: Int) -> String {
        var (a, b) = (abs(numerator), abs(denominator))
        while b != 0 { (a, b) = (b, a % b) }
        return "\(numerator / max(a, 1))/\(denominator / max(a, 1))"
    }
}
