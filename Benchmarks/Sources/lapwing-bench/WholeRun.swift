import EventLog
import Foundation
import Inference
import Logging
import Measuring
import Pipeline
import SQLiteLog
import Tracking

/// One video through everything in this process, as `lapwing run` does it: producer, embedded log, worker, results read
/// back and written to a file.
struct WholeRun {
    /// Frames whose results were read back, and how many the producer counted.
    var frames: Int
    /// From the start of the submission to the last result in the file.
    var seconds: Double
    /// From the start of the submission to the first frame done.
    var secondsToFirst: Double
    /// From the last frame done to the last result in the file.
    var secondsAfterLast: Double
    /// Frames per second between the first frame done and the last.
    var sustainedRate: Double
    /// How many cores were at work on average.
    var coresUsed: Double
    /// What all cores together worked for it.
    var coreSeconds: Double

    var rate: Double { Double(frames) / seconds }

    /// - Parameter detector: not used by anybody else meanwhile.
    init(video: String, detector: any Detector, bench: Bench) async throws {
        let folder = bench.makePath("")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let log = try SQLiteLog(path: "\(folder)/log.sqlite")
        let topics = Topics()
        try await log.createTopics(topics.specifications(partitions: 4))
        let clock = FrameClock()
        // The processor has it alone until the worker has left, which is before this returns.
        nonisolated(unsafe) let lent = detector
        let processing = ProcessingConfiguration(
            model: detector.model, preprocess: bench.preprocess, tracker: try TrackerConfiguration(.sort))
        let processor = Processor(detector: lent, configuration: processing, topics: topics) { _ in clock.frameDone() }
        var logger = Logger(label: "lapwing.bench")
        logger.logLevel = .error
        let worker = try WorkerPair(
            log: log, topics: topics, handler: processor, processing: processing,
            configuration: WorkerConfiguration(
                group: topics.workerGroup, spoolRoot: folder, sessionTimeout: .seconds(2), videoTimeout: nil),
            logger: logger)
        let producer = Producer(log: log, topics: topics, chunkSeconds: bench.chunkSeconds)
        let reader = ResultsReader(log: log, topics: topics)

        let work = ProcessorTime()
        let start = ContinuousClock.now
        async let working: Void = worker.run()
        let submitted = try await producer.submit(path: video).registration
        let file = try ResultsFile(path: "\(folder)/results.jsonl")
        var read = 0
        let end = try await reader.read(submitted.videoID, follow: true) { json in
            if ResultsReader.isFrame(json) { read += 1 }
            try file.append(json)
        }
        try file.finish()
        let finish = ContinuousClock.now
        coresUsed = work.coresUsed
        coreSeconds = work.coreSeconds
        await worker.stop()
        try await working
        await log.close()

        let state = clock.state
        guard end?.event == "ended", read == submitted.frames, read > 1, let first = state.first, let last = state.last
        else {
            throw BenchError(
                "\(video): \(read) of \(submitted.frames ?? 0) frames came back, and the video \(end?.event ?? "goes on")"
            )
        }
        frames = read
        seconds = start.duration(to: finish).seconds
        secondsToFirst = start.duration(to: first).seconds
        secondsAfterLast = last.duration(to: finish).seconds
        sustainedRate = Double(read - 1) / first.duration(to: last).seconds
    }
}
