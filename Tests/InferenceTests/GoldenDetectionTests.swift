import Foundation
import Media
import Testing
import Vision

@testable import Inference

@Suite(
    "Golden detections", .serialized,
    .enabled(if: InferenceFixture.hasVideos, "needs LAPWING_ASSETS and the ffmpeg command"))
struct GoldenDetectionTests {
    @Test(
        "The raw output for the golden input is the golden output",
        arguments: ["yolov8n.onnx", "yolov8n-dynamic.onnx"],
        InferenceFixture.engines)
    func rawOutput(model: String, engine: InferenceEngine) throws {
        let bgr = try InferenceFixture.ffmpeg([
            "-i", InferenceFixture.path("golden/car-detection.frame0062.letterbox.png"), "-f", "rawvideo", "-pix_fmt",
            "bgr24", "-",
        ])
        let file = try Data(
            contentsOf: URL(fileURLWithPath: InferenceFixture.path("golden/car-detection.frame0062.output0.npy")))
        // A .npy of version 1: magic, version, two bytes of header length, header, values.
        let start = 10 + Int(file[8]) + Int(file[9]) << 8
        let golden = file[start...].withUnsafeBytes { raw in
            (0..<84 * 8400).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        let detector = try YOLOv8Detector(
            modelPath: InferenceFixture.path("models/\(model)"),
            configuration: InferenceFixture.configuration { ($0.engine, $0.requests) = (engine, 1) })
        let pixels = 640 * 640
        try detector.enqueue { tensor in
            for index in 0..<pixels {
                for channel in 0..<3 {
                    tensor[channel * pixels + index] = Float(bgr[3 * index + 2 - channel]) / 255
                }
            }
            return Letterbox(sourceWidth: 768, sourceHeight: 432, targetWidth: 640, targetHeight: 640)
        }
        let output = try detector.dequeueRaw { output, _ in Array(output) }
        try #require(output.count == golden.count)
        let scores = zip(output, golden).dropFirst(4 * 8400).map { abs($0 - $1) }.max() ?? 1
        let boxes = zip(output, golden).prefix(4 * 8400).map { abs($0 - $1) }.max() ?? 1
        #expect(scores < 1e-4)
        #expect(boxes < 0.05)
    }

    @Test(
        "Detections of the real videos are the golden ones",
        arguments: [("car-detection", 3), ("one-by-one-person-detection", 31)], InferenceFixture.engines)
    func detections(video: (name: String, step: Int), engine: InferenceEngine) throws {
        let (video, step) = video
        let frames = try InferenceFixture.frames(of: video, step: step)
        let all = try InferenceFixture.goldenDetections(of: video)
        let golden = stride(from: 0, to: all.count, by: step).map { all[$0] }
        try #require(frames.count == golden.count)
        let detector = try YOLOv8Detector(
            modelPath: InferenceFixture.path("models/yolov8n.onnx"),
            configuration: InferenceFixture.configuration { $0.engine = engine })
        let found = try InferenceFixture.detect(frames, with: detector)
        let result = InferenceFixture.compare(found, golden)
        #expect(Double(result.matched) >= 0.99 * Double(result.golden))
        #expect(Double(result.extra) <= 0.01 * Double(result.golden))
    }

    @Test(
        "Frame 62 of the car video has the golden detections, in the golden order", arguments: InferenceFixture.engines)
    func frame62(engine: InferenceEngine) throws {
        let frame = try #require(try InferenceFixture.frames(of: "car-detection", step: 62).dropFirst().first)
        let golden = try InferenceFixture.goldenDetections(of: "car-detection")[62]
        let detector = try YOLOv8Detector(
            modelPath: InferenceFixture.path("models/yolov8n.onnx"),
            configuration: InferenceFixture.configuration { $0.engine = engine })
        let found = try InferenceFixture.detect([frame], with: detector)[0]
        #expect(found.map(\.classID) == golden.map(\.classID))
        for (one, other) in zip(found, golden) {
            // The golden file keeps two to three decimals.
            #expect(abs(one.confidence - other.confidence) < 0.0051)
            #expect(abs(one.box.x1 - other.box.x1) < 0.01 && abs(one.box.y2 - other.box.y2) < 0.01)
        }
    }

    @Test("Models tell their names, sizes and precision")
    func descriptions() throws {
        let onnx = try YOLOv8Detector(
            modelPath: InferenceFixture.path("models/yolov8n.onnx"), configuration: InferenceFixture.configuration())
        #expect(onnx.model.name == "yolov8n.onnx")
        #expect(onnx.model.sha256.count == 64)
        #expect(onnx.model.precision == "f32")
        #expect(onnx.model.inputWidth == 640 && onnx.model.inputHeight == 640)
        #expect(onnx.model.classNames.count == 80)
        #expect(onnx.model.classNames[2] == "car" && onnx.model.classNames[79] == "toothbrush")
        #expect(onnx.model.engine.hasPrefix("OpenVINO 20"))
        #expect(onnx.model.device == "CPU")

        for path in ["models/yolov8n_int8_320_openvino_model", "models/yolov8n_int8_320_openvino_model/yolov8n.xml"] {
            let int8 = try YOLOv8Detector(
                modelPath: InferenceFixture.path(path), configuration: InferenceFixture.configuration())
            #expect(int8.model.name == "yolov8n.xml")
            #expect(int8.model.precision == "i8+f32")
            #expect(int8.model.inputWidth == 320 && int8.model.inputHeight == 320)
            #expect(int8.model.classNames == onnx.model.classNames)
        }
        let wide = try YOLOv8Detector(
            modelPath: InferenceFixture.path("models/yolov8n-dynamic.onnx"),
            configuration: InferenceFixture.configuration { $0.inputSize = .init(width: 640, height: 384) })
        #expect(wide.model.inputWidth == 640 && wide.model.inputHeight == 384)
    }

    @Test("A model of another kind is refused with what was expected and what was found")
    func refusesReidentification() throws {
        let error = #expect(throws: InferenceError.self) {
            try YOLOv8Detector(modelPath: InferenceFixture.path("models/osnet_x0_25_msmt17.onnx"))
        }
        #expect(error?.code == .wrongModel)
        #expect(error?.detail.contains("expected a YOLOv8 detector") == true)
        #expect(error?.detail.contains("512") == true)
    }

