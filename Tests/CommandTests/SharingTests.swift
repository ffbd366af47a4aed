import Foundation
import Pipeline
import Testing

@Suite("two workers", .enabled(if: Assets.arePresent, "needs the models in LAPWING_ASSETS"))
struct SharingTests {
    @Test("share the videos of a log, each video whole, with the results that one worker gets")
    func share() async throws {
        let shared = try LogBench()
        let alone = try LogBench()
        let videos = (0..<8).map { "clip-\($0)" }

        // Both are there before the first video: so none changes hands on the way.
        let first = try await Program.succeed(["submit", Clips.moving(frames: 10), "--log", shared.log])
        #expect(first.outputLines.count == 1)
        let workers = try (0..<2).map { _ in
            try Program.start(shared.workerArguments + ["--session-timeout", "20"])
        }
        _ = try await shared.wait { status in
            status.members.count == 2 && Set(status.partitions.map(\.member)).count == 2
                && status.partitions.allSatisfy { $0.member != nil } && status.videos[0].state == "ended"
        }
        for (number, video) in videos.enumerated() {
            let clip = try Clips.moving(frames: 60, seed: number)
            let id = try await shared.submit(clip, "--video-id", video)
            #expect(id == video)
            _ = try await alone.submit(clip, "--video-id", video)
        }
        let status = try await shared.wait { $0.videos.allSatisfy { $0.state == "ended" } }
        #expect(status.videos.count == 9)
        #expect(status.videos.allSatisfy { $0.framesDone == $0.framesTotal })
        #expect(status.partitions.allSatisfy { $0.lag == 0 })
        for worker in workers { worker.send(SIGTERM) }
        for worker in workers { #expect(await worker.outcome().exitCode == 0) }

        try await alone.work()
        var busy: Set<String> = []
        for video in videos {
            try #expect(await shared.results(video) == alone.results(video), "\(video)")
            let authors = Set(try await shared.authors(of: video).map(\.worker))
            #expect(authors.count == 1, "\(video): \(authors)")
            busy.formUnion(authors)
        }
        #expect(busy.count == 2)
    }
}
