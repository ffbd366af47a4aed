import EventLog
import Foundation
import Inference
import Logging
import Media
import PipelineTesting
import SQLiteLog
import Telemetry
import Tracking

@testable import Pipeline

/// A log in a folder of its own, and what it takes to run videos through it.
struct Rig {
    let folder: TemporaryFolder
    let topics: Topics
    var path: String { folder.path + "/log.sqlite" }

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(partitions: Int = 4, chunkCapacity: Int? = nil, topics: Topics = Topics()) async throws {
        self.topics = topics
        folder = try TemporaryFolder()
        let log = try open()
        try await log.createTopics(topics.specifications(partitions: partitions, chunkCapacity: chunkCapacity))
        await log.close()
    }

    func open() throws -> SQLiteLog { try SQLiteLog(path: path) }

    /// A clip that this run of the tests makes once.
    static func clip(_ name: String, frames: Int, gop: Int = 10, seed: Int = 0) throws -> String {
        let url = clips.url("\(name)-\(frames)-\(gop)-\(seed).mp4")
        try clipLock.withLock {
            guard !FileManager.default.fileExists(atPath: url.path) else { return }
            try SyntheticClip.make(at: url, frames: frames, gop: gop, seed: seed)
        }
        return url.path
    }

    private static let clips = try! TemporaryFolder()
    private static let clipLock = NSLock()

    @discardableResult
    func submit(
        _ paths: [String], to log: any EventLog, chunkSeconds: Double = 1, parallelDetect: Bool = false,
        context: RecordContext? = nil, metrics: MetricRegistry? = nil
    ) async throws -> [VideoID] {
        let producer = Producer(
            log: log, topics: topics, chunkSeconds: chunkSeconds, appendBytes: 1, parallelDetect: parallelDetect,
            context: context, metrics: metrics)
        var ids: [VideoID] = []
        for path in paths { ids.append(try await producer.submit(path: path).registration.videoID) }
        return ids
    }

    func configuration(
        every: Int = 1, emitPredicted: Bool = false, onBadChunk: ProcessingConfiguration.BadChunkPolicy = .gap,
        maxAge: Int = 3, tracker: TrackerConfiguration? = nil, appearance: ProcessingConfiguration.Appearance? = nil
    ) throws -> ProcessingConfiguration {
        ProcessingConfiguration(
            model: ScriptedDetector().model, every: every,
            tracker: try tracker ?? TrackerConfiguration(.sort, options: ["max_age": "\(maxAge)"]),
            appearance: appearance, emitPredicted: emitPredicted, onBadChunk: onBadChunk)
    }

    func worker(
        _ log: any EventLog, configuration: ProcessingConfiguration? = nil, capacity: Int = 2,
        batchSize: Int = 1, batchDelay: Duration = .zero,
        start: StartPolicy = .complete, memory: Int = 64 << 20, videoTimeout: Duration? = nil,
        exitWhenIdle: Bool = true, commitInterval: Duration = .zero, sessionTimeout: Duration = .seconds(2),
        spoolLimit: Int? = nil, pollBytes: Int? = nil, memberID: String? = nil, groupInstanceID: String? = nil,
        logger: Logger = Rig.quiet, threshold: Float = 0.5,
        embedder: sending AppearanceEmbedder? = nil, decoding: any ChunkDecoding = LocalDecoding(),
        onFrame: @escaping @Sendable (VideoID) -> Void = { _ in },
        beforeFrame: @escaping @Sendable () throws -> Void = {},
        onBatch: @escaping @Sendable (Int) -> Void = { _ in },
        classID: @escaping @Sendable (_ row: Int, _ column: Int, _ brightness: Float) -> Int = { row, column, _ in
            (row + column) % 2
        },
        decoderRestarts: (@Sendable () -> Int)? = nil, metrics: MetricRegistry? = nil, health: HealthMonitor? = nil
    ) throws -> Worker {
        let processor = Processor(
            detector: ScriptedDetector(
                capacity: capacity, batchSize: batchSize, threshold: threshold, beforeFrame: beforeFrame,
                onBatch: onBatch, classID: classID),
            embedder: embedder, configuration: try configuration ?? self.configuration(), topics: topics,
            decoding: decoding, batchDelay: batchDelay, metrics: metrics, onFrame: onFrame)
        var settings = WorkerConfiguration(
            group: topics.workerGroup, start: start, memoryLimit: memory, spoolRoot: folder.path,
            spoolLimit: spoolLimit, sessionTimeout: sessionTimeout, videoTimeout: videoTimeout,
            exitWhenIdle: exitWhenIdle, memberID: memberID, groupInstanceID: groupInstanceID,
            commitInterval: commitInterval, decoderRestarts: decoderRestarts)
        settings.pollBytes = pollBytes
        settings.metrics = metrics
        settings.health = health
        settings.lagInterval = .milliseconds(20)
        return try Worker(log: log, topics: topics, handler: processor, configuration: settings, logger: logger)
    }

    /// All committed records of a video.
    func results(_ video: VideoID, from log: any EventLog) async throws -> [[UInt8]] {
        var all: [[UInt8]] = []
        try await ResultsReader(log: log, topics: topics).read(video, follow: false) { all.append($0) }
        return all
    }

    func decoded(_ video: VideoID, from log: any EventLog) async throws -> [ResultRecord] {
        try await results(video, from: log).map { try ResultRecord.decode($0, what: "a result") }
    }

    /// What the clips give when nothing goes wrong.
    static func undisturbed(
        _ paths: [String], configuration: ProcessingConfiguration? = nil, chunkSeconds: Double = 1,
        embedder: sending AppearanceEmbedder? = nil
    ) async throws -> [VideoID: [[UInt8]]] {
        let rig = try await Rig()
        let log = try rig.open()
        let ids = try await rig.submit(paths, to: log, chunkSeconds: chunkSeconds)
        try await rig.worker(log, configuration: configuration, embedder: embedder).run()
        var all: [VideoID: [[UInt8]]] = [:]
        for id in ids { all[id] = try await rig.results(id, from: log) }
        await log.close()
        return all
    }
}

/// Lines of results that differ, for a message that can be read.
func firstDifference(_ a: [[UInt8]], _ b: [[UInt8]]) -> String? {
    if a == b { return nil }
    for index in 0..<max(a.count, b.count) {
        let left = index < a.count ? String(decoding: a[index], as: UTF8.self) : "nothing"
        let right = index < b.count ? String(decoding: b[index], as: UTF8.self) : "nothing"
        if left != right { return "record \(index) of \(a.count) and \(b.count):\n\(left)\n\(right)" }
    }
    return nil
}