    @Test(
        "Results are the same bytes whatever the number of requests and threads",
        arguments: [
            ("yolov8n.onnx", InferenceEngine.openvino, DetectorConfiguration.Precision.auto),
            ("yolov8n.onnx", .openvino, .f32), ("yolov8n_int8_320_openvino_model", .openvino, .auto),
            ("yolov8n_int8_320_openvino_model", .openvino, .f32), ("yolov8n.onnx", .onnxruntime, .f32),
        ])
    func isDeterministic(
        model: String, engine: InferenceEngine, precision: DetectorConfiguration.Precision
    ) throws {
        let frames = try InferenceFixture.frames(of: "car-detection", step: 15)
        var reference: [[Detection]]?
        for (requests, threads) in [(1, 1), (1, 2), (2, 2), (5, nil), (nil, nil)] as [(Int?, Int?)] {
            let detector = try YOLOv8Detector(
                modelPath: InferenceFixture.path("models/\(model)"),
                configuration: InferenceFixture.configuration {
                    $0.engine = engine
                    $0.precision = precision
                    $0.requests = requests
                    $0.threads = threads
                    $0.confidence = 0.01
                })
            let found = try InferenceFixture.detect(frames, with: detector)
            if let reference {
                #expect(found == reference, "\(requests ?? 0) requests, \(threads ?? 0) threads")
            } else {
                reference = found
                #expect(found.contains { !$0.isEmpty })
            }
        }
    }
}
