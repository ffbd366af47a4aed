import Foundation
import PipelineTesting
import SQLiteLog
import Testing

/// How much is tried: little in each run of the tests, as much as wished with `LAPWING_HOSTILE_CASES=10000`.
enum HostileCases {
    static let environment = ProcessInfo.processInfo.environment
    static let count = environment["LAPWING_HOSTILE_CASES"].flatMap { Int($0) }
    static let first = environment["LAPWING_HOSTILE_FIRST"].flatMap { Int($0) } ?? 0

    /// Films that damaged pieces are cut from, where there is time for them.
    static var videos: [String] {
        guard count != nil else { return [] }
        let folder = (environment["LAPWING_ASSETS"] ?? "../shared/assets") + "/videos"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".mp4") }.sorted().map { folder + "/" + $0 }
    }
}

@Suite("Hostile videos")
struct HostileVideoTests {
    @Test("Damaged files, chunks and records end in a result or a clear error; every frame is accounted for")
    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hostile-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let clips = try HostileClips.make(in: folder, from: HostileCases.videos)
        let run = try await HostileRun(folder: folder, clips: clips) { try SQLiteLog(path: $0) }
        var tally = HostileTally()
        let end = HostileCases.first + (HostileCases.count ?? 240)
        for start in stride(from: HostileCases.first, to: end, by: 40) {
            // What ends the process is among these.
            if HostileCases.count != nil { print("cases \(start)..<\(min(start + 40, end))") }
            tally = tally + (try await run.run(start..<min(start + 40, end)))
        }
        if HostileCases.count != nil { print(tally) }
        #expect(tally.faults.isEmpty, "\(tally)")
        #expect(tally.framesExpected == tally.framesProcessed + tally.framesUndecodable + tally.framesMissing)
        #expect(tally.videos["ended", default: 0] > 0 && !tally.gaps.isEmpty && !tally.refused.isEmpty)
    }

    @Test("Damage is the same for the same seed")
    func seeded() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        var first = Mutator(seed: 7)
        var second = Mutator(seed: 7)
        for _ in 0..<100 { #expect(first.damage(bytes) == second.damage(bytes)) }
        var changed = Mutator(seed: 8)
        #expect((0..<100).contains { _ in changed.damage(bytes) != bytes })
    }
}
