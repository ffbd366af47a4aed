import Foundation
import Testing

@testable import Inference

@Suite("Refused models", .serialized)
struct RefusedModelTests {
    private func detector(_ path: String, _ engine: InferenceEngine) throws -> YOLOv8Detector {
        try YOLOv8Detector(modelPath: path, configuration: InferenceFixture.configuration { $0.engine = engine })
    }

    /// Why `model` is refused.
    private func refusal(
        _ engine: InferenceEngine, _ change: (inout SyntheticModel) -> Void
    ) throws -> InferenceError {
        var model = SyntheticModel()
        change(&model)
        return try model.withFile { path in
            try #require(throws: InferenceError.self) { try detector(path, engine) }
        }
    }

    @Test("The plain synthetic model is not refused", arguments: InferenceFixture.engines)
    func acceptsPlain(engine: InferenceEngine) throws {
        try SyntheticModel().withFile { path in
            let detector = try detector(path, engine)
            #expect(detector.model.name == "synthetic.onnx")
            #expect(detector.capacity >= 1)
        }
    }

    @Test("Models for other tasks are refused by name", arguments: ["segment", "pose", "classify", "obb"])
    func refusesTask(task: String) throws {
        let error = try refusal(.auto) { $0.metadata = [("task", task)] }
        #expect(error.code == .wrongModel)
        #expect(error.detail.contains("\"\(task)\""))
        #expect(error.detail.contains("expected a YOLOv8 detector"))
    }

    @Test("Models whose tensors do not fit are refused with what was found", arguments: InferenceFixture.engines)
    func refusesShapes(engine: InferenceEngine) throws {
        let cases: [(String, (inout SyntheticModel) -> Void)] = [
            ("[1, 6, 83]", { $0.columns = 83 }),  // Not the anchors of 64 × 64.
            ("[1, 4, 84]", { $0.rows = 4 }),  // No class.
            ("[1, 56, 84]", { $0.rows = 56 }),  // A pose model: 1 class and 17 points.
            ("[1, 84, 6]", { ($0.rows, $0.columns) = (84, 6) }),  // Transposed.
            ("nms=False", { ($0.rows, $0.columns) = (300, 6) }),
            ("end2end", { $0.metadata.append(("end2end", "True")) }),
            ("2 outputs", { $0.outputs = 2 }),
            ("[1, 1, 64, 64]", { $0.input = [1, 1, 64, 64] }),
            ("f16", { $0.inputType = 10 }),
        ]
        for (words, change) in cases {
            let error = try refusal(engine, change)
            #expect(error.code == .wrongModel)
            #expect(error.detail.contains(words), "\(error)")
        }
        let names = try refusal(engine) { $0.metadata = [("names", "{0: 'a', 1: 'b', 2: 'c'}")] }
        #expect(names.detail.contains("2 classes") && names.detail.contains("names 3"))
        let size = try refusal(engine) { $0.input = [1, 3, 60, 64] }
        #expect(size.detail.contains("multiples of 32"))
    }

    @Test(
        "A file that is missing, or no model, is refused with its path and a remedy",
        arguments: InferenceFixture.engines)
    func refusesFiles(engine: InferenceEngine) throws {
        try withFolder { folder in
            func refusal(_ name: String, _ bytes: [UInt8]?) throws -> InferenceError {
                let path = folder.appendingPathComponent(name).path
                if let bytes { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
                let error = try #require(throws: InferenceError.self) { try detector(path, engine) }
                #expect(error.detail.contains(name), "\(error)")
                return error
            }
            #expect(try refusal("missing.onnx", nil).code == .unreadable)
            #expect(try refusal("text.onnx", Array("This is no model, it is a text.\n".utf8)).code == .notAModel)
            #expect(try refusal("empty.onnx", []).code == .notAModel)
            #expect(try refusal("zeros.onnx", Array(repeating: 0, count: 1000)).code == .notAModel)
            #expect(try refusal("picture.png", [0x89, 0x50]).code == .notAModel)
            #expect(try refusal("weights.pt", [0x50, 0x4b]).detail.contains("format=onnx"))
            #expect(try refusal("cut.onnx", SyntheticModel().bytes.dropLast(30)).code == .notAModel)
            let graphOnly: [UInt8] = [0x3a, 2, 0x0a, 0]  // A graph with one node of nothing.
            #expect(try refusal("hollow.onnx", graphOnly).code == .notAModel)
            #expect(try refusal("lonely.xml", Array("<net/>".utf8)).detail.contains("lonely.bin"))
            try Data([0]).write(to: folder.appendingPathComponent("text.bin"))
            #expect(try refusal("text.xml", Array("no model".utf8)).code == .notAModel)
            try Data().write(to: folder.appendingPathComponent("hollow.bin"))
            #expect(try refusal("hollow.xml", Array("<?xml version=\"1.0\"?><net></net>".utf8)).code == .notAModel)
            #expect(try refusal("hollow.bin", [0]).code == .notAModel)

            let several = #expect(throws: InferenceError.self) { try detector(folder.path, engine) }
            #expect(several?.detail.contains("lonely.xml") == true)
            let none = folder.appendingPathComponent("none")
            try FileManager.default.createDirectory(at: none, withIntermediateDirectories: true)
            let error = #expect(throws: InferenceError.self) { try detector(none.path, engine) }
            #expect(error?.detail.contains("found none") == true)
        }
        #expect(throws: InferenceError.self) { try YOLOv8Detector(modelPath: "/dev/null") }
        #expect(throws: InferenceError.self) { try YOLOv8Detector(modelPath: "") }
    }

    @Test(
        "Real models that are cut off are refused",
        .enabled(if: InferenceFixture.hasAssets, "needs LAPWING_ASSETS"))
    func refusesCutModels() throws {
        try withFolder { folder in
            func data(_ name: String) throws -> Data {
                try Data(contentsOf: URL(fileURLWithPath: InferenceFixture.path("models/\(name)")))
            }
            func refusal(_ name: String) throws -> InferenceError {
                let path = folder.appendingPathComponent(name).path
                return try #require(throws: InferenceError.self) { try YOLOv8Detector(modelPath: path) }
            }
            let onnx = try data("yolov8n.onnx")
            try onnx.prefix(onnx.count / 2).write(to: folder.appendingPathComponent("cut.onnx"))
            #expect(try refusal("cut.onnx").code == .notAModel)

            let xml = try data("yolov8n_int8_320_openvino_model/yolov8n.xml")
            let weights = try data("yolov8n_int8_320_openvino_model/yolov8n.bin")
            try xml.write(to: folder.appendingPathComponent("half.xml"))
            try weights.prefix(weights.count / 2).write(to: folder.appendingPathComponent("half.bin"))
            #expect(try refusal("half.xml").code == .notAModel)
            try xml.prefix(xml.count / 2).write(to: folder.appendingPathComponent("cut.xml"))
            try weights.write(to: folder.appendingPathComponent("cut.bin"))
            #expect(try refusal("cut.xml").code == .notAModel)
            let names = "names: [person]\n"
            try names.write(to: folder.appendingPathComponent("metadata.yaml"), atomically: true, encoding: .utf8)
            try xml.write(to: folder.appendingPathComponent("one.xml"))
            try weights.write(to: folder.appendingPathComponent("one.bin"))
            #expect(try refusal("one.xml").detail.contains("80 classes"))
        }
    }
}
