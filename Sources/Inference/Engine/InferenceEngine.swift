/// What runs networks.
public enum InferenceEngine: String, Sendable, Hashable, CaseIterable {
    /// The one that knows the device: ONNX Runtime for `cuda` and `tensorrt`, OpenVINO for all others.
    case auto
    /// OpenVINO: Intel's devices and processors of all makers; ONNX files and its own `.xml`.
    case openvino
    /// ONNX Runtime: processors and NVIDIA's devices; ONNX files. Its library is opened at run time, and may be missing.
    case onnxruntime

    /// The engine that `auto` stands for with this device.
    func resolved(for device: String) -> InferenceEngine {
        guard self == .auto else { return self }
        return ["cuda", "tensorrt"].contains(device.lowercased().prefix { $0 != ":" }) ? .onnxruntime : .openvino
    }
}
