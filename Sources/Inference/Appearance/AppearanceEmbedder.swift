internal import Vision

/// Tells what objects look like, with a re-identification network: vectors whose angles are small between
/// pictures of one object and large between those of others.
///
/// Crops go through the network in batches of one size, several in flight. A crop's vector depends on its pixels, the
/// model, the configuration and the kind of device alone, never on what else is asked for. An embedder belongs to one
/// thread at a time.
public final class AppearanceEmbedder {
    /// What describes the objects, and what it wants to see.
    public let model: EmbedderDescription

    /// How many crops go through the network at a time.
    public let batchSize: Int

    private var requests: RequestRing
    /// Which crops are in each request's batch.
    private var batches: [[Int]]

    /// Loads a model and makes it ready; takes from tenths of a second to minutes, by model and device.
    ///
    /// The network's input must be [batch, 3, height, width] and its output [batch, numbers], both single-precision
    /// floats, where batch, height and width may be open. What it wants to see is read from a file beside it, as in
    /// `osnet.yaml` for `osnet.onnx`: `input: 256x128` (height x width), `mean: [0.485, 0.456, 0.406]`,
    /// `std: [0.229, 0.224, 0.225]`, `color: rgb`. What the file does not say is as in this example, but for the size,
    /// which is then the model's.
    ///
    /// - Parameters:
    ///   - modelPath: an ONNX file; an OpenVINO `.xml`, with its `.bin` beside it; or a folder that holds one such `.xml`.
    ///   - configuration: where and how to run.
    /// - Throws: when the model or the file beside it cannot be read, when it is no re-identification network, and when
    ///   the device is not there.
    public init(modelPath: String, configuration: EmbedderConfiguration = .init()) throws(InferenceError) {
        try configuration.validate()
        let file = try ModelFile(path: modelPath, purpose: .embedder)
        let network = try configuration.common.read(file, purpose: .embedder)
        let contract = try AppearanceContract(model: network, file: file, configuration: configuration)
        let ready = try network.makeReady()
        requests = RequestRing(ready.requests)
        batches = Array(repeating: [], count: requests.capacity)
        batchSize = contract.batchSize
        model = EmbedderDescription(
            name: file.name, sha256: file.sha256,
            precision: file.metadata.isQuantized ? "i8+\(ready.floats)" : ready.floats, input: contract.input,
            dimension: contract.dimension, engine: ready.engine, device: ready.device)
    }

    /// Describes `count` crops.
    ///
    /// - Parameters:
    ///   - count: 0 or more.
    ///   - prepare: called once for each crop, in order, with its index and `3 × height × width` floats to fill as
    ///     ``model`` wants them; what they hold before is of no meaning. It returns false where there is nothing to see.
    /// - Returns: `count` × dimension numbers, vector after vector, each of length 1; zeros where there was nothing to see
    ///   or the network's answer is zero or not finite.
    /// - Throws: what `prepare` throws, and ``InferenceError`` when the engine fails; the embedder stays usable.
    public func embed(
        count: Int, _ prepare: (_ index: Int, _ tensor: UnsafeMutableBufferPointer<Float>) throws -> Bool
    ) throws -> [Float] {
        precondition(count >= 0)
        var vectors = [Float](repeating: 0, count: count * model.dimension)
        // After an error, batches may be in flight whose results nobody wants.
        defer { while requests.inFlight > 0 { _ = try? requests.finishOldest() } }
        var next = 0
        while next < count {
            if requests.inFlight == requests.capacity { try collectOldest(into: &vectors) }
            let index = requests.next
            try fill(index, from: &next, count: count, prepare)
            guard !batches[index].isEmpty else { break }
            try requests.start()
        }
        while requests.inFlight > 0 { try collectOldest(into: &vectors) }
        return vectors
    }

    /// Fills the request's batch with the crops from `next` on, and what remains of it with zeros.
    private func fill(
        _ request: Int, from next: inout Int, count: Int,
        _ prepare: (Int, UnsafeMutableBufferPointer<Float>) throws -> Bool
    ) throws {
        batches[request].removeAll(keepingCapacity: true)
        let values = requests[request].input
        let size = values.count / batchSize
        while next < count, batches[request].count < batchSize {
            let start = batches[request].count * size
            if try prepare(next, UnsafeMutableBufferPointer(rebasing: values[start..<start + size])) {
                batches[request].append(next)
            }
            next += 1
        }
        UnsafeMutableBufferPointer(rebasing: values[(batches[request].count * size)...]).update(repeating: 0)
    }

    private func collectOldest(into vectors: inout [Float]) throws {
        let request = try requests.finishOldest()
        let output = requests[request].output
        let dimension = model.dimension
        for (place, crop) in batches[request].enumerated() {
            let vector = UnsafeBufferPointer(rebasing: output[place * dimension..<(place + 1) * dimension])
            var sum = 0.0
            for value in vector { sum += Double(value) * Double(value) }
            let length = sum.squareRoot()
            guard length.isFinite, length > 1e-12 else { continue }
            for (index, value) in vector.enumerated() {
                vectors[crop * dimension + index] = Float(Double(value) / length)
            }
        }
    }
}
