public import Vision

/// Finds objects with a YOLOv8 model, on OpenVINO or ONNX Runtime.
///
/// Several pictures may be in flight, each with an input tensor of its own, which is lent to whoever prepares the
/// picture: nothing is copied. A picture's detections depend on its pixels, the model, the configuration and the kind of
/// device alone, never on what else is in flight.
///
/// A model without class names in its metadata is taken; its classes are then called `class_0`, `class_1`, ….
public final class YOLOv8Detector: Detector {
    public let model: ModelDescription
    public var capacity: Int { requests.capacity }

    private var requests: RequestRing
    /// How the picture in each request was fitted.
    private var letterboxes: [Letterbox?]
    public var framesInFlight: Int { requests.inFlight }
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
        let network = try configuration.read(file)
        let contract = try YOLOv8Contract(
            model: network, metadata: file.metadata, file: file.name, requestedSize: configuration.inputSize)
        let wantedClasses = try configuration.wantedClasses(among: contract.classNames, file: file.name)
        let ready = try network.makeReady()
        requests = RequestRing(ready.requests)
        letterboxes = Array(repeating: nil, count: requests.capacity)
        decoder = YOLOv8OutputDecoder(
            classCount: contract.classNames.count, anchorCount: contract.anchorCount,
            confidence: configuration.confidence, wantedClasses: wantedClasses,
            suppression: NonMaximumSuppression(iouThreshold: configuration.iou, limit: configuration.maxDetections))
        model = ModelDescription(
            name: file.name, sha256: file.sha256,
            precision: file.metadata.isQuantized ? "i8+\(ready.floats)" : ready.floats,
            inputWidth: contract.inputWidth, inputHeight: contract.inputHeight, classNames: contract.classNames,
            engine: ready.engine, device: ready.device)
    }

    public func enqueue(_ prepare: (UnsafeMutableBufferPointer<Float>) throws -> Letterbox) throws {
        let index = requests.next
        letterboxes[index] = try prepare(requests[index].input)
        try requests.start()
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
        let index = try requests.finishOldest()
        guard let letterbox = letterboxes[index] else { preconditionFailure("a picture in flight was fitted") }
        return try body(requests[index].output, letterbox)
    }

    /// Asks the network to drop the newest picture in flight; its ``dequeue()`` then throws, unless it was done already.
    func cancelNewest() { requests.cancelNewest() }
}
