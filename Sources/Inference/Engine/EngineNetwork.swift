/// A network that an engine has read for a device: what goes in and what comes out can be looked at, and an open shape
/// fixed, before it is made ready to run.
protocol EngineNetwork: AnyObject {
    /// Whether it will run on a graphics processor, which is fastest with several pictures at a time.
    var runsOnGPU: Bool { get }
    var inputCount: Int { get }
    var outputCount: Int { get }
    func input(_ index: Int) throws(InferenceError) -> NetworkPort
    /// An output; its shape is known once the input's is.
    func output(_ index: Int) throws(InferenceError) -> NetworkPort

    /// Fixes the shape of the only input.
    func reshape(to dimensions: [Int]) throws(InferenceError)

    /// Makes it ready to run; takes from tenths of a second to minutes, by model and device.
    ///
    /// - Precondition: one input and one output, both of f32 and of fixed shape.
    func makeReady() throws(InferenceError) -> ReadyNetwork
}

/// A network that runs.
struct ReadyNetwork {
    /// At least one; each has tensors of its own.
    let requests: [any InferenceRequest]
    /// What floats are computed in: `f32`, `bf16`, `f16`.
    let floats: String
    /// The engine with its version.
    let engine: String
    /// The kind of device, as results name it.
    let device: String
}

/// One tensor's way through a network: filled, started, waited for, read, and again.
///
/// It belongs to one thread at a time. It may go while it runs.
protocol InferenceRequest: AnyObject {
    /// What the network reads; not to be touched while it runs.
    var input: UnsafeMutableBufferPointer<Float> { get }
    /// What the network wrote, once ``wait()`` returned.
    var output: UnsafeBufferPointer<Float> { get }

    /// Starts the network on ``input`` and returns.
    func start() throws(InferenceError)
    /// Waits until ``output`` is there.
    func wait() throws(InferenceError)
    /// Asks the network to stop; ``wait()`` then throws, unless it was done already.
    func cancel()
}

/// What an input or output of a network takes or gives.
struct NetworkPort {
    /// One size per dimension; nil where it is left open. Nil altogether where even the number of dimensions is open.
    let dimensions: [Int?]?
    /// As in `f32`, `u8`.
    let elementType: String

    /// All sizes, when all are known.
    var fixedDimensions: [Int]? {
        guard let dimensions else { return nil }
        let known = dimensions.compactMap(\.self)
        return known.count == dimensions.count ? known : nil
    }

    /// As in `f32 [1, 3, ?, ?]`.
    var description: String {
        "\(elementType) \(dimensions.map { "[\($0.map { $0.map(String.init) ?? "?" }.joined(separator: ", "))]" } ?? "[...]")"
    }

    static func text(_ dimensions: [Int]) -> String { "[\(dimensions.map(String.init).joined(separator: ", "))]" }
}

extension DetectorConfiguration {
    /// Has the engine read `file` for the device.
    func read(_ file: ModelFile, purpose: ModelPurpose = .detector) throws(InferenceError) -> any EngineNetwork {
        switch engine.resolved(for: device) {
        case .onnxruntime: try OnnxRuntimeNetwork(file: file, purpose: purpose, configuration: self)
        default: try OpenVINONetwork(file: file, purpose: purpose, configuration: self)
        }
    }
}
