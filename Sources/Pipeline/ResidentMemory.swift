internal import Foundation

/// How much of this process is in memory, as the system counts it.
public enum ResidentMemory {
    /// Bytes now; nil where the system does not say.
    public static var current: Int? {
        (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)).flatMap {
            resident($0, pageSize: Int(sysconf(Int32(_SC_PAGESIZE))))
        }
    }

    /// The most bytes there ever were; nil where the system does not say.
    public static var peak: Int? {
        (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)).flatMap(peak)
    }

    /// The second number of `/proc/self/statm`, which counts pages.
    static func resident(_ text: String, pageSize: Int) -> Int? {
        let fields = text.split(separator: " ")
        return fields.count > 1 ? Int(fields[1]).map { $0 * pageSize } : nil
    }

    /// `VmHWM` of `/proc/self/status`.
    static func peak(_ text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
        }
        return nil
    }
}
