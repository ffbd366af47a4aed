import Foundation
import Inference
import Logging
import Pipeline
import SQLiteLog
import Tracking

/// A worker in a process of its own, with the budget of ``BudgetStage`` and a detector that knows its answers.
enum BudgetWorker {
    struct Figures: Codable {
        /// The most that was resident, and what was before the first chunk.
        var peak: Int
        var resident: Int
        /// What of the budget was for chunks.
        var chunks: Int
    }

    /// Works until nothing is left to do, then prints its figures.
    static func run(log path: String) async throws {
        Allocator.keepLess()
        let log = try SQLiteLog(path: path)
        let topics = Topics()
        let detector = InstantDetector(size: 320)
        try detector.warmUp()
        let plan = try MemoryPlan(total: BudgetStage.budget)
        let processing = ProcessingConfiguration(model: detector.model, tracker: try TrackerConfiguration(.sort))
        let processor = Processor(detector: detector, configuration: processing, topics: topics)
        var logger = Logger(label: "lapwing.bench") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let worker = try WorkerPair(
            log: log, topics: topics, handler: processor, processing: processing,
            configuration: WorkerConfiguration(
                group: topics.workerGroup, memoryLimit: plan.chunks,
                spoolRoot: URL(fileURLWithPath: path).deletingLastPathComponent().path, exitWhenIdle: true),
            logger: logger)
        try await worker.run()
        await log.close()
        guard let peak = ResidentMemory.peak else {
            throw BenchError("the system does not say how much memory is used")
        }
        let figures = Figures(peak: peak, resident: plan.resident, chunks: plan.chunks)
        print(String(decoding: try JSONEncoder().encode(figures), as: UTF8.self))
    }
}
