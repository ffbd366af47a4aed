public import Vision

/// How an ``AppearanceEmbedder`` runs.
public struct EmbedderConfiguration: Sendable, Hashable {
    /// What runs the network.
    public var engine = InferenceEngine.auto
    /// Where to run: `CPU`, `GPU`, `NPU`, `AUTO`, `cuda`, `tensorrt`; see ``DetectorConfiguration/device``.
    public var device = "CPU"
    /// The precision in which the engine computes.
    public var precision = DetectorConfiguration.Precision.auto
    /// How many crops go through the network at a time, 1…256, where the model leaves it open; crops that are lacking are
    /// made up with zeros, which cost as much as others. Nil takes 1 on processors, which are fastest with one crop per
    /// request, and 8 on graphics processors. Vectors of different batch sizes differ by rounding.
    public var batchSize: Int?
    /// How many batches may be in flight, 1…256; nil takes three more than the engine holds best. Results do not
    /// depend on it.
    public var requests: Int?
    /// How many processor threads to use; nil leaves it to the engine. Results do not depend on it.
    public var threads: Int?
    /// A folder where the engine keeps compiled models, so that the next start is faster; nil keeps none.
    public var cacheDirectory: String?
    /// What the network wants to see; nil takes it from the file beside the model, and then from the model.
    public var input: AppearanceInput?

    public init() {}

    /// The settings that all networks have.
    var common: DetectorConfiguration {
        var common = DetectorConfiguration()
        common.engine = engine
        common.device = device
        common.precision = precision
        common.requests = requests
        common.threads = threads
        common.cacheDirectory = cacheDirectory
        return common
    }

    /// Refuses what is out of range whatever the model.
    func validate() throws(InferenceError) {
        try common.validate()
        if let batchSize, !AppearanceContract.batchSizes.contains(batchSize) {
            throw InferenceError(
                .configuration, operation: "check configuration",
                detail: "the batch size must be from 1 to \(AppearanceContract.batchSizes.upperBound), not \(batchSize)"
            )
        }
    }
}
