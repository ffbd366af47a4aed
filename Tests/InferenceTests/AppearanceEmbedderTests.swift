import Foundation
import InferenceTesting
import Media
import Testing
import Vision

@testable import Inference

@Suite("Appearance embedder", .serialized)
struct AppearanceEmbedderTests {
    private func configuration(_ change: (inout EmbedderConfiguration) -> Void = { _ in }) -> EmbedderConfiguration {
        var configuration = EmbedderConfiguration()
        configuration.precision = .f32
        change(&configuration)
        return configuration
    }

    private func embedder(
        _ model: SyntheticEmbedder = .init(), _ engine: InferenceEngine = .openvino, sidecar: String? = nil,
        _ change: (inout EmbedderConfiguration) -> Void = { _ in }
    ) throws -> AppearanceEmbedder {
        try model.withFile(sidecar: sidecar) { path in
            try AppearanceEmbedder(
                modelPath: path,
                configuration: configuration {
                    $0.engine = engine
                    change(&$0)
                })
        }
    }

    private func refusal(
        _ model: SyntheticEmbedder = .init(), _ engine: InferenceEngine = .openvino, sidecar: String? = nil
    ) throws -> InferenceError {
        try #require(throws: InferenceError.self) { try embedder(model, engine, sidecar: sidecar) }
    }

    /// Fills the three planes.
    private func fill(_ tensor: UnsafeMutableBufferPointer<Float>, _ values: [Float]) {
        let plane = tensor.count / 3
        for index in tensor.indices { tensor[index] = values[index / plane] }
    }

    @Test(
        "Vectors have length 1 and are those of their crops, whatever the number in a batch and in flight",
        arguments: InferenceFixture.engines)
    func embeds(engine: InferenceEngine) throws {
        for (batchSize, requests) in [(1, 1), (3, 1), (4, 2), (16, 2)] {
            let embedder = try embedder(.init(), engine) { ($0.batchSize, $0.requests) = (batchSize, requests) }
            #expect(embedder.batchSize == batchSize)
            #expect(embedder.model.dimension == 3)
            for count in [0, 1, 3, 4, 9, 20] {
                let vectors = try embedder.embed(count: count) { index, tensor in
                    #expect(tensor.count == 3 * 8 * 4)
                    fill(tensor, [Float(index), 1, 2])
                    return true
                }
                try #require(vectors.count == 3 * count)
                for index in 0..<count {
                    let length = Float(index * index + 5).squareRoot()
                    for (place, value) in [Float(index), 1, 2].enumerated() {
                        #expect(abs(vectors[3 * index + place] - value / length) < 1e-6)
                    }
                }
            }
        }
    }

    @Test(
        "Where there is nothing to see, and where the network says nothing, the vector is zero",
        arguments: InferenceFixture.engines)
    func zeroVectors(engine: InferenceEngine) throws {
        let embedder = try embedder(.init(), engine) { $0.batchSize = 2 }
        let vectors = try embedder.embed(count: 7) { index, tensor in
            fill(
                tensor,
                index == 3 ? [0, 0, 0] : index == 4 ? [.nan, 1, 1] : index == 6 ? [.infinity, 1, 1] : [0, 5, 0])
            return index != 1 && index != 2
        }
        let zero: [Float] = [0, 0, 0]
        let seen: [Float] = [0, 1, 0]
        #expect(vectors == [seen, zero, zero, zero, zero, seen, zero].flatMap(\.self))
        #expect(try embedder.embed(count: 3) { _, _ in false } == Array(repeating: 0, count: 9))
    }

