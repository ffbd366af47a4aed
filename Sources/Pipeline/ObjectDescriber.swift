internal import Inference
internal import Media
internal import Tracking
internal import Vision

/// Tells a tracker what objects look like: cuts them out of the picture and has the network describe them.
///
/// It keeps its buffers from frame to frame, and belongs to one thread at a time.
final class ObjectDescriber {
    private let embedder: AppearanceEmbedder
    private let scaler: CropScaler

    init(_ embedder: AppearanceEmbedder) {
        self.embedder = embedder
        scaler = CropScaler(embedder.model.input)
    }

    /// - Parameters:
    ///   - indices: which of the detections to describe.
    ///   - image: the picture that they were found in.
    /// - Returns: a vector for each detection; zeros, which say nothing, for the others.
    /// - Throws: ``MediaError`` for a picture that cannot be read, ``InferenceError`` when the engine fails.
    func describe(_ indices: [Int], of detections: [Detection], in image: VideoFrame) throws -> AppearanceVectors {
        let described = try embedder.embed(count: indices.count) { place, tensor in
            try scaler.scale(detections[indices[place]].box, of: image, into: tensor)
        }
        let dimension = embedder.model.dimension
        guard indices.count < detections.count else { return AppearanceVectors(described, dimension: dimension) }
        var values = [Float](repeating: 0, count: detections.count * dimension)
        for (place, index) in indices.enumerated() {
            values.replaceSubrange(
                index * dimension..<(index + 1) * dimension,
                with: described[place * dimension..<(place + 1) * dimension])
        }
        return AppearanceVectors(values, dimension: dimension)
    }
}
