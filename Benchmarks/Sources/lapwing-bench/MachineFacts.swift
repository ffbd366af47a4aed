import Foundation
import Inference
import Media
import SQLiteLog

/// What the numbers depend on besides the code.
struct MachineFacts: Encodable {
    var processor: String
    var cores: Int
    /// The vector extensions that decide how fast inference is.
    var extensions: [String]
    var memoryBytes: UInt64
    var system: String
    var openVINO: String
    var ffmpeg: String
    var sqlite: String
    /// How many tasks wanted a core, over the minute before measuring and over the last minute of it.
    var loadBefore: Double
    var loadAfter: Double

    init() {
        let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        func field(_ name: String) -> Substring? {
            let line = cpu.split(separator: "\n").first { $0.hasPrefix(name) }
            return line?.split(separator: ":", maxSplits: 1).last?.drop { $0 == " " }
        }
        processor = field("model name").map(String.init) ?? "unknown processor"
        let flags = Set((field("flags") ?? "").split(separator: " ").map(String.init))
        extensions = ["avx2", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16"]
            .filter(flags.contains)
        let process = ProcessInfo.processInfo
        cores = process.activeProcessorCount
        memoryBytes = process.physicalMemory
        system = process.operatingSystemVersionString
        openVINO = OpenVINORuntime.version
        ffmpeg = FFmpegLibrary.version
        sqlite = SQLiteLog.sqliteVersion
        loadBefore = Self.load()
        loadAfter = loadBefore
    }

    /// To be called when all is measured.
    mutating func noteEnd() { loadAfter = Self.load() }

    var lines: [String] {
        let memory = String(format: "%.1f", Double(memoryBytes) / Double(1 << 30))
        let load = String(format: "%.2f before, %.2f after", loadBefore, loadAfter)
        return [
            "\(processor), \(cores) cores (\(extensions.joined(separator: " "))), \(memory) GiB, \(system)",
            "OpenVINO \(openVINO), FFmpeg \(ffmpeg), SQLite \(sqlite); load average \(load) (this benchmark included)",
        ]
    }

    private static func load() -> Double {
        var averages = [0.0, 0.0, 0.0]
        return getloadavg(&averages, 3) > 0 ? averages[0] : .nan
    }
}
