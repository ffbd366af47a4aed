import Foundation
import Testing
import Vision

@testable import Inference

@Suite("YOLOv8 detector", .serialized)
struct YOLOv8DetectorTests {
    private let letterbox = Letterbox(sourceWidth: 64, sourceHeight: 64, targetWidth: 64, targetHeight: 64)

    /// A model with one box per class wherever the input is 0; its scores rise with the input's mean.
    private var model: SyntheticModel {
        var model = SyntheticModel()
        var values = [Float](repeating: 0, count: 6 * 84)
        for (anchor, column) in [[20, 20, 10, 10, 0.5, 0], [40, 40, 20, 10, 0, 0.25]].enumerated() {
            for row in 0..<6 { values[row * 84 + anchor + 7] = Float(column[row]) }
        }
        model.values = values
        return model
    }

    private func detector(
        _ model: SyntheticModel, _ engine: InferenceEngine = .openvino,
        _ change: (inout DetectorConfiguration) -> Void = { _ in }
    ) throws -> YOLOv8Detector {
        try model.detector(engine, change)
    }

    private func enqueue(_ value: Float, _ detector: YOLOv8Detector) throws {
        try detector.enqueue { tensor in
            #expect(tensor.count == 3 * 64 * 64)
            tensor.update(repeating: value)
            return letterbox
        }
    }

    @Test("Detections come back in the order in which pictures went in", arguments: InferenceFixture.engines)
    func keepsOrder(engine: InferenceEngine) throws {
        let detector = try detector(model, engine) { $0.requests = 3 }
        #expect(detector.capacity == 3)
        #expect(detector.model.classNames == ["cat", "dog"])
        var expected: [Float] = []
        func check() throws {
            let value = expected.removeFirst()
            let best = try #require(try detector.dequeue().first)
            #expect(abs(best.confidence - Double(0.5 + value)) < 1e-5)
        }
        for round in 0..<40 {
            if expected.count == 3 { try check() }
            let value = Float(round % 16) / 64
            try enqueue(value, detector)
            expected.append(value)
        }
        while !expected.isEmpty { try check() }
    }

    @Test("The score must be strictly greater, boxes are those of the output", arguments: InferenceFixture.engines)
    func decodes(engine: InferenceEngine) throws {
        let detector = try detector(model, engine)
        try enqueue(0, detector)
        #expect(
            try detector.dequeue() == [
                Detection(box: BoundingBox(x1: 15, y1: 15, x2: 25, y2: 25), confidence: 0.5, classID: 0)
            ])
    }

    @Test("A preparation that fails leaves the detector as it was", arguments: InferenceFixture.engines)
    func survivesFailedPreparation(engine: InferenceEngine) throws {
        struct Failure: Error {}
        let detector = try detector(model, engine) { $0.requests = 2 }
        try enqueue(0.1, detector)
        #expect(throws: Failure.self) { try detector.enqueue { _ in throw Failure() } }
        try enqueue(0.2, detector)
        #expect(abs(try detector.dequeue()[0].confidence - 0.6) < 1e-5)
        #expect(abs(try detector.dequeue()[0].confidence - 0.7) < 1e-5)
    }

    @Test("A picture that fails takes nothing with it", arguments: InferenceFixture.engines)
    func survivesFailedPicture(engine: InferenceEngine) throws {
        let detector = try detector(model, engine) { $0.requests = 2 }
        for _ in 0..<50 {
            try enqueue(0.1, detector)
            detector.cancelNewest()
            try enqueue(0.2, detector)
            // Whether it was too late to stop it is up to chance.
            do { _ = try detector.dequeue() } catch let error as InferenceError { #expect(error.code == .failed) }
            #expect(abs(try detector.dequeue()[0].confidence - 0.7) < 1e-5)
        }
    }

    @Test("A detector may go while pictures are in flight", arguments: InferenceFixture.engines)
    func endsInFlight(engine: InferenceEngine) throws {
        for _ in 0..<10 {
            let detector = try detector(model, engine) { $0.requests = 4 }
            for _ in 0..<4 { try enqueue(0.1, detector) }
        }
    }

    @Test(
        "A model whose input size is open takes the asked size, its metadata's, then 640",
        arguments: InferenceFixture.engines)
    func choosesSize(engine: InferenceEngine) throws {
        var model = model
        model.input = [nil, 3, nil, nil]
        #expect(try detector(model, engine).model.inputWidth == 64)
        model.metadata.removeAll { $0.0 == "imgsz" }
        model.columns = 8400
        model.values = nil
        #expect(try detector(model, engine).model.inputHeight == 640)
        model.columns = 84 * 2
        let wide = try detector(model, engine) { $0.inputSize = .init(width: 128, height: 64) }
        #expect(wide.model.inputWidth == 128 && wide.model.inputHeight == 64)
    }

    @Test("A model without class names is taken, with made-up names", arguments: InferenceFixture.engines)
    func inventsNames(engine: InferenceEngine) throws {
        var model = model
        model.metadata = []
        #expect(try detector(model, engine).model.classNames == ["class_0", "class_1"])
    }

    @Test("An unknown class is refused, with near names and all names")
    func refusesUnknownClass() throws {
        #expect(try detector(model) { $0.classes = ["dog", "dog"] }.model.classNames.count == 2)
        let error = #expect(throws: InferenceError.self) { try detector(model) { $0.classes = ["cat", "Dogs"] } }
        #expect(error?.code == .configuration)
        #expect(error?.detail.contains("\"Dogs\"; did you mean \"dog\"?") == true)
        #expect(error?.detail.contains("cat, dog") == true)
        #expect(throws: InferenceError.self) { try detector(model) { $0.classes = [] } }
    }

    @Test("Settings out of range are refused")
    func refusesSettings() {
        let changes: [(inout DetectorConfiguration) -> Void] = [
            { $0.confidence = 1 }, { $0.confidence = -0.1 }, { $0.confidence = .nan }, { $0.iou = 1.1 },
            { $0.iou = .nan }, { $0.maxDetections = 0 }, { $0.requests = 0 }, { $0.threads = 0 },
            { $0.inputSize = .init(width: 128, height: 128) },
        ]
        for change in changes {
            let error = #expect(throws: InferenceError.self) { try detector(model, .openvino, change) }
            #expect(error?.code == .configuration)
        }
    }

    @Test("A device that is not there is refused with those that are", arguments: ["GPU.7", "TPU", ""])
    func refusesDevice(name: String) throws {
        let error = #expect(throws: InferenceError.self) { try detector(model) { $0.device = name } }
        #expect(error?.code == .device)
        #expect(error?.detail.contains("CPU") == true)
        #expect(try detector(model) { $0.device = "auto" }.model.device.contains("CPU"))
        #expect(try detector(model) { $0.device = "cpu" }.model.device == "CPU")
    }
}
