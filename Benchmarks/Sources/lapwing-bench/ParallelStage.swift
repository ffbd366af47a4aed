import EventLog
import Foundation
import Logging
import Pipeline
import PipelineTesting
import SQLiteLog
import Tracking

/// One long video on some workers, with a detector that takes its time for every picture: how much sooner it is done where
/// its chunks are spread, and whether its results are the same.
///
/// The detector waits and does not work, so that more workers fit on a machine than it has cores.
enum ParallelStage {
    private static let pause = 0.02
    private static let partitions = 16

    static func measure(_ bench: Bench, into report: inout Report) async throws {
        let frames = bench.isQuick ? 960 : 3200
        let video = bench.makePath(".mp4")
        try SyntheticClip.make(at: URL(fileURLWithPath: video), frames: frames, width: 64, height: 64, gop: 20)
        var expected: [[UInt8]] = []
        var base: Samples?
        for (workers, parallel) in [(1, false), (1, true), (2, true), (4, true), (8, true)] {
            let name =
                "one video, \(workers) worker\(workers == 1 ? "" : "s")" + (parallel ? "" : ", chunks not spread")
            let (seconds, results) = try await run(video, workers: workers, parallel: parallel, bench)
            if expected.isEmpty { expected = results }
            guard results == expected, results.count > frames else {
                throw BenchError("\(name): the results are not those of one worker")
            }
            bench.note(
                String(format: "%@: %d frames in %.1f s, the same %d records", name, frames, seconds, results.count))
            let rate = Samples([Double(frames) / seconds])
            let one = base ?? rate
            base = one
            report.add(
                Row(.parallel, name, "frames/s", rate, ratio: .init(rate, to: one, called: "1 worker, not spread")))
        }
        report.notes.append("parallel: a detector of 20 ms per picture, measured once; the results are the same bytes")
        try FileManager.default.removeItem(atPath: video)
    }

    /// - Returns: from the submission to the last result, with the workers waiting; and all results.
    private static func run(
        _ video: String, workers: Int, parallel: Bool, _ bench: Bench
    ) async throws -> (seconds: Double, results: [[UInt8]]) {
        let folder = bench.makePath("")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let topics = Topics()
        let log = try SQLiteLog(path: "\(folder)/log.sqlite")
        try await log.createTopics(topics.specifications(partitions: partitions))
        var logger = Logger(label: "lapwing.bench")
        logger.logLevel = .error
        let answer = try await withThrowingTaskGroup(of: Void.self) { group in
            var pairs: [WorkerPair] = []
            for _ in 0..<workers {
                let detector = ScriptedDetector(beforeFrame: { Thread.sleep(forTimeInterval: pause) })
                let processing = ProcessingConfiguration(
                    model: detector.model, tracker: try TrackerConfiguration(.sort))
                // Each in a log of its own, as in a process of its own.
                let own = try SQLiteLog(path: "\(folder)/log.sqlite")
                let pair = try WorkerPair(
                    log: own, topics: topics,
                    handler: Processor(detector: detector, configuration: processing, topics: topics),
                    processing: processing,
                    configuration: WorkerConfiguration(
                        group: topics.workerGroup, start: .streaming, spoolRoot: folder, videoTimeout: nil),
                    logger: logger)
                pairs.append(pair)
                group.addTask {
                    try await pair.run()
                    await own.close()
                }
            }
            for name in [topics.workerGroup, topics.trackerGroup] {
                while try await log.group(name)?.members.count(where: { $0.partitions.count == partitions / workers })
                    != workers
                {
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let start = ContinuousClock.now
            let producer = Producer(log: log, topics: topics, chunkSeconds: 2, parallelDetect: parallel)
            let id = try await producer.submit(path: video).registration.videoID
            var results: [[UInt8]] = []
            try await ResultsReader(log: log, topics: topics).read(id, follow: true) { results.append($0) }
            let seconds = start.duration(to: .now).seconds
            for pair in pairs { await pair.stop() }
            try await group.waitForAll()
            return (seconds, results)
        }
        await log.close()
        return answer
    }
}
