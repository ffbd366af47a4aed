internal import Foundation

/// A network on ONNX Runtime.
///
/// It is read twice: without being made fast, to look at it, and then for the device.
final class OnnxRuntimeNetwork: EngineNetwork {
    private let library: OnnxRuntimeLibrary
    private let device: OnnxRuntimeDevice
    private let path: String
    private let configuration: DetectorConfiguration
    /// For looking at only.
    private var session: OnnxRuntimeSession
    /// What the input's shape was fixed to.
    private var inputShape: [Int]?
    /// Sizes by name of dimensions that the model leaves open.
    private var overrides: [(name: String, size: Int)] = []
    private var outputShape: [Int]?

    init(file: ModelFile, purpose: ModelPurpose, configuration: DetectorConfiguration) throws(InferenceError) {
        guard file.weightsPath == nil else {
            throw InferenceError(
                .notAModel, operation: "open",
                detail: """
                    \(file.path) is an OpenVINO model, which ONNX Runtime cannot read; use --engine openvino, or export it \
                    with \(purpose.exportCommand())
                    """)
        }
        library = try OnnxRuntimeLibrary.open()
        device = try OnnxRuntimeDevice(named: configuration.device, library: library)
        path = file.path
        self.configuration = configuration
        session = try OnnxRuntimeSession(
            path: path, options: OnnxRuntimeSessionOptions(library, threads: 1, optimizes: false), library: library,
            .notAModel, "ONNX Runtime cannot read \(file.path); export the model again with \(purpose.exportCommand())")
    }

    var runsOnGPU: Bool { device.kind != .cpu }
    var inputCount: Int { session.inputCount }
    var outputCount: Int { session.outputCount }

    func input(_ index: Int) throws(InferenceError) -> NetworkPort {
        let port = try session.input(index).port
        return NetworkPort(dimensions: inputShape ?? port.dimensions, elementType: port.elementType)
    }

    func output(_ index: Int) throws(InferenceError) -> NetworkPort {
        let port = try session.output(index)
        guard port.fixedDimensions == nil, inputCount == 1, outputCount == 1,
            let input = try self.input(0).fixedDimensions
        else { return port }
        // Shapes that are computed are known for certain only once they are.
        if outputShape == nil { outputShape = try session.probe(input: input) }
        return NetworkPort(dimensions: outputShape, elementType: port.elementType)
    }

    func reshape(to dimensions: [Int]) throws(InferenceError) {
        let (port, symbols) = try session.input(0)
        guard let open = port.dimensions, open.count == dimensions.count,
            zip(open, dimensions).allSatisfy({ $0 == nil || $0 == $1 })
        else {
            throw InferenceError(
                .wrongModel, operation: "reshape",
                detail: "the model does not take an input of \(NetworkPort.text(dimensions))")
        }
        overrides = []
        for index in dimensions.indices where open[index] == nil && !symbols[index].isEmpty {
            if let other = overrides.first(where: { $0.name == symbols[index] }) {
                guard other.size == dimensions[index] else {
                    throw InferenceError(
                        .wrongModel, operation: "reshape",
                        detail: "the model's sizes \(other.name) must be equal in \(NetworkPort.text(dimensions))")
                }
            } else {
                overrides.append((symbols[index], dimensions[index]))
            }
        }
        inputShape = dimensions
        outputShape = nil
    }

    func makeReady() throws(InferenceError) -> ReadyNetwork {
        guard let input = try input(0).fixedDimensions, let output = try output(0).fixedDimensions else {
            preconditionFailure("the network's shape was fixed")
        }
        let plan = Self.plan(
            cores: ProcessInfo.processInfo.activeProcessorCount, device: device, configuration: configuration,
            batchSize: input.first ?? 1)
        let options = try OnnxRuntimeSessionOptions(library, threads: plan.threadsPerRun, optimizes: true)
        let floats = try options.append(device, configuration)
        for override in overrides { try options.fix(dimension: override.name, to: override.size) }
        let session = try OnnxRuntimeSession(
            path: path, options: options, library: library, .device,
            "device \(configuration.device) cannot run the model")
        let threads = OnnxRuntimeThreads(count: plan.runs)
        var requests: [OnnxRuntimeRequest] = []
        for _ in 0..<plan.requests {
            requests.append(
                try OnnxRuntimeRequest(session: session, threads: threads, input: input, output: output))
        }
        return ReadyNetwork(
            requests: requests, floats: floats, engine: "ONNX Runtime \(library.version)",
            device: device.kind.displayName)
    }

    /// How many batches may be in flight, how many of them run at a time, and with how many threads each.
    ///
    /// On a processor a batch per core gives the most pictures per second, as no thread waits for another; with fewer
    /// batches than cores they share the cores. On other devices two run at a time: one is copied while one is computed.
    static func plan(
        cores: Int, device: OnnxRuntimeDevice, configuration: DetectorConfiguration, batchSize: Int
    ) -> (requests: Int, runs: Int, threadsPerRun: Int) {
        let threads = configuration.threads ?? max(cores, 1)
        let most = device.kind == .cpu ? min(threads, 64) : 2
        let requests = configuration.requests ?? most + RequestRing.waiting(batchSize: batchSize)
        let runs = min(requests, most)
        return (requests, runs, device.kind == .cpu ? max(threads / runs, 1) : 1)
    }
}
