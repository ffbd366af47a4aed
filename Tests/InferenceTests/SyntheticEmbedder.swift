import Foundation

/// Writes a small ONNX model that describes a picture by the means of its three planes.
struct SyntheticEmbedder: ONNXWriter {
    var input: [Int?] = [nil, 3, 8, 4]
    /// ONNX's number: 1 is f32, 10 is f16.
    var inputType = 1
    /// Whether the output is [batch, 3, 1, 1].
    var keepsDimensions = false
    /// Which of the input's dimensions are averaged.
    var axes = [2, 3]
    var outputs = 1

    var bytes: [UInt8] {
        var graph = text(2, "graph")
        graph += field(11, value("crops", type: inputType, input))
        let output: [Int?] = [input.first ?? nil, 3] + (keepsDimensions ? [1, 1] : [])
        for index in 0..<outputs {
            let mean = node("ReduceMean", ["crops"], "output\(index)")
            graph += field(1, mean + attribute("axes", axes) + attribute("keepdims", keepsDimensions ? 1 : 0))
            graph += field(12, value("output\(index)", type: inputType, axes == [2, 3] ? output : [nil, nil, nil]))
        }
        return int(1, 8) + field(8, int(2, 13)) + field(7, graph)
    }

    /// Writes the model, and `sidecar` beside it, into a folder of its own and lends its path.
    func withFile<Result>(sidecar: String? = nil, _ body: (String) throws -> Result) throws -> Result {
        try withFolder { folder in
            let path = folder.appendingPathComponent("synthetic.onnx")
            try Data(bytes).write(to: path)
            try sidecar?.write(
                to: folder.appendingPathComponent("synthetic.yaml"), atomically: true, encoding: .utf8)
            return try body(path.path)
        }
    }
}
