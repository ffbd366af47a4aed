public import ArgumentParser
import Foundation
public import Inference

/// What runs networks, and where.
struct EngineOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "What runs the model: auto (what the device needs, mostly openvino), openvino or onnxruntime.")
    var engine = InferenceEngine.auto

    @Option(
        name: .long,
        help:
            ArgumentHelp(
                "What the model runs on: CPU, GPU or NPU with OpenVINO; CPU, cuda or tensorrt (cuda:1) with ONNX Runtime; "
                    + "auto: all GPUs, or the CPU where there are none."))
    var device = "CPU"

    /// Where so many processors run, as many as suit if nil.
    func plan(processors: Int?) -> [ProcessorPlan] {
        let cores = max(ProcessInfo.processInfo.activeProcessorCount, 1)
        if device.lowercased() == "auto" {
            return ProcessorPlan.best(
                devices: EngineReport.all().flatMap(\.devices), cores: cores, engine: engine, count: processors)
        }
        let count = processors ?? 1
        let one = ProcessorPlan(engine: engine, device: device)
        if count == 1 { return [one] }
        if device.uppercased() == "CPU" {
            return ProcessorPlan.sharing(cores: cores, among: count, engine: engine, device: device)
        }
        // "GPU" stands for GPU.0, GPU.1, …, "cuda" for cuda:0, cuda:1, ….
        let devices = EngineReport.all().flatMap(\.devices).map(\.name)
            .filter { $0.hasPrefix("\(device).") || $0.hasPrefix("\(device):") }
        guard !devices.isEmpty else { return Array(repeating: one, count: count) }
        return (0..<count).map { ProcessorPlan(engine: engine, device: devices[$0 % devices.count]) }
    }
}

extension InferenceEngine: ExpressibleByArgument {}
