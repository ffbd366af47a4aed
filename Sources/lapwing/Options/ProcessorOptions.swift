import ArgumentParser
import Foundation
import Inference
import Media
import Pipeline
import Telemetry

/// How many processors are at work in one process, and how they are fed.
struct ProcessorOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "How many networks are at work, each with decoding and tracking of its own; a video is one's. On a CPU they "
                + "share the cores, on GPUs each takes the next one. (default: 1; with --device auto one for each GPU, or "
                + "for every \(ProcessorPlan.coresPerProcessor) cores)", valueName: "number"))
    var processors: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How many pictures go through the network together, or auto: what is fastest here, which is measured at the "
                + "start. (default: what the model is made for, mostly 1)", valueName: "number"))
    var batch: BatchSize?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How long a batch that is not full waits for pictures of other videos, in milliseconds.",
            valueName: "milliseconds"))
    var batchDelay = 20

    func validate() throws {
        guard (1...256).contains(processors ?? 1) else { throw ValidationError("--processors must be from 1 to 256") }
        guard (0...60_000).contains(batchDelay) else {
            throw ValidationError("--batch-delay must be from 0 to 60000 milliseconds")
        }
    }

    /// Loads the networks and warms them up.
    func load(_ processing: ProcessingOptions) throws -> LoadedNetworks {
        let plan = processing.engineOptions.plan(processors: processors)
        var search: BatchSearch?
        var batchSize: Int?
        switch batch {
        case .pictures(let number): batchSize = number
        // What is measured differs from time to time, and results may depend on it elsewhere than on processors.
        case .fastest where plan[0].device.uppercased() != "CPU": batchSize = BatchSize.onGraphics
        case .fastest:
            search = try BatchSearch(
                modelPath: processing.model, configuration: processing.detectorConfiguration(plan[0]))
            batchSize = search?.choice
        case nil: break
        }
        let pairs = try plan.map { plan in
            var configuration = processing.detectorConfiguration(plan)
            configuration.batchSize = batchSize
            let detector = try YOLOv8Detector(modelPath: processing.model, configuration: configuration)
            let embedder = try processing.makeEmbedder(plan)
            try detector.warmUp()
            return (detector, embedder)
        }
        return try LoadedNetworks(pairs, processing, search, batchDelay: .milliseconds(batchDelay))
    }
}

/// `--batch`: a number, or what is fastest.
enum BatchSize: ExpressibleByArgument {
    case pictures(Int)
    case fastest

    /// What `auto` means on graphics processors.
    static let onGraphics = 8

    init?(argument: String) {
        if argument.lowercased() == "auto" {
            self = .fastest
        } else if let number = Int(argument), (1...64).contains(number) {
            self = .pictures(number)
        } else {
            return nil
        }
    }
}

/// The networks of a process, on their way to the processors that they will belong to.
struct LoadedNetworks {
    private let pairs: [(detector: YOLOv8Detector, embedder: AppearanceEmbedder?)]
    let configuration: ProcessingConfiguration
    /// How the batch size was found; nil where it was not searched for.
    let search: BatchSearch?
    private let batchDelay: Duration

    fileprivate init(
        _ pairs: [(detector: YOLOv8Detector, embedder: AppearanceEmbedder?)], _ processing: ProcessingOptions,
        _ search: BatchSearch?, batchDelay: Duration
    ) throws {
        self.pairs = pairs
        self.search = search
        self.batchDelay = batchDelay
        configuration = try processing.configuration(
            model: pairs[0].detector.model, appearance: pairs[0].embedder?.model)
    }

    /// How many processors there will be.
    var count: Int { pairs.count }
    /// How many pictures go through a network together.
    var batchSize: Int { pairs[0].detector.batchSize }

    /// As in `2 pictures at a time (measured, in pictures/s: 1: 39.1, 2: 41.0, 4: 40.2, 8: 38.7)`; nil where nothing was
    /// measured.
    var searchReport: String? {
        search.map { search in
            let rates = search.rates.map { String(format: "%d: %.1f", $0.batchSize, $0.picturesPerSecond) }
            let pictures = "\(batchSize) picture\(batchSize == 1 ? "" : "s") at a time"
            return "\(pictures) (measured, in pictures/s: \(rates.joined(separator: ", ")))"
        }
    }

    /// The processors; the networks are theirs from here on.
    ///
    /// - Parameters:
    ///   - decoding: where each of them has chunks decoded: as many as there are, or none for this process.
    ///   - metrics: where they are measured; nil: nowhere.
    consuming func handler(
        topics: Topics, decoding: [IsolatedDecoder], metrics: MetricRegistry? = nil,
        onFrame: @escaping @Sendable (VideoID) -> Void = { _ in }
    ) -> any ChunkHandler {
        var processors: [Processor] = []
        for (index, pair) in pairs.enumerated() {
            // Nobody else has them.
            nonisolated(unsafe) let detector: any Detector = pair.detector
            nonisolated(unsafe) let embedder = pair.embedder
            processors.append(
                Processor(
                    detector: detector, embedder: embedder, configuration: configuration, topics: topics,
                    decoding: decoding.isEmpty ? LocalDecoding() : decoding[index], batchDelay: batchDelay,
                    metrics: metrics, onFrame: onFrame))
        }
        return processors.count == 1 ? processors[0] : ProcessorPool(processors)
    }
}
