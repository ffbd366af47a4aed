internal import Foundation

/// How much memory this process may use, and who says so.
public struct MemoryAllowance: Sendable, Hashable {
    /// Where the limit is.
    public enum Source: String, Sendable {
        /// The control group that the process is in, or one above it.
        case cgroup
        /// The memory that the machine has.
        case machine
    }

    public var bytes: Int
    public var source: Source

    /// What the system allows: the smallest limit of the process's control group and of those above it, version 1 or 2, or
    /// what the machine has if that is less.
    ///
    /// - Parameter root: the folder that `proc` and `sys` are in; another one for tests.
    public static func current(root: String = "") -> MemoryAllowance {
        let machine =
            text(root + "/proc/meminfo").flatMap(machineMemory) ?? Int(clamping: ProcessInfo.processInfo.physicalMemory)
        let groups = text(root + "/proc/self/cgroup").map(memoryGroups) ?? []
        let limit = groups.flatMap { limits(of: $0, root: root) }.min() ?? .max
        return limit < machine
            ? MemoryAllowance(bytes: limit, source: .cgroup) : MemoryAllowance(bytes: machine, source: .machine)
    }

    /// A control group that may limit memory.
    struct Group: Hashable {
        var path: String
        var isVersion2: Bool
    }

    /// The groups in `/proc/self/cgroup`: `0::/a/b` is one of version 2, `4:memory:/a/b` of version 1.
    static func memoryGroups(_ text: String) -> [Group] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            if fields[0] == "0", fields[1].isEmpty { return Group(path: String(fields[2]), isVersion2: true) }
            guard fields[1].split(separator: ",").contains("memory") else { return nil }
            return Group(path: String(fields[2]), isVersion2: false)
        }
    }

    /// `MemTotal` of `/proc/meminfo`, in bytes.
    static func machineMemory(_ text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("MemTotal:") {
            guard let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
            return kibibytes.multipliedReportingOverflow(by: 1024).partialValue
        }
        return nil
    }

    /// A limit's bytes; nil for `max` and for what is no number.
    static func limit(_ text: String) -> Int? {
        let word = text.trimmingCharacters(in: .whitespacesAndNewlines)
        // Version 1 says a number near 2⁶³ for "none", which is more than any machine has.
        return UInt64(word).map { Int(clamping: $0) }
    }

    /// The limits of a group and of those above it, up to the hierarchy's root.
    ///
    /// In a container the group's path may be the host's, which is not there: then what is found on the way up counts.
    private static func limits(of group: Group, root: String) -> [Int] {
        let mounts = group.isVersion2 ? ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] : ["/sys/fs/cgroup/memory"]
        let name = group.isVersion2 ? "memory.max" : "memory.limit_in_bytes"
        let parts = group.path.split(separator: "/").filter { $0 != ".." }
        return mounts.flatMap { mount in
            (0...parts.count).compactMap { count in
                let folder = ([root + mount] + parts.prefix(count).map(String.init)).joined(separator: "/")
                return text("\(folder)/\(name)").flatMap(limit)
            }
        }
    }

    private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
