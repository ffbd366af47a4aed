public import Vision

/// Finds objects with a YOLOv8 model, on OpenVINO or ONNX Runtime.
///
/// Several pictures may be in flight, each with an input tensor of its own, which is lent to whoever prepares the
/// picture: nothing is copied. They may go through the network in batches of one size; a batch that is not full when
/// its first picture is asked for goes as it is, the rest of it for nothing. A picture's detections depend on its pixels,
/// the model, the configuration and the kind of device alone, never on what else is in flight.
///
/// A model without class names in its metadata is taken; its classes are then called `class_0`, `class_1`, ….
public final class YOLOv8Detector: Detector {
    public let model: ModelDescription
    /// How many pictures go through the network together.
    public let batchSize: Int
    public var capacity: Int { letterboxes.count }

    private var requests: RequestRing
    /// How pictures in flight were fitted: a ring that begins with the oldest.
    private var letterboxes: [Letterbox?]
    private var oldest = 0
    public private(set) var framesInFlight = 0
    /// How many pictures are in the batch that is started next.
    private var filled = 0
    /// The batch that pictures are taken out of; nil before its first.
    private var reading: Batch?
    private let decoder: YOLOv8OutputDecoder

    private struct Batch {
        /// Where it is, or why it is not; then that is what becomes of each of its pictures.
        let request: Result<Int, InferenceError>
        let count: Int
        var taken = 0
    }

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
            model: network, metadata: file.metadata, file: file.name, requestedSize: configuration.inputSize,
            requestedBatch: configuration.batchSize)
        let wantedClasses = try configuration.wantedClasses(among: contract.classNames, file: file.name)
        let ready = try network.makeReady()
        requests = RequestRing(ready.requests)
        batchSize = contract.batchSize
        letterboxes = Array(repeating: nil, count: requests.capacity * batchSize)
        decoder = YOLOv8OutputDecoder(
            classCount: contract.classNames.count, anchorCount: contract.anchorCount,
            confidence: configuration.confidence, wantedClasses: wantedClasses,
            suppression: NonMaximumSuppression(iouThreshold: configuration.iou, limit: configuration.maxDetections))
        model = ModelDescription(
            name: file.name, sha256: file.sha256,
            precision: file.metadata.isQuantized ? "i8+\(ready.floats)" : ready.floats,
            inputWidth: contract.inputWidth, inputHeight: contract.inputHeight, classNames: contract.classNames,
            engine: ready.engine, device: ready.device,
            batchSize: ready.device == "CPU" || batchSize == 1 ? nil : batchSize)
    }

    public var awaitsMore: Bool { framesInFlight > 0 && framesInFlight == filled }

    public func enqueue(_ prepare: (UnsafeMutableBufferPointer<Float>) throws -> Letterbox) throws {
        precondition(framesInFlight < capacity, "at most \(capacity) pictures can be in flight")
        let tensors = requests[requests.next].input
        let size = tensors.count / batchSize
        let letterbox = try prepare(.init(rebasing: tensors[filled * size..<(filled + 1) * size]))
        if filled + 1 == batchSize {
            try requests.start()
            filled = 0
        } else {
            filled += 1
        }
        letterboxes[(oldest + framesInFlight) % capacity] = letterbox
        framesInFlight += 1
    }

    public func dequeue() throws -> [Detection] {
        try dequeueRaw { output, letterbox in decoder.decode(output, letterbox: letterbox) }
    }

    /// Waits for the oldest picture in flight and lends the network's output to `body`.
    ///
    /// The picture is out of flight whether or not it went well, so that the detector stays usable after an error.
    func dequeueRaw<Value>(
        _ body: (UnsafeBufferPointer<Float>, Letterbox) throws -> Value
    ) throws -> Value {
        precondition(framesInFlight > 0, "nothing is in flight")
        var batch = reading ?? nextBatch()
        let place = batch.taken
        batch.taken += 1
        reading = batch.taken < batch.count ? batch : nil
        guard let letterbox = letterboxes[oldest] else { preconditionFailure("a picture in flight was fitted") }
        oldest = (oldest + 1) % capacity
        framesInFlight -= 1
        let output = requests[try batch.request.get()].output
        let size = output.count / batchSize
        return try body(.init(rebasing: output[place * size..<(place + 1) * size]), letterbox)
    }

    /// Waits for the oldest batch, which is started first where it waits for more.
    ///
    /// Its request may be filled again while pictures are taken out of it, but not be started: that takes a full batch, for
    /// which there is no room before it is empty.
    private func nextBatch() -> Batch {
        let count = requests.inFlight > 0 ? batchSize : filled
        let request = Result<Int, InferenceError> { () throws(InferenceError) in
            if requests.inFlight == 0 {
                filled = 0
                try requests.start()
            }
            return try requests.finishOldest()
        }
        return Batch(request: request, count: count)
    }

    /// Asks the network to drop the newest picture in flight; its ``dequeue()`` then throws, unless it was done already.
    func cancelNewest() { requests.cancelNewest() }
}
