import Foundation
import Testing
import Vision

@testable import Inference

@Suite("Batches of pictures", .serialized)
struct BatchTests {
    private let letterbox = Letterbox(sourceWidth: 64, sourceHeight: 64, targetWidth: 64, targetHeight: 64)

    /// A model with one box wherever the input is 0; its score rises with the input's mean.
    private func detector(
        _ engine: InferenceEngine, own: Int? = nil, _ change: (inout DetectorConfiguration) -> Void = { _ in }
    ) throws -> YOLOv8Detector {
        var model = SyntheticModel()
        model.input = [own, 3, 64, 64]
        var values = [Float](repeating: 0, count: 6 * 84)
        for (row, value) in ([20, 20, 10, 10, 0.5] as [Float]).enumerated() { values[row * 84 + 7] = value }
        model.values = values
        return try model.detector(engine, change)
    }

    private func enqueue(_ value: Float, _ detector: YOLOv8Detector) throws {
        try detector.enqueue { tensor in
            #expect(tensor.count == 3 * 64 * 64)
            tensor.update(repeating: value)
            return letterbox
        }
    }

    /// Takes a picture out, which must be the one that was filled with `value`.
    private func expect(_ value: Float, _ detector: YOLOv8Detector, location: SourceLocation = #_sourceLocation) throws
    {
        let found = try #require(try detector.dequeue().first, sourceLocation: location).confidence
        let difference = abs(found - 0.5 - Double(value))
        #expect(difference < 1e-5, sourceLocation: location)
    }

    @Test(
        "Pictures come back in order, however full the batches are", arguments: InferenceFixture.engines,
        [(1, 3), (2, 1), (2, 2), (3, 2), (4, 3), (8, 1)])
    func keepsOrder(engine: InferenceEngine, size: (batch: Int, requests: Int)) throws {
        let detector = try detector(engine) { ($0.batchSize, $0.requests) = (size.batch, size.requests) }
        #expect(detector.batchSize == size.batch)
        #expect(detector.capacity == size.batch * size.requests)
        var expected: [Float] = []
        for round in 0..<300 {
            // A few in, a few out, so that batches of all sizes go.
            for _ in 0..<(round * 5 + round / 4) % (detector.capacity + 1) where expected.count < detector.capacity {
                let value = Float((round * 5 + expected.count) % 32) / 128
                try enqueue(value, detector)
                expected.append(value)
            }
            #expect(detector.framesInFlight == expected.count)
            for _ in 0..<(round * round / 3 + round) % (detector.capacity + 1) where !expected.isEmpty {
                try expect(expected.removeFirst(), detector)
            }
        }
        while !expected.isEmpty { try expect(expected.removeFirst(), detector) }
        #expect(detector.framesInFlight == 0)
    }

    @Test("A batch waits to be filled until it is asked for")
    func awaitsMore() throws {
        let detector = try detector(.openvino) { ($0.batchSize, $0.requests) = (3, 2) }
        #expect(!detector.awaitsMore)
        try enqueue(0.1, detector)
        try enqueue(0.2, detector)
        #expect(detector.awaitsMore)
        try enqueue(0.3, detector)
        #expect(!detector.awaitsMore)
        try enqueue(0.4, detector)
        for wanted in [0.1, 0.2, 0.3] as [Float] {
            #expect(!detector.awaitsMore)
            try expect(wanted, detector)
        }
        #expect(detector.awaitsMore)
        try expect(0.4, detector)
        #expect(!detector.awaitsMore)
    }

    @Test("A preparation that fails takes no place in a batch", arguments: InferenceFixture.engines)
    func survivesFailedPreparation(engine: InferenceEngine) throws {
        struct Failure: Error {}
        let detector = try detector(engine) { ($0.batchSize, $0.requests) = (2, 2) }
        for round in 0..<5 {
            try enqueue(0.1, detector)
            #expect(throws: Failure.self) { try detector.enqueue { _ in throw Failure() } }
            #expect(detector.framesInFlight == 1)
            if round % 2 == 0 {
                try enqueue(0.2, detector)
                #expect(throws: Failure.self) { try detector.enqueue { _ in throw Failure() } }
            }
            try expect(0.1, detector)
            if round % 2 == 0 { try expect(0.2, detector) }
        }
    }

    @Test(
        "A batch that fails is the failure of each of its pictures, and of no other",
        arguments: InferenceFixture.engines)
    func survivesFailedBatch(engine: InferenceEngine) throws {
        let detector = try detector(engine) { ($0.batchSize, $0.requests) = (2, 2) }
        for _ in 0..<30 {
            for value in [0.1, 0.15] as [Float] { try enqueue(value, detector) }
            detector.cancelNewest()
            for value in [0.2, 0.22] as [Float] { try enqueue(value, detector) }
            // Whether it was too late to stop it is up to chance.
            let outcomes = (0..<2).map { _ in (try? detector.dequeue())?.count }
            #expect(outcomes[0] == outcomes[1])
            try expect(0.2, detector)
            try expect(0.22, detector)
        }
    }

    @Test("A model that is made for one size of batch is run with it, and says so when another is asked for")
    func ownBatch() throws {
        for engine in InferenceFixture.engines {
            let detector = try detector(engine, own: 4)
            #expect(detector.batchSize == 4)
            try enqueue(0.1, detector)
            try expect(0.1, detector)
        }
        let error = try #require(throws: InferenceError.self) {
            try detector(.onnxruntime, own: 4) { $0.batchSize = 2 }
        }
        #expect(error.code == .configuration)
        #expect(error.detail.contains("takes batches of 4 only, not of 2"), "\(error)")
        for size in [0, 65, -1] {
            let error = #expect(throws: InferenceError.self) { try detector(.openvino) { $0.batchSize = size } }
            #expect(error?.code == .configuration)
        }
    }

