import ArgumentParser
import EventLog
import Foundation
import Inference
import Logging
import Media
import Pipeline
import ServiceLifecycle
import Tracking
import UnixSignals

/// Collector and processor.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Join the workers of a log: detect, track, publish results.",
        discussion: """
            Example: two workers share the videos of one log, each in a terminal of its own:
              lapwing worker --log sqlite:lapwing.db --model yolov8n.onnx

            All chunks of a video go to one worker, unless it was submitted with --parallel-detect. SIGTERM (or Ctrl-C) \
            finishes the chunks in hand, commits them and leaves; after any crash another worker goes on where the last \
            commit stopped, with the same object IDs.

            Its log says what binds it, whenever that changes: the CPU, the GPU, memory, or the log.
            """)

    @OptionGroup var logOptions: LogOptions
    @OptionGroup var topicOptions: TopicOptions
    @OptionGroup var processing: ProcessingOptions
    @OptionGroup var workerOptions: WorkerOptions
    @OptionGroup var processorOptions: ProcessorOptions
    @OptionGroup var isolation: IsolationOptions
    @OptionGroup var logging: LoggingOptions

    @Option(name: .long, help: "When a video begins: complete (once all its chunks are in) or streaming.")
    var start = StartPolicy.complete

    func run() async throws {
        Allocator.keepLess()
        let tracker = try processing.trackerConfiguration()
        processing.warnOfMissingAppearance()
        let networks = try processorOptions.load(processing)
        let configuration = networks.configuration
        let log = try await topicOptions.open(logOptions, logger: logging.logger("lapwing.kafka"))
        let topics = logOptions.topics
        let logger = logging.logger("lapwing.worker")
        logger.info(
            "model loaded",
            metadata: [
                "model": "\(configuration.model.name)", "engine": "\(configuration.model.engine)",
                "device": "\(configuration.model.device)", "precision": "\(configuration.model.precision)",
                "tracker": "\(tracker.kind.rawValue)", "configuration": "\(configuration.hash)",
                "processors": "\(networks.count)", "batch": "\(networks.batchSize)",
            ])
        if let report = networks.searchReport { logger.info("batch: \(report)") }
        let count = networks.count
        var workerConfiguration = try workerOptions.configuration(
            group: topics.workerGroup, start: start, more: isolation.memory(decoders: count), logger: logger)
        let isolated = try isolation.start(
            decoders: count, budget: workerConfiguration.memoryBudget ?? 0, logger: logger)
        if !isolated.isEmpty { workerConfiguration.decoderRestarts = { isolated.reduce(0) { $0 + $1.restarts } } }
        let worker = try WorkerPair(
            log: log, topics: topics, handler: networks.handler(topics: topics, decoding: isolated),
            processing: configuration, configuration: workerConfiguration, logger: logger)
        try await ServiceRunner.run(worker, logger: logger)
        await log.close()
    }
}

/// Runs a service until it ends; SIGTERM and SIGINT ask it to finish what it has in hand.
enum ServiceRunner {
    static func run(_ service: any Service, logger: Logger) async throws {
        var quiet = logger
        quiet.logLevel = .warning
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        try await group.run()
    }
}
