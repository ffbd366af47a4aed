import Foundation
import SQLiteLog
import Testing

@testable import Pipeline

@Suite("The memory budget")
struct MemoryPlanTests {
    private static let gibibyte = 1 << 30

    /// A tree like the system's own.
    private func system(
        _ groups: String, machine: String = "MemTotal:       16777216 kB\nMemFree: 1 kB\n",
        limits: [String: String] = [:]
    ) throws -> (TemporaryFolder, MemoryAllowance) {
        let folder = try TemporaryFolder()
        func write(_ text: String, to path: String) throws {
            let url = folder.url(path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        try write(groups, to: "proc/self/cgroup")
        try write(machine, to: "proc/meminfo")
        for (path, text) in limits { try write(text, to: "sys/fs/cgroup/\(path)") }
        return (folder, MemoryAllowance.current(root: folder.path))
    }

    @Test("is what the machine has where no group limits it")
    func machine() throws {
        #expect(try system("0::/\n").1 == MemoryAllowance(bytes: 16 * Self.gibibyte, source: .machine))
        let none = try system("0::/a\n", limits: ["memory.max": "max\n", "a/memory.max": "max\n"]).1
        #expect(none == MemoryAllowance(bytes: 16 * Self.gibibyte, source: .machine))
        let old = try system("4:memory:/\n", limits: ["memory/memory.limit_in_bytes": "9223372036854771712\n"]).1
        #expect(old.source == .machine)
    }

    @Test("is the smallest limit on the way up, of either version")
    func nested() throws {
        let limits = [
            "a/memory.max": "2147483648\n", "a/b/memory.max": "max\n", "a/b/c/memory.max": "4294967296\n",
            "other/memory.max": "1\n",
        ]
        #expect(try system("0::/a/b/c\n", limits: limits).1 == .init(bytes: 2 * Self.gibibyte, source: .cgroup))
        let old = [
            "memory/memory.limit_in_bytes": "9223372036854771712", "memory/x/memory.limit_in_bytes": "3221225472",
            "memory/x/y/memory.limit_in_bytes": "9223372036854771712",
        ]
        let groups = "9:cpu,cpuacct:/q\n4:hugetlb,memory:/x/y\n1:name=systemd:/z\n0::/\n"
        #expect(try system(groups, limits: old).1 == .init(bytes: 3 * Self.gibibyte, source: .cgroup))
    }

    @Test("is the container's own where the group's path is the host's")
    func container() throws {
        let found = try system("0::/kubepods/pod1/abc\n", limits: ["memory.max": "1073741824\n"]).1
        #expect(found == MemoryAllowance(bytes: Self.gibibyte, source: .cgroup))
        let outside = try system("0::/../../abc\n", limits: ["memory.max": "1073741824\n"]).1
        #expect(outside == found)
    }

    @Test("does not stumble over what it does not understand")
    func nonsense() throws {
        let found = try system(
            "nonsense\n::\n0:x\n0::/a:b\n", limits: ["memory.max": "lots", "a:b/memory.max": "-1\n"]
        ).1
        #expect(found == MemoryAllowance(bytes: 16 * Self.gibibyte, source: .machine))
        #expect(MemoryAllowance.limit("18446744073709551615\n") == .max)
        #expect(MemoryAllowance.machineMemory("MemTotal:\n") == nil)
        #expect(try system("", machine: "").1.bytes > 0)
    }

    @Test("of this process is known on Linux")
    func resident() {
        #expect(ResidentMemory.resident("100 25 3 4\n", pageSize: 4096) == 102_400)
        #expect(ResidentMemory.resident("", pageSize: 4096) == nil)
        #expect(ResidentMemory.peak("VmPeak:\t 1 kB\nVmHWM:\t    2048 kB\n") == 2 << 20)
        #if os(Linux)
            let now = ResidentMemory.current ?? 0
            #expect(now > 1 << 20 && now <= ResidentMemory.peak ?? 0)
        #endif
    }

    @Test("leaves for chunks what nothing else has, and says how much it must be at least")
    func shares() throws {
        let plan = try MemoryPlan(total: 512 << 20, resident: 100 << 20)
        #expect(plan.chunks == (412 << 20 - MemoryPlan.usualAllowance) / 8 * 7)
        #expect(try MemoryPlan(total: 512 << 20, resident: 100 << 20, more: 8).chunks == plan.chunks - 7)
        let error = #expect(throws: PipelineError.self) { try MemoryPlan(total: 128 << 20, resident: 100 << 20) }
        #expect(error?.code == .budgetTooSmall)
        let needed = try #require(error?.detail.firstMatch(of: /give ([0-9]+)MiB/)?.output.1)
        #expect(throws: Never.self) { try MemoryPlan(total: try #require(Int(needed)) << 20, resident: 100 << 20) }
        #expect(MemoryPlan.usualTotal(of: MemoryAllowance(bytes: 1000, source: .machine)) == 500)
    }

    #if os(Linux)
        @Test("and what of it is in use stands in the status of the workers that live")
        func status() async throws {
            let rig = try await Rig()
            let log = try rig.open()
            let id = try await rig.submit([Rig.clip("memory", frames: 20)], to: log)[0]
            let worker = try rig.worker(log, exitWhenIdle: false)
            async let working: Void = worker.run()
            _ = try await ResultsReader(log: log, topics: rig.topics).read(id, follow: true) { _ in }
            let status = try await PipelineStatus(of: log, topics: rig.topics)
            await worker.stop()
            try await working
            let member = try #require(status.members.first)
            let memory = try #require(status.memory[member])
            #expect(memory.resident > 1 << 20)
            #expect(memory.peak ?? 0 >= memory.resident / 2)
            #expect(memory.budget == nil, "nobody has said")
            let after = try await PipelineStatus(of: log, topics: rig.topics)
            #expect(after.memory.isEmpty, "it has left")
            await log.close()
        }
    #endif
}
