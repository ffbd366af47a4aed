import Foundation
import InferenceTesting
import Testing

@testable import Inference

@Suite("ONNX Runtime", .serialized)
struct OnnxRuntimeTests {
    private func detector(
        _ model: SyntheticModel = .init(), _ change: (inout DetectorConfiguration) -> Void
    ) throws -> YOLOv8Detector {
        try model.detector(.onnxruntime, change)
    }

    @Test("Results name the engine, its release and the device")
    func describes() throws {
        let model = try detector { $0.precision = .auto }.model
        #expect(model.engine == "ONNX Runtime \(try OnnxRuntimeLibrary.open().version)")
        #expect(model.device == "CPU")
        #expect(model.precision == "f32")
    }

    @Test("A device says which engine is meant; an engine that is named stays")
    func choosesEngine() {
        for (device, engine) in [
            ("CPU", InferenceEngine.openvino), ("GPU.1", .openvino), ("AUTO", .openvino), ("cuda", .onnxruntime),
            ("CUDA:1", .onnxruntime), ("TensorRT:0", .onnxruntime), ("cudara", .openvino), ("", .openvino),
        ] {
            #expect(InferenceEngine.auto.resolved(for: device) == engine, "\(device)")
            #expect(InferenceEngine.openvino.resolved(for: device) == .openvino)
            #expect(InferenceEngine.onnxruntime.resolved(for: device) == .onnxruntime)
        }
    }

    @Test("Devices are read in capital letters or not, with a number where there can be several")
    func readsDevices() throws {
        let good: [(String, OnnxRuntimeDevice.Kind, Int)] = [
            ("CPU", .cpu, 0), ("cuda", .cuda, 0), ("cuda:1", .cuda, 1), ("TensorRT:12", .tensorrt, 12),
        ]
        for (text, kind, index) in good {
            let device = try #require(OnnxRuntimeDevice(text))
            #expect(device.kind == kind && device.index == index)
        }
        for text in ["", "GPU", "cpu:0", "cuda:", "cuda:-1", "cuda:x", "cuda:1:2", "cuda:99999", ":0", "AUTO"] {
            #expect(OnnxRuntimeDevice(text) == nil, "\(text)")
        }
    }

    @Test("A device that is not known is refused with those that are", arguments: ["GPU", "NPU", "AUTO", "cpu:1", ""])
    func refusesDevice(name: String) throws {
        let error = try #require(throws: InferenceError.self) { try detector { $0.device = name } }
        #expect(error.code == .device)
        #expect(error.detail.contains("only CPU") && error.detail.contains("--engine openvino"), "\(error)")
    }

    @Test("A device that the library was built without is refused with what it has", arguments: ["cuda", "TensorRT:1"])
    func refusesProvider(name: String) throws {
        let library = try OnnxRuntimeLibrary.open()
        // Who tests with a build that has them is told by CUDA itself.
        guard !library.providers.contains("CUDAExecutionProvider") else { return }
        for engine in [InferenceEngine.auto, .onnxruntime] {
            let error = try #require(throws: InferenceError.self) {
                try detector { ($0.engine, $0.device) = (engine, name) }
            }
            #expect(error.code == .device)
            for words in ["built without", "CPUExecutionProvider", library.version, "LD_LIBRARY_PATH"] {
                #expect(error.detail.contains(words), "\(error)")
            }
        }
        let error = try #require(throws: InferenceError.self) {
            try detector { ($0.engine, $0.device) = (.openvino, name) }
        }
        #expect(error.detail.contains("there is no device \(name) here"), "\(error)")
    }

    @Test("An OpenVINO model is refused with the engine that reads it")
    func refusesIR() throws {
        try withFolder { folder in
            let path = folder.appendingPathComponent("model.xml")
            try Data("<net></net>".utf8).write(to: path)
            try Data([0]).write(to: folder.appendingPathComponent("model.bin"))
            let error = try #require(throws: InferenceError.self) {
                try YOLOv8Detector(
                    modelPath: path.path, configuration: InferenceFixture.configuration { $0.engine = .onnxruntime })
            }
            #expect(error.code == .notAModel)
            #expect(error.detail.contains("model.xml") && error.detail.contains("--engine openvino"), "\(error)")
        }
    }

    @Test("Cores are shared out: a picture per core, or all cores for one picture")
    func sharesCores() {
        func plan(_ device: String, requests: Int? = nil, threads: Int? = nil, batchSize: Int = 1) -> [Int] {
            var configuration = DetectorConfiguration()
            (configuration.requests, configuration.threads) = (requests, threads)
            guard let device = OnnxRuntimeDevice(device) else { return [] }
            let plan = OnnxRuntimeNetwork.plan(
                cores: 8, device: device, configuration: configuration, batchSize: batchSize)
            return [plan.requests, plan.runs, plan.threadsPerRun]
        }
        #expect(plan("cpu") == [11, 8, 1])
        #expect(plan("cpu", requests: 1) == [1, 1, 8])
        #expect(plan("cpu", requests: 2) == [2, 2, 4])
        #expect(plan("cpu", requests: 20) == [20, 8, 1])
        #expect(plan("cpu", threads: 3) == [6, 3, 1])
        #expect(plan("cpu", requests: 2, threads: 1) == [2, 1, 1])
        #expect(plan("cuda") == [5, 2, 1])
        #expect(plan("cuda", batchSize: 2) == [4, 2, 1])
        #expect(plan("cuda", batchSize: 8) == [3, 2, 1])
        #expect(plan("cuda", requests: 1) == [1, 1, 1])
    }

    @Test("NVIDIA's devices are those that the driver names and CUDA shows")
    func listsGPUs() {
        #expect(
            NVIDIAGPU.name(information: "Model: \t\t NVIDIA L4\nIRQ:   \t\t 11\nGPU UUID: \t GPU-1\n") == "NVIDIA L4")
        #expect(NVIDIAGPU.name(information: "IRQ: 11\n") == nil)
        let names = ["a", "b", "c"]
        #expect(NVIDIAGPU.visible(names, setting: nil) == names)
        #expect(NVIDIAGPU.visible(names, setting: "2, 0") == ["c", "a"])
        #expect(NVIDIAGPU.visible(names, setting: "") == [])
        #expect(NVIDIAGPU.visible(names, setting: "1,-1,0") == ["b"])
        #expect(NVIDIAGPU.visible(names, setting: "GPU-12,3") == ["NVIDIA GPU GPU-12"])
    }
}
