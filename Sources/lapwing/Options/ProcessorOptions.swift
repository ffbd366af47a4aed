import ArgumentParser
import Foundation
import Inference
import Media
import Pipeline

/// How many processors are at work in one process.
struct ProcessorOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "How many networks are at work, each with decoding and tracking of its own; a video is one's. On a CPU they "
                + "share the cores, on GPUs each takes the next one.", valueName: "number"))
    var processors = 1

    func validate() throws {
        guard (1...256).contains(processors) else { throw ValidationError("--processors must be from 1 to 256") }
    }

    /// Where each of them runs.
    func plan(_ options: EngineOptions) -> [ProcessorPlan] {
        let one = ProcessorPlan(engine: options.engine, device: options.device)
        if processors == 1 { return [one] }
        let cores = max(ProcessInfo.processInfo.activeProcessorCount, 1)
        if options.device.uppercased() == "CPU" {
            return ProcessorPlan.sharing(
                cores: cores, among: processors, engine: options.engine, device: options.device)
        }
        // "GPU" stands for GPU.0, GPU.1, …, "cuda" for cuda:0, cuda:1, ….
        let devices = EngineReport.all().flatMap(\.devices).map(\.name)
            .filter { $0.hasPrefix("\(options.device).") || $0.hasPrefix("\(options.device):") }
        guard !devices.isEmpty else { return Array(repeating: one, count: processors) }
        return (0..<processors).map { index in
            ProcessorPlan(engine: options.engine, device: devices[index % devices.count])
        }
    }

    /// Loads the networks and warms them up.
    func load(_ processing: ProcessingOptions) throws -> LoadedNetworks {
        try LoadedNetworks(
            plan(processing.engineOptions).map { plan in
                let pair = (try processing.makeDetector(plan), try processing.makeEmbedder(plan))
                try pair.0.warmUp()
                return pair
            }, processing)
    }
}

/// The networks of a process, on their way to the processors that they will belong to.
struct LoadedNetworks {
    private let pairs: [(detector: YOLOv8Detector, embedder: AppearanceEmbedder?)]
    let configuration: ProcessingConfiguration

    fileprivate init(
        _ pairs: [(detector: YOLOv8Detector, embedder: AppearanceEmbedder?)], _ processing: ProcessingOptions
    ) throws {
        self.pairs = pairs
        configuration = try processing.configuration(
            model: pairs[0].detector.model, appearance: pairs[0].embedder?.model)
    }

    /// The processors; the networks are theirs from here on.
    ///
    /// - Parameter decoding: where each of them has chunks decoded: as many as there are, or none for this process.
    consuming func handler(
        topics: Topics, decoding: [IsolatedDecoder], onFrame: @escaping @Sendable (VideoID) -> Void = { _ in }
    ) -> any ChunkHandler {
        var processors: [Processor] = []
        for (index, pair) in pairs.enumerated() {
            // Nobody else has them.
            nonisolated(unsafe) let detector: any Detector = pair.detector
            nonisolated(unsafe) let embedder = pair.embedder
            processors.append(
                Processor(
                    detector: detector, embedder: embedder, configuration: configuration, topics: topics,
                    decoding: decoding.isEmpty ? LocalDecoding() : decoding[index], onFrame: onFrame))
        }
        return processors.count == 1 ? processors[0] : ProcessorPool(processors)
    }
}
