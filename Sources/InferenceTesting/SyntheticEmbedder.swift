public import Foundation

/// Writes a small ONNX model that describes a picture by the means of its three planes, or by all of its values.
public struct SyntheticEmbedder: ONNXWriter {
    public var input: [Int?]
    /// ONNX's number: 1 is f32, 10 is f16.
    public var inputType: Int
    /// Whether the output is [batch, 3, 1, 1].
    public var keepsDimensions: Bool
    /// Which of the input's dimensions are averaged.
    public var axes: [Int]
    public var outputs: Int
    /// Whether nothing is averaged: a vector has all of the input's values.
    public var isFlat: Bool

    public init(
        input: [Int?] = [nil, 3, 8, 4], inputType: Int = 1, keepsDimensions: Bool = false, axes: [Int] = [2, 3],
        outputs: Int = 1, isFlat: Bool = false
    ) {
        self.input = input
        self.inputType = inputType
        self.keepsDimensions = keepsDimensions
        self.axes = axes
        self.outputs = outputs
        self.isFlat = isFlat
    }

    /// The model file.
    public var bytes: [UInt8] {
        var graph = text(2, "graph")
        graph += field(11, value("crops", type: inputType, input))
        let flat = input.dropFirst().reduce(1) { $0 * ($1 ?? 1) }
        let output: [Int?] = [input.first ?? nil, isFlat ? flat : 3] + (keepsDimensions ? [1, 1] : [])
        for index in 0..<outputs {
            if isFlat {
                graph += field(1, node("Flatten", ["crops"], "output\(index)"))
            } else {
                let mean = node("ReduceMean", ["crops"], "output\(index)")
                graph += field(1, mean + attribute("axes", axes) + attribute("keepdims", keepsDimensions ? 1 : 0))
            }
            graph += field(12, value("output\(index)", type: inputType, axes == [2, 3] ? output : [nil, nil, nil]))
        }
        return int(1, 8) + field(8, int(2, 13)) + field(7, graph)
    }

    /// Writes the model into a file, and `sidecar` beside it, into one of the same name that ends in `.yaml`.
    public func write(to url: URL, sidecar: String? = nil) throws {
        try Data(bytes).write(to: url)
        try sidecar?.write(
            to: url.deletingPathExtension().appendingPathExtension("yaml"), atomically: true, encoding: .utf8)
    }
}