    @Test("After an error the embedder goes on", arguments: InferenceFixture.engines)
    func errors(engine: InferenceEngine) throws {
        struct Failure: Error {}
        let embedder = try embedder(.init(), engine) { ($0.batchSize, $0.requests) = (2, 2) }
        for failing in 0..<9 {
            #expect(throws: Failure.self) {
                try embedder.embed(count: 9) { index, tensor in
                    fill(tensor, [1, 1, 1])
                    if index == failing { throw Failure() }
                    return true
                }
            }
            let vectors = try embedder.embed(count: 3) { index, tensor in
                fill(tensor, (0..<3).map { $0 == index ? 4 : 0 })
                return true
            }
            #expect(vectors == [1, 0, 0, 0, 1, 0, 0, 0, 1])
        }
    }

    @Test("The file beside the model says what the network wants to see; without it, it is ImageNet's RGB")
    func sidecar() throws {
        #expect(try embedder().model.input == AppearanceInput(width: 4, height: 8))
        let full = "input: 8x4\nmean: [0.5, 0.25, 0]\nstd: [1, 2, 0.5]\ncolor: bgr\n"
        #expect(
            try embedder(sidecar: full).model.input
                == AppearanceInput(
                    width: 4, height: 8, colorOrder: .bgr, mean: SIMD3(0.5, 0.25, 0),
                    standardDeviation: SIMD3(1, 2, 0.5)))
        #expect(try embedder(sidecar: "").model.input == AppearanceInput(width: 4, height: 8))
        let bgr = try embedder(sidecar: "color: bgr").model.input
        #expect(bgr.mean == SIMD3(0.406, 0.456, 0.485))
        let open = SyntheticEmbedder(input: [nil, 3, nil, nil])
        let sized = try embedder(open, sidecar: "input: 32x16").model.input
        #expect(sized.height == 32 && sized.width == 16)
        let given = AppearanceInput(width: 6, height: 10, colorOrder: .bgr)
        #expect(try embedder(open, sidecar: "input: 32x16") { $0.input = given }.model.input == given)
    }

    @Test("A file beside the model that cannot be understood is refused with its path and what was expected")
    func refusesSidecar() throws {
        for (yaml, words) in [
            ("input: 256", "input is not"), ("input: 0x4", "input is not"), ("input: 99999x4", "input is not"),
            ("input: 8x4x3", "input is not"), ("mean: 0.5", "mean is not"), ("mean: [1, 2]", "mean is not"),
            ("mean: [1, 2, .nan]", "mean is not"), ("std: [1, 0, 1]", "std must be positive"),
            ("color: grey", "neither rgb nor bgr"), ("means: [1, 2, 3]", "\"means\" is not known"),
            ("- 1", "not a list of names"), ("{", "not YAML"),
        ] {
            let error = try refusal(sidecar: yaml)
            #expect(error.code == .configuration)
            #expect(error.detail.contains(words) && error.detail.contains("synthetic.yaml"), "\(error)")
            #expect(error.detail.contains("input: 256x128"))
        }
        let other = try refusal(sidecar: "input: 16x4")
        #expect(other.detail.contains("8 high and 4 wide only, not 16 high"))
    }

    @Test("Models that are no embedders are refused with what was found", arguments: InferenceFixture.engines)
    func refusesModels(engine: InferenceEngine) throws {
        for (model, words) in [
            (SyntheticEmbedder(input: [nil, 1, 8, 4]), "[?, 1, 8, 4]"),
            (SyntheticEmbedder(input: [nil, 3, 8, 4], inputType: 10), "f16"),
            (SyntheticEmbedder(axes: [3]), "[1, 3, 8]"), (SyntheticEmbedder(outputs: 2), "2 outputs"),
            (SyntheticEmbedder(input: [1, 3, 2000, 4]), "larger than 1024"),
            (SyntheticEmbedder(input: [999, 3, 8, 4]), "256 pictures"),
        ] {
            let error = try refusal(model, engine)
            #expect(error.code == .wrongModel)
            #expect(error.detail.contains(words) && error.detail.contains("expected a re-identification"), "\(error)")
        }
        let open = try refusal(SyntheticEmbedder(input: [nil, 3, nil, nil]))
        #expect(open.detail.contains("synthetic.yaml") && open.detail.contains("input: 256x128"))
        let missing = try #require(throws: InferenceError.self) {
            try AppearanceEmbedder(modelPath: "/nowhere/reid.onnx")
        }
        #expect(missing.detail.contains("/nowhere/reid.onnx") && missing.detail.contains("--appearance-model"))
        #expect(throws: InferenceError.self) { try embedder(.init(), engine) { $0.batchSize = 0 } }
        #expect(throws: InferenceError.self) { try embedder(.init(), engine) { $0.device = "NONE" } }
    }

    @Test(
        "A model made for one number of pictures keeps it; one that leaves a pixel per plane is taken",
        arguments: InferenceFixture.engines)
    func fixedBatch(engine: InferenceEngine) throws {
        #expect(try embedder(SyntheticEmbedder(input: [2, 3, 8, 4]), engine).batchSize == 2)
        #expect(try embedder(SyntheticEmbedder(input: [2, 3, 8, 4]), engine) { $0.batchSize = 7 }.batchSize == 2)
        #expect(try embedder().batchSize == 1)
        #expect(try embedder(SyntheticEmbedder(keepsDimensions: true), engine).model.dimension == 3)
    }

    @Test("Crops of generated pictures go through: red is red, and empty boxes are zero")
    func crops() throws {
        let (width, height) = (100, 60)
        var bytes: [UInt8] = []
        for _ in 0..<height {
            for x in 0..<width { bytes += x < 50 ? [0, 0, 255] : [255, 0, 0] }  // Red, then blue.
        }
        let frame = try VideoFrame(raw: bytes, pixelFormat: "bgr24", width: width, height: height)
        let embedder = try embedder(sidecar: "mean: [0, 0, 0]\nstd: [1, 1, 1]")
        let scaler = CropScaler(embedder.model.input)
        let boxes = [
            BoundingBox(x1: -20, y1: -20, x2: 40, y2: 30), BoundingBox(x1: 60, y1: 0, x2: 1e300, y2: 1e300),
            BoundingBox(x1: 10, y1: 10, x2: 10, y2: 20), BoundingBox(x1: 200, y1: 10, x2: 210, y2: 20),
            BoundingBox(x1: .nan, y1: 10, x2: 10, y2: 20), BoundingBox(x1: 30, y1: 10, x2: 20, y2: 20),
        ]
        let vectors = try embedder.embed(count: boxes.count) { index, tensor in
            try scaler.scale(boxes[index], of: frame, into: tensor)
        }
        #expect(vectors == [1, 0, 0, 0, 0, 1] + Array(repeating: 0, count: 12))
    }
}
