import Inference
import Testing

@Suite("Engines and devices")
struct EngineReportTests {
    @Test("All engines are found, each with its release and a processor")
    func findsEngines() throws {
        let reports = EngineReport.all()
        #expect(reports.map(\.engine) == InferenceFixture.engines)
        for report in reports {
            #expect(report.problem == nil)
            #expect(try #require(report.version).contains("."))
            #expect(report.devices.contains { $0.name == "CPU" && $0.kind == .processor && $0.engine == report.engine })
        }
        #expect(try #require(reports.last?.library).contains("libonnxruntime"))
    }

    private let cpu = InferenceDevice(engine: .openvino, name: "CPU", fullName: "processor", kind: .processor)
    private let npu = InferenceDevice(engine: .openvino, name: "NPU", fullName: "accelerator", kind: .other)

    private func gpu(_ engine: InferenceEngine, _ name: String) -> InferenceDevice {
        InferenceDevice(engine: engine, name: name, fullName: name, kind: .graphics)
    }

    @Test("Without graphics processors, cores are shared out in groups")
    func sharesCores() {
        func threads(_ cores: Int, _ count: Int? = nil) -> [Int?] {
            let plan = ProcessorPlan.best(devices: [cpu, npu], cores: cores, count: count)
            #expect(plan.allSatisfy { $0.engine == .openvino && $0.device == "CPU" })
            return plan.map(\.threads)
        }
        #expect(threads(1) == [1])
        #expect(threads(2) == [2])
        #expect(threads(15) == [15])
        #expect(threads(16) == [8, 8])
        #expect(threads(36) == [9, 9, 9, 9])
        #expect(threads(8, 3) == [3, 3, 2])
        #expect(threads(2, 5) == [1, 1])
    }

    @Test("Each graphics processor gets a processor; with more they take turns; all are of one kind")
    func sharesGraphics() {
        let intel = [gpu(.openvino, "GPU.0"), gpu(.openvino, "GPU.1")]
        let nvidia = [
            gpu(.onnxruntime, "cuda:0"), gpu(.onnxruntime, "cuda:1"), gpu(.onnxruntime, "tensorrt:0"),
            gpu(.onnxruntime, "tensorrt:1"),
        ]
        func names(_ devices: [InferenceDevice], _ count: Int? = nil) -> [String] {
            ProcessorPlan.best(devices: devices, cores: 4, count: count).map(\.device)
        }
        #expect(names([cpu] + intel) == ["GPU.0", "GPU.1"])
        #expect(names([cpu] + intel + nvidia) == ["cuda:0", "cuda:1"])
        #expect(names([cpu] + nvidia, 5) == ["cuda:0", "cuda:1", "cuda:0", "cuda:1", "cuda:0"])
        #expect(names([cpu] + intel, 1) == ["GPU.0"])
    }
}
