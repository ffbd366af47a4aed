/// How a detector runs, and which of its detections count.
public struct DetectorConfiguration: Sendable, Hashable {
    /// The precision in which the engine computes.
    public enum Precision: String, Sendable, Hashable, CaseIterable {
        /// What the engine holds best on the device at hand: bfloat16 on processors that have it, half floats on GPUs.
        case auto
        /// Single precision: slower, and comparable between devices.
        case f32
    }

    /// A picture size in pixels.
    public struct InputSize: Sendable, Hashable {
        public var width, height: Int

        public init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }
    }

    /// What runs the network.
    public var engine = InferenceEngine.auto
    /// Where to run. OpenVINO knows `CPU`, `GPU`, `NPU`, as far as they are there, and `AUTO` for what it thinks best; with
    /// `AUTO` the device may change while running, and with it the last digits of results. ONNX Runtime knows `CPU`,
    /// `cuda` and `tensorrt`, and which of several with `cuda:1`.
    public var device = "CPU"
    public var precision = Precision.auto
    /// Detections count when their score is strictly greater; 0…1. Raising it loses faint objects, lowering it brings
    /// false ones.
    public var confidence = 0.25
    /// Of two boxes of one class whose intersection over union is strictly greater, the better one stays; 0…1.
    public var iou = 0.7
    /// The names of the classes to keep; nil keeps all. A box whose best class is another one is dropped before
    /// suppression, so that it takes nobody's place among ``maxDetections``.
    public var classes: [String]?
    /// The most detections per picture; at least 1.
    public var maxDetections = 300
    /// How many pictures go through the network together, 1…64; nil takes the model's own where it is made for one size of
    /// batch, else 1. On processors results do not depend on it; elsewhere ``ModelDescription/batchSize`` says what it is.
    public var batchSize: Int?
    /// How many batches may be in flight, 1…256; nil takes as many as the engine holds best for throughput, and room for
    /// three pictures more, so that some are prepared meanwhile. With 1, all threads work on one batch: the least delay,
    /// and fewer pictures per second. Results do not depend on it.
    public var requests: Int?
    /// The input size for models that leave it open; nil takes the model's metadata, then 640 × 640. Both sides must be
    /// multiples of the model's stride (32).
    public var inputSize: InputSize?
    /// How many processor threads to use; nil leaves it to the engine. Results do not depend on it.
    public var threads: Int?
    /// A folder where OpenVINO or TensorRT keeps compiled models, so that the next start is faster; nil keeps none.
    public var cacheDirectory: String?

    public init() {}
}
