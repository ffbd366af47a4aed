internal import COpenVINO
public import Vision

/// Finds objects with a YOLOv8 model, on OpenVINO.
///
/// Several pictures may be in flight, each with an input tensor of its own, which is lent to whoever prepares the
/// picture: nothing is copied. A picture's detections depend on its pixels, the model, the configuration and the kind of
/// device alone, never on what else is in flight.
///
/// A model without class names in its metadata is taken; its classes are then called `class_0`, `class_1`, ….
public final class YOLOv8Detector: Detector {
    public let model: ModelDescription
    public var capacity: Int { requests.count }

    private let requests: [OpenVINOInferRequest]
    /// How the picture in each request was fitted.
    private var letterboxes: [Letterbox?]
    /// The request of the oldest picture in flight, and how many are in flight: a ring.
    private var oldest = 0
    private var inFlight = 0
    public var framesInFlight: Int { inFlight }
    private let decoder: YOLOv8OutputDecoder

    /// Loads a model and makes it ready; takes from tenths of a second to minutes, by model and device.
    ///
    /// - Parameters:
    ///   - modelPath: an ONNX file as `yolo export format=onnx` writes it; an OpenVINO `.xml`, with its `.bin` beside it;
    ///     or a folder that holds one such `.xml`, as `yolo export format=openvino` makes it.
    ///   - configuration: where and how to run, and which detections count.
    /// - Throws: when the model cannot be read or is no YOLOv8 detector, when the device is not there, and when a setting
    ///   does not go with the model.
    public init(modelPath: String, configuration: DetectorConfiguration = .init()) throws(InferenceError) {
        try configuration.validate()
        let file = try ModelFile(path: modelPath)
        let core = try OpenVINOCore()
        let device = try configuration.resolveDevice(core.availableDevices())
        let network = try core.readModel(path: file.path, weights: file.weightsPath)
        let contract = try YOLOv8Contract(
            model: network, metadata: file.metadata, file: file.name, requestedSize: configuration.inputSize)
        let wantedClasses = try configuration.wantedClasses(among: contract.classNames, file: file.name)
        let compiled = try network.compile(device: device, properties: configuration.openVINOProperties)

        var requests: [OpenVINOInferRequest] = []
        // One more than can run at a time: the next picture is prepared while all streams of the device are busy.
        let optimum = compiled.property("OPTIMAL_NUMBER_OF_INFER_REQUESTS").flatMap { Int($0) } ?? 1
        for _ in 0..<(configuration.requests ?? min(max(optimum, 1), 64) + 1) {
            requests.append(
                try OpenVINOInferRequest(
                    model: compiled,
                    input: OpenVINOTensor(dimensions: [1, 3, contract.inputHeight, contract.inputWidth]),
                    output: OpenVINOTensor(dimensions: [1, 4 + contract.classNames.count, contract.anchorCount])))
        }
        self.requests = requests
        letterboxes = Array(repeating: nil, count: requests.count)
        decoder = YOLOv8OutputDecoder(
            classCount: contract.classNames.count, anchorCount: contract.anchorCount,
            confidence: configuration.confidence, wantedClasses: wantedClasses,
            suppression: NonMaximumSuppression(iouThreshold: configuration.iou, limit: configuration.maxDetections))
        let floats = compiled.property("INFERENCE_PRECISION_HINT") ?? configuration.precision.rawValue
        model = ModelDescription(
            name: file.name, sha256: file.sha256, precision: file.metadata.isQuantized ? "i8+\(floats)" : floats,
            inputWidth: contract.inputWidth, inputHeight: contract.inputHeight, classNames: contract.classNames,
            engine: "OpenVINO \(OpenVINOCore.version)",
            device: compiled.property("EXECUTION_DEVICES").map { $0.split(separator: " ").joined(separator: ",") }
                ?? device)
    }

    public func enqueue(_ prepare: (UnsafeMutableBufferPointer<Float>) throws -> Letterbox) throws {
        precondition(inFlight < capacity, "dequeue() before more than \(capacity) pictures are in flight")
        let index = (oldest + inFlight) % capacity
        letterboxes[index] = try prepare(requests[index].input.values)
        try requests[index].start()
        inFlight += 1
    }

    public func dequeue() throws -> [Detection] {
        try dequeueRaw { output, letterbox in decoder.decode(output, letterbox: letterbox) }
    }

    /// Waits for the oldest picture in flight and lends the network's output to `body`.
    ///
    /// The picture is out of flight whether or not it went well, so that the detector stays usable after an error.
    func dequeueRaw<Result>(
        _ body: (UnsafeBufferPointer<Float>, Letterbox) throws -> Result
    ) throws -> Result {
        precondition(inFlight > 0, "enqueue() before dequeue()")
        let index = oldest
        oldest = (oldest + 1) % capacity
        inFlight -= 1
        try requests[index].wait()
        guard let letterbox = letterboxes[index] else { preconditionFailure("a picture in flight was fitted") }
        return try body(UnsafeBufferPointer(requests[index].output.values), letterbox)
    }

    /// Asks the network to drop the newest picture in flight; its ``dequeue()`` then throws, unless it was done already.
    func cancelNewest() {
        guard inFlight > 0 else { return }
        requests[(oldest + inFlight - 1) % capacity].cancel()
    }
}
