import EventLog
import Foundation
import PipelineTesting
import SQLiteLog
import Synchronization
import Testing

@testable import Pipeline

@Suite("Several processors in one worker")
struct ProcessorPoolTests {
    /// - Parameter onPicture: told which processor's detector is given a picture.
    private func worker(
        _ rig: Rig, _ log: any EventLog, processors: Int, commitInterval: Duration = .milliseconds(20),
        onPicture: @escaping @Sendable (_ processor: Int) -> Void = { _ in }
    ) throws -> Worker {
        let configuration = try rig.configuration()
        let pool = ProcessorPool(
            (0..<processors).map { number in
                Processor(
                    detector: ScriptedDetector(beforeFrame: { onPicture(number) }), configuration: configuration,
                    topics: rig.topics)
            })
        return try Worker(
            log: log, topics: rig.topics, handler: pool,
            configuration: WorkerConfiguration(
                group: rig.topics.workerGroup, start: .streaming, memoryLimit: 64 << 20, spoolRoot: rig.folder.path,
                sessionTimeout: .seconds(2), videoTimeout: nil, exitWhenIdle: true, commitInterval: commitInterval),
            logger: Rig.quiet)
    }

    private func clips() throws -> [String] { try (0..<6).map { try Rig.clip("pool", frames: 30 + $0, seed: $0) } }

    @Test("Videos are shared out, and the bytes are those of one processor", arguments: [1, 3, 8])
    func sharesOut(processors: Int) async throws {
        let clips = try clips()
        let expected = try await Rig.undisturbed(clips)
        let rig = try await Rig(partitions: 2)
        let log = try rig.open()
        let ids = try await rig.submit(clips, to: log)
        let pictures = Mutex([Int](repeating: 0, count: processors))
        try await worker(rig, log, processors: processors) { number in
            pictures.withLock { $0[number] += 1 }
        }.run()
        for id in ids { #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil) }
        let counts = pictures.withLock { $0 }
        let frames = counts.reduce(0, +)
        #expect(frames == 6 * 30 + 15)
        let busy = counts.count { $0 > 0 }
        #expect(busy == min(processors, 6), "\(counts)")
        await log.close()
    }

    @Test("Killed at any commit, another worker with another number of processors goes on to the same bytes")
    func crash() async throws {
        let clips = Array(try clips().prefix(4))
        let expected = try await Rig.undisturbed(clips)
        var crashes = 0
        for commit in 1...12 {
            let rig = try await Rig(partitions: 2)
            let log = try rig.open()
            let ids = try await rig.submit(clips, to: log)
            let crashing = CrashingLog(log, crashAt: commit, .beforeCommit)
            do {
                try await worker(rig, crashing, processors: 3, commitInterval: .milliseconds(1)).run()
            } catch is CrashingLog.Crash {
                crashes += 1
            }
            try await worker(rig, log, processors: 2).run()
            for id in ids {
                let difference = firstDifference(expected[id] ?? [], try await rig.results(id, from: log))
                #expect(difference == nil, "crash \(commit)")
            }
            await log.close()
            if !crashing.hasCrashed { break }
        }
        #expect(crashes >= 2)
    }
}
