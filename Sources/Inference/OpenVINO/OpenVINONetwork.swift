/// A network on OpenVINO.
final class OpenVINONetwork: EngineNetwork {
    private let model: OpenVINOModel
    private let device: String
    private let configuration: DetectorConfiguration

    init(
        file: ModelFile, purpose: ModelPurpose, configuration: DetectorConfiguration
    ) throws(InferenceError) {
        let core = try OpenVINOCore()
        device = try configuration.resolveDevice(core.availableDevices())
        model = try core.readModel(path: file.path, weights: file.weightsPath, purpose: purpose)
        self.configuration = configuration
    }

    var runsOnGPU: Bool { device.hasPrefix("GPU") }
    var inputCount: Int { model.inputCount }
    var outputCount: Int { model.outputCount }
    func input(_ index: Int) throws(InferenceError) -> NetworkPort { try model.input(index) }
    func output(_ index: Int) throws(InferenceError) -> NetworkPort { try model.output(index) }
    func reshape(to dimensions: [Int]) throws(InferenceError) { try model.reshape(to: dimensions) }

    func makeReady() throws(InferenceError) -> ReadyNetwork {
        guard let input = try model.input(0).fixedDimensions, let output = try model.output(0).fixedDimensions else {
            preconditionFailure("the network's shape was fixed")
        }
        let compiled = try model.compile(device: device, properties: configuration.openVINOProperties)
        let optimum = compiled.property("OPTIMAL_NUMBER_OF_INFER_REQUESTS").flatMap { Int($0) } ?? 1
        var requests: [OpenVINOInferRequest] = []
        let waiting = RequestRing.waiting(batchSize: input.first ?? 1)
        for _ in 0..<(configuration.requests ?? min(max(optimum, 1), 64) + waiting) {
            requests.append(
                try OpenVINOInferRequest(
                    model: compiled, input: OpenVINOTensor(dimensions: input),
                    output: OpenVINOTensor(dimensions: output)))
        }
        return ReadyNetwork(
            requests: requests,
            floats: compiled.property("INFERENCE_PRECISION_HINT") ?? configuration.precision.rawValue,
            engine: "OpenVINO \(OpenVINOCore.version)",
            device: compiled.property("EXECUTION_DEVICES").map { $0.split(separator: " ").joined(separator: ",") }
                ?? device)
    }
}
