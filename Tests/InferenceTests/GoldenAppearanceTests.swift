import Foundation
import Inference
import Media
import Testing
import Vision

@Suite(
    "Golden appearance", .serialized,
    .enabled(if: InferenceFixture.hasVideos, "needs LAPWING_ASSETS and the ffmpeg command"))
struct GoldenAppearanceTests {
    private struct Crop: Decodable {
        var frame: Int
        var identity: String
        var crop: [Double]
        var embedding: [Float]

        var box: BoundingBox { BoundingBox(x1: crop[0], y1: crop[1], x2: crop[2], y2: crop[3]) }
    }

    private func crops() throws -> [Crop] {
        try String(contentsOfFile: InferenceFixture.path("golden/reid-osnet.jsonl"), encoding: .utf8)
            .split(separator: "\n").map { try JSONDecoder().decode(Crop.self, from: Data($0.utf8)) }
    }

    /// The pictures that the crops are cut out of.
    private func frames(_ crops: [Crop]) throws -> [VideoFrame] {
        let choice = crops.map { "eq(n\\,\($0.frame))" }.joined(separator: "+")
        let data = try InferenceFixture.ffmpeg([
            "-i", InferenceFixture.path("videos/one-by-one-person-detection.mp4"), "-vf", "select=\(choice)", "-vsync",
            "0", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-",
        ])
        let size = 768 * 432 * 3 / 2
        try #require(data.count == crops.count * size)
        return try (0..<crops.count).map { index in
            try VideoFrame(
                raw: Array(data[index * size..<(index + 1) * size]), pixelFormat: "yuv420p", width: 768, height: 432,
                colorSpace: "smpte170m", isFullRange: false)
        }
    }

    private func embedder(_ change: (inout EmbedderConfiguration) -> Void = { _ in }) throws -> AppearanceEmbedder {
        var configuration = EmbedderConfiguration()
        configuration.precision = .f32
        change(&configuration)
        return try AppearanceEmbedder(
            modelPath: InferenceFixture.path("models/osnet_x0_25_msmt17.onnx"), configuration: configuration)
    }

    private func embed(
        _ boxes: [(VideoFrame, BoundingBox)], with embedder: AppearanceEmbedder
    ) throws -> [[Float]] {
        let scaler = CropScaler(embedder.model.input)
        let values = try embedder.embed(count: boxes.count) { index, tensor in
            try scaler.scale(boxes[index].1, of: boxes[index].0, into: tensor)
        }
        let dimension = embedder.model.dimension
        return boxes.indices.map { Array(values[$0 * dimension..<($0 + 1) * dimension]) }
    }

    private func cosine(_ a: [Float], _ b: [Float]) -> Double {
        func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }

    @Test("Crops of the real video have the golden vectors", arguments: InferenceFixture.engines)
    func golden(engine: InferenceEngine) throws {
        let crops = try crops()
        let embedder = try embedder { $0.engine = engine }
        #expect(embedder.model.dimension == 512)
        #expect(embedder.model.input == AppearanceInput(width: 128, height: 256))
        #expect(embedder.model.precision == "f32")
        let found = try embed(Array(zip(try frames(crops), crops.map(\.box))), with: embedder)
        var worst = (cosine: 1.0, difference: Float(0))
        for (vector, crop) in zip(found, crops) {
            worst.cosine = min(worst.cosine, cosine(vector, crop.embedding))
            worst.difference = max(worst.difference, zip(vector, crop.embedding).map { abs($0 - $1) }.max() ?? 1)
        }
        // The file keeps five decimals.
        #expect(worst.cosine > 0.999999, "\(worst)")
        #expect(worst.difference < 1e-5, "\(worst)")
    }

    @Test("One person's vectors are alike, others' are not")
    func separates() throws {
        let crops = try crops()
        let found = try embed(Array(zip(try frames(crops), crops.map(\.box))), with: embedder())
        for one in crops.indices {
            for other in crops.indices where other > one {
                let isSame = crops[one].identity == crops[other].identity
                let cosine = cosine(found[one], found[other])
                // What the golden vectors keep to.
                #expect(isSame ? cosine > 0.966 : cosine < 0.861, "\(one), \(other): \(cosine)")
            }
        }
    }

    @Test(
        "A crop's vector is the same to the bit whatever it is asked for with",
        arguments: [
            (InferenceEngine.openvino, DetectorConfiguration.Precision.auto), (.openvino, .f32), (.onnxruntime, .f32),
        ])
    func isIndependent(engine: InferenceEngine, precision: DetectorConfiguration.Precision) throws {
        let crops = try crops()
        let items = Array(zip(try frames(crops), crops.map(\.box)))
        for batchSize in [1, 8] {
            let embedder = try embedder {
                ($0.engine, $0.precision, $0.batchSize) = (engine, precision, batchSize)
            }
            let together = try embed(items, with: embedder)
            let reversed = try embed(items.reversed(), with: embedder)
            #expect(Array(reversed.reversed()) == together, "in batches of \(batchSize)")
            for (index, item) in items.enumerated() {
                #expect(try embed([item], with: embedder)[0] == together[index], "in batches of \(batchSize)")
            }
            for (requests, threads) in [(1, 1), (3, 2)] {
                let other = try self.embedder {
                    ($0.engine, $0.precision, $0.batchSize) = (engine, precision, batchSize)
                    ($0.requests, $0.threads) = (requests, threads)
                }
                #expect(try embed(items, with: other) == together, "\(requests) requests, \(threads) threads")
            }
        }
    }

    @Test("Vectors of other batch sizes differ by rounding alone")
    func batchSizes() throws {
        let crops = try crops()
        let items = Array(zip(try frames(crops), crops.map(\.box)))
        let one = try embed(items, with: embedder { $0.batchSize = 1 })
        let eight = try embed(items, with: embedder { $0.batchSize = 8 })
        for (a, b) in zip(one.joined(), eight.joined()) { #expect(abs(a - b) < 1e-5) }
    }

    @Test("A detector is refused, with what was expected and what was found")
    func refusesDetector() throws {
        let error = try #require(throws: InferenceError.self) {
            try AppearanceEmbedder(modelPath: InferenceFixture.path("models/yolov8n.onnx"))
        }
        #expect(error.code == .wrongModel)
        #expect(error.detail.contains("expected a re-identification network"))
        #expect(error.detail.contains("[1, 84, 8400]"))
    }
}
