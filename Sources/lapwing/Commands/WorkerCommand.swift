import ArgumentParser
import EventLog
import Foundation
import Inference
import Logging
import Media
import Pipeline
import ServiceLifecycle
import Telemetry
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

            With --metrics-port, Prometheus can see what it does, and Kubernetes whether it is well:
              lapwing worker --log sqlite:lapwing.db --model yolov8n.onnx --metrics-port 9464
              curl http://127.0.0.1:9464/metrics
            """)

    @OptionGroup var logOptions: LogOptions
    @OptionGroup var topicOptions: TopicOptions
    @OptionGroup var processing: ProcessingOptions
    @OptionGroup var workerOptions: WorkerOptions
    @OptionGroup var processorOptions: ProcessorOptions
    @OptionGroup var isolation: IsolationOptions
    @OptionGroup var metricsOptions: MetricsOptions
    @OptionGroup var logging: LoggingOptions

    @Option(name: .long, help: "When a video begins: complete (once all its chunks are in) or streaming.")
    var start = StartPolicy.complete

    func run() async throws {
        Allocator.keepLess()
        let logger = logging.logger("lapwing.worker")
        guard let monitor = try metricsOptions.monitor(command: "worker", topics: logOptions.topics, logger: logger)
        else {
            return try await work(logger, nil) { try await ServiceRunner.run([$0], logger: logger) }
        }
        // It answers while the model is loaded, too.
        monitor.health.notReady("model", "it is being loaded")
        let worker = ServiceOf { try await work(logger, monitor) { try await $0.run() } }
        try await ServiceRunner.run([monitor.server, worker], logger: logger)
    }

    /// Makes all that a worker needs, and has it run.
    private func work(
        _ logger: Logger, _ monitor: Monitor?, _ run: (WorkerPair) async throws -> Void
    ) async throws {
        let tracker = try processing.trackerConfiguration()
        processing.warnOfMissingAppearance()
        let networks = try processorOptions.load(processing)
        let configuration = networks.configuration
        let log = try await topicOptions.open(logOptions, logger: logging.logger("lapwing.kafka"))
        let topics = logOptions.topics
        monitor?.health.ready("model")
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
        workerConfiguration.metrics = monitor?.registry
        workerConfiguration.health = monitor?.health
        monitor?.registry.measureMemory(budget: workerConfiguration.memoryBudget)
        let worker = try WorkerPair(
            log: log, topics: topics,
            handler: networks.handler(topics: topics, decoding: isolated, metrics: monitor?.registry),
            processing: configuration, configuration: workerConfiguration, logger: logger)
        try await run(worker)
        await log.close()
    }
}

/// Runs services until one of them ends.
enum ServiceRunner {
    /// - Parameter signals: ask them to finish what they have in hand, the last one first.
    static func run(
        _ services: [any Service], signals: [UnixSignal] = [.sigterm, .sigint], logger: Logger
    ) async throws {
        var quiet = logger
        quiet.logLevel = .warning
        let group = ServiceGroup(
            configuration: .init(
                services: services.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                },
                gracefulShutdownSignals: signals, logger: quiet))
        try await group.run()
    }
}

/// A service that is all that a closure does.
struct ServiceOf: Service {
    private let body: @Sendable () async throws -> Void

    init(_ body: @escaping @Sendable () async throws -> Void) { self.body = body }

    func run() async throws { try await body() }
}
