import Foundation
import InferenceTesting

@testable import Inference

/// Writes small ONNX models, so that tests need no model files. The network adds the mean of its input to a matrix of
/// constants, which makes its output known.
struct SyntheticModel: ONNXWriter {
    var input: [Int?] = [1, 3, 64, 64]
    /// The output's size: rows × columns, and its values row by row.
    var rows = 6
    var columns = 84
    var values: [Float]?
    var metadata: [(String, String)] = [
        ("task", "detect"), ("stride", "32"), ("imgsz", "[64, 64]"), ("names", "{0: 'cat', 1: 'dog'}"),
    ]
    /// How many times the output is given out.
    var outputs = 1
    /// ONNX's number: 1 is f32, 10 is f16.
    var inputType = 1

    var bytes: [UInt8] {
        let constants = values ?? Array(repeating: 0, count: rows * columns)
        var raw: [UInt8] = []
        for value in constants { withUnsafeBytes(of: value.bitPattern.littleEndian) { raw += $0 } }
        let tensor = ints(1, [1, rows, columns]) + int(2, 1) + field(9, raw) + text(8, "constants")
        var graph = text(2, "graph") + field(5, tensor)
        var source = "images"
        if inputType != 1 {
            graph += field(1, node("Cast", [source], "cast") + field(5, text(1, "to") + int(3, 1) + int(20, 2)))
            source = "cast"
        }
        graph += field(
            1, node("ReduceMean", [source], "columns_mean") + attribute("axes", [2]) + attribute("keepdims", 0))
        graph += field(
            1, node("ReduceMean", ["columns_mean"], "mean") + attribute("axes", [1, 2]) + attribute("keepdims", 1))
        graph += field(11, value("images", type: inputType, input))
        for index in 0..<outputs {
            graph += field(1, node("Add", ["constants", "mean"], "output\(index)"))
            graph += field(12, value("output\(index)", type: 1, [input.first ?? 1, rows, columns]))
        }
        var model = int(1, 8) + field(8, int(2, 13)) + field(7, graph)
        for (key, value) in metadata { model += field(14, text(1, key) + text(2, value)) }
        return model
    }

    /// Writes the model into a folder of its own and lends its path.
    func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
        try withFolder { folder in
            let path = folder.appendingPathComponent("synthetic.onnx")
            try Data(bytes).write(to: path)
            return try body(path.path)
        }
    }
}

extension SyntheticModel {
    /// A detector with this model, in single precision unless changed.
    func detector(
        _ engine: InferenceEngine, _ change: (inout DetectorConfiguration) -> Void = { _ in }
    ) throws -> YOLOv8Detector {
        try withFile { path in
            try YOLOv8Detector(
                modelPath: path,
                configuration: InferenceFixture.configuration {
                    $0.engine = engine
                    change(&$0)
                })
        }
    }
}

/// Lends a folder that is gone afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lapwing-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

extension SyntheticEmbedder {
    /// Writes the model, and `sidecar` beside it, into a folder of its own and lends its path.
    func withFile<Result>(sidecar: String? = nil, _ body: (String) throws -> Result) throws -> Result {
        try withFolder { folder in
            let url = folder.appendingPathComponent("synthetic.onnx")
            try write(to: url, sidecar: sidecar)
            return try body(url.path)
        }
    }
}
