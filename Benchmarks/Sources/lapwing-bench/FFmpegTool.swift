import Foundation

/// FFmpeg's command line tool: it makes inputs, and is what cutting is compared with.
enum FFmpegTool {
    /// Runs `ffmpeg` quietly, overwriting its output, and returns how long the process took.
    @discardableResult
    static func run(_ arguments: [String]) throws -> Duration {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"] + arguments
        let errors = Pipe()
        process.standardError = errors
        let start = ContinuousClock.now
        try process.run()
        let text = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let time = start.duration(to: .now)
        guard process.terminationStatus == 0 else {
            let reason = String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            throw BenchError("ffmpeg \(arguments.joined(separator: " ")): \(reason); is ffmpeg installed?")
        }
        return time
    }
}