    @Test(
        "A model that has a batch of one written into it is refused with another, and never folds pictures together",
        .enabled(if: InferenceFixture.hasAssets, "needs LAPWING_ASSETS"), arguments: InferenceFixture.engines)
    func refusesFixedModel(engine: InferenceEngine) throws {
        let error = try #require(throws: InferenceError.self) {
            try YOLOv8Detector(
                modelPath: InferenceFixture.path("models/yolov8n.onnx"),
                configuration: InferenceFixture.configuration { ($0.engine, $0.batchSize) = (engine, 2) })
        }
        #expect(error.code == .configuration)
        #expect(error.detail.contains("takes batches of 1 only, not of 2; use that, or export it with dynamic=True"))
    }

    @Test("The batch size is part of the description only where results may depend on it")
    func describes() throws {
        #expect(try detector(.openvino) { $0.batchSize = 4 }.model == detector(.openvino).model)
        #expect(try detector(.onnxruntime) { $0.batchSize = 4 }.model.batchSize == nil)
    }

    @Test(
        "Detections are the same, bit for bit, whatever the batch size",
        .enabled(if: InferenceFixture.hasVideos, "needs LAPWING_ASSETS and the ffmpeg command"),
        arguments: [
            ("yolov8n-dynamic.onnx", InferenceEngine.openvino, DetectorConfiguration.Precision.auto),
            ("yolov8n-dynamic.onnx", .openvino, .f32), ("yolov8n-dynamic.onnx", .onnxruntime, .f32),
            ("yolov8n_int8_openvino_model", .openvino, .auto),
        ])
    func sameBits(model: String, engine: InferenceEngine, precision: DetectorConfiguration.Precision) throws {
        let frames = try InferenceFixture.frames(of: "car-detection", step: 27)
        var reference: [[Detection]]?
        for batchSize in [1, 2, 3, 8] {
            let detector = try YOLOv8Detector(
                modelPath: InferenceFixture.path("models/\(model)"),
                configuration: InferenceFixture.configuration {
                    ($0.engine, $0.precision, $0.batchSize, $0.confidence) = (engine, precision, batchSize, 0.01)
                    if !model.hasPrefix("yolov8n_int8") { $0.inputSize = .init(width: 320, height: 320) }
                })
            let found = try InferenceFixture.detect(frames, with: detector)
            if let reference {
                #expect(found == reference, "batches of \(batchSize)")
            } else {
                reference = found
                #expect(found.contains { !$0.isEmpty })
            }
        }
    }

    @Test("The smallest batch that is nearly as fast as any is chosen")
    func choice() {
        func choice(_ rates: [(Int, Double)]) -> Int {
            BatchSearch(rates: rates.map { (batchSize: $0.0, picturesPerSecond: $0.1) }).choice
        }
        #expect(choice([(1, 40), (2, 41), (4, 41.2), (8, 30)]) == 1)
        #expect(choice([(1, 40), (2, 45), (4, 46), (8, 46.1)]) == 2)
        #expect(choice([(1, 100), (2, 150), (4, 250), (8, 400)]) == 8)
        #expect(choice([(4, 10)]) == 4)
    }

    @Test("The search tries what the model takes", arguments: [(nil, [1, 2, 4, 8]), (3, [3])] as [(Int?, [Int])])
    func search(own: Int?, sizes: [Int]) throws {
        var model = SyntheticModel()
        model.input = [own, 3, 64, 64]
        let search = try model.withFile { path in
            try BatchSearch(
                modelPath: path, configuration: InferenceFixture.configuration { $0.engine = .onnxruntime },
                duration: .milliseconds(1))
        }
        #expect(search.rates.map(\.batchSize) == sizes)
        #expect(search.rates.allSatisfy { $0.picturesPerSecond > 0 })
    }
}
