public import ArgumentParser
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
            "What the model runs on: CPU, GPU, NPU or AUTO with OpenVINO; CPU, cuda or tensorrt (cuda:1) with ONNX Runtime."
    )
    var device = "CPU"
}

extension InferenceEngine: ExpressibleByArgument {}
