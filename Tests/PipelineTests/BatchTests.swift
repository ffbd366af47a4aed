import Foundation
import PipelineTesting
import SQLiteLog
import Synchronization
import Testing

@testable import Pipeline

@Suite("Batches across videos")
struct BatchTests {
    /// What went through the detector in which company.
    private func batches(
        of clips: [String], batchSize: Int, delay: Duration, chunkSeconds: Double = 1
    ) async throws -> (sizes: [Int], matches: Bool) {
        let expected = try await Rig.undisturbed(clips, chunkSeconds: chunkSeconds)
        let rig = try await Rig(partitions: 2)
        let log = try rig.open()
        let ids = try await rig.submit(clips, to: log, chunkSeconds: chunkSeconds)
        let sizes = Mutex<[Int]>([])
        try await rig.worker(
            log, capacity: 2 * batchSize, batchSize: batchSize, batchDelay: delay, commitInterval: .milliseconds(20),
            onBatch: { size in sizes.withLock { $0.append(size) } }
        ).run()
        var matches = true
        for id in ids {
            let difference = firstDifference(expected[id] ?? [], try await rig.results(id, from: log))
            matches = matches && difference == nil
            #expect(difference == nil)
        }
        await log.close()
        return (sizes.withLock { $0 }, matches)
    }

    @Test("The bytes are those of pictures that go alone", arguments: [2, 3, 8], [Duration.zero, .milliseconds(5)])
    func sameBytes(batchSize: Int, delay: Duration) async throws {
        let clips = try (0..<4).map { try Rig.clip("batch", frames: 25 + $0, seed: $0) }
        let (sizes, matches) = try await batches(of: clips, batchSize: batchSize, delay: delay)
        #expect(matches)
        let pictures = sizes.reduce(0, +)
        #expect(pictures == 106)
        #expect(sizes.contains(batchSize))
    }

    @Test("Pictures of several videos make one batch, which waits for them", .timeLimit(.minutes(2)))
    func fillsUp() async throws {
        // With a picture each, nothing would ever go if the others were not waited for.
        let clips = try (0..<4).map { try Rig.clip("single", frames: 1, seed: $0) }
        let (sizes, _) = try await batches(of: clips, batchSize: 4, delay: .seconds(3600))
        #expect(sizes == [4])
    }

    @Test("A batch that nothing comes for goes as it is", .timeLimit(.minutes(2)))
    func goes() async throws {
        let clip = try Rig.clip("alone", frames: 3)
        let (sizes, _) = try await batches(of: [clip], batchSize: 4, delay: .milliseconds(10))
        #expect(sizes == [3])
    }
}
