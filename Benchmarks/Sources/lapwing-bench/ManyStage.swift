import Foundation
import Inference
import Logging
import Media
import Pipeline
import SQLiteLog
import Synchronization
import Tracking

/// Many videos by turns, beside the same videos one after the other: what changing from one to the next costs.
enum ManyStage {
    static func measure(_ bench: Bench, into report: inout Report) async throws {
        guard let model = bench.models.last else { return }
        let detector = try model.makeDetector(requests: bench.requests)
        let name = Model.name(of: detector.model)
        for (videos, frames) in bench.isQuick ? [(2, 60), (10, 24)] : [(2, 600), (50, 48)] {
            bench.note("\(videos) videos: \(name)")
            let path = try clip(bench, frames: frames)
            defer { try? FileManager.default.removeItem(atPath: path) }
            var apart: [Double] = []
            var mixed: [Double] = []
            for run in 0...bench.runs {
                let rates = (
                    try await rate(of: path, videos: videos, byTurns: false, detector: detector, bench),
                    try await rate(of: path, videos: videos, byTurns: true, detector: detector, bench)
                )
                guard run > 0 else { continue }
                apart.append(rates.0)
                mixed.append(rates.1)
            }
            let base = Samples(apart)
            let samples = Samples(mixed)
            report.add(Row(.many, "\(videos) videos of \(frames) frames, one after the other, \(name)", "fps", base))
            report.add(
                Row(
                    .many, "\(videos) videos, chunk by chunk in turn", "fps", samples,
                    ratio: .init(samples, to: base, called: "one after the other")))
        }
    }

    /// The beginning of the clip, with a place to cut at in every second.
    private static func clip(_ bench: Bench, frames: Int) throws -> String {
        let path = bench.makePath(".mp4")
        try FFmpegTool.run([
            "-i", bench.clip, "-map", "0:v:0", "-frames:v", String(frames), "-c:v", "libx264", "-preset", "veryfast",
            "-g", "12", "-sc_threshold", "0", path,
        ])
        return path
    }

    /// Frames per second, from the start of a worker with all videos in the log to the last frame.
    private static func rate(
        of path: String, videos: Int, byTurns: Bool, detector: any Detector, _ bench: Bench
    ) async throws -> Double {
        let folder = bench.makePath("")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let log = try SQLiteLog(path: "\(folder)/log.sqlite")
        let topics = Topics()
        try await log.createTopics(topics.specifications(partitions: 1))
        let ids = try (0..<videos).map { try VideoID("video-\($0)") }
        var frames = 0
        if byTurns {
            // As many producers as videos: their chunks lie in the log as they come.
            try await withThrowingTaskGroup(of: Int.self) { group in
                for id in ids {
                    group.addTask {
                        let producer = Producer(log: log, topics: topics, chunkSeconds: 1)
                        return try await producer.submit(path: path, id: id).registration.frames ?? 0
                    }
                }
                for try await count in group { frames += count }
            }
        } else {
            let producer = Producer(log: log, topics: topics, chunkSeconds: 1)
            for id in ids { frames += try await producer.submit(path: path, id: id).registration.frames ?? 0 }
        }
        let total = frames
        let count = Atomic(0)
        let last = AsyncStream<ContinuousClock.Instant>.makeStream()
        // The processor has it alone until the worker has left, which is before this returns.
        nonisolated(unsafe) let lent = detector
        let processor = Processor(
            detector: lent,
            configuration: ProcessingConfiguration(
                model: detector.model, preprocess: bench.preprocess, tracker: try TrackerConfiguration(.sort)),
            topics: topics
        ) { _ in
            guard count.add(1, ordering: .relaxed).newValue == total else { return }
            last.continuation.yield(.now)
        }
        var logger = Logger(label: "lapwing.bench")
        logger.logLevel = .error
        let worker = try Worker(
            log: log, topics: topics, handler: processor,
            configuration: WorkerConfiguration(
                group: topics.workerGroup, start: .streaming, spoolRoot: folder, sessionTimeout: .seconds(2),
                videoTimeout: nil),
            logger: logger)
        let start = ContinuousClock.now
        async let working: Void = worker.run()
        guard let end = await last.stream.first(where: { _ in true }) else { throw BenchError("no frame was done") }
        let seconds = start.duration(to: end).seconds
        await worker.stop()
        try await working
        await log.close()
        return Double(frames) / seconds
    }
}
