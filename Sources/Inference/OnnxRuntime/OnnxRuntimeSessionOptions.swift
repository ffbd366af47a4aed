internal import COnnxRuntime

/// An `OrtSessionOptions`: how a session is to run.
final class OnnxRuntimeSessionOptions {
    let pointer: OpaquePointer
    private let library: OnnxRuntimeLibrary

    /// Options for the processor.
    ///
    /// - Parameters:
    ///   - threads: how many threads work on one picture, the caller's included.
    ///   - optimizes: whether time is taken to make the network fast.
    init(_ library: OnnxRuntimeLibrary, threads: Int, optimizes: Bool) throws(InferenceError) {
        var made: OpaquePointer?
        try library.check(
            library.api.CreateSessionOptions(&made), .failed, "CreateSessionOptions", "cannot make a session")
        guard let made else {
            throw InferenceError(.failed, operation: "CreateSessionOptions", detail: "ONNX Runtime gave no options")
        }
        pointer = made
        self.library = library
        let api = library.api
        let level = optimizes ? LapwingOrtOptimizeAll : LapwingOrtOptimizeNothing
        try library.check(
            api.SetSessionGraphOptimizationLevel(pointer, Int32(level)), .failed, "SetSessionGraphOptimizationLevel",
            "level \(level)")
        try library.check(
            api.SetIntraOpNumThreads(pointer, Int32(threads)), .configuration, "SetIntraOpNumThreads",
            "\(threads) threads")
        try library.check(api.SetInterOpNumThreads(pointer, 1), .failed, "SetInterOpNumThreads", "1 thread")
        // Threads that wait give their cores to those that decode.
        try set("session.intra_op.allow_spinning", "0")
    }

    deinit { library.api.ReleaseSessionOptions(pointer) }

    /// Sets an entry, named as in ONNX Runtime's list of session options.
    private func set(_ key: String, _ value: String) throws(InferenceError) {
        try library.check(
            library.api.AddSessionConfigEntry(pointer, key, value), .failed, "AddSessionConfigEntry", "\(key)=\(value)")
    }

    /// Fixes a dimension that the model leaves open under a name.
    func fix(dimension name: String, to size: Int) throws(InferenceError) {
        try library.check(
            library.api.AddFreeDimensionOverrideByName(pointer, name, Int64(size)), .wrongModel,
            "AddFreeDimensionOverrideByName", "dimension \(name) of \(size)")
    }

    /// Has the session run on `device`, in single precision or in what is fastest there.
    ///
    /// - Returns: what floats are computed in.
    func append(_ device: OnnxRuntimeDevice, _ configuration: DetectorConfiguration) throws(InferenceError) -> String {
        switch device.kind {
        case .cpu: return "f32"
        case .cuda:
            let isExact = configuration.precision == .f32
            try appendCUDA(index: device.index, isExact: isExact)
            return isExact ? "f32" : "tf32"
        case .tensorrt:
            guard configuration.precision != .f32 else {
                throw InferenceError(
                    .configuration, operation: "choose precision",
                    detail: "TensorRT rounds more coarsely than f32; use --device cuda, or --precision auto")
            }
            try appendTensorRT(index: device.index, cacheDirectory: configuration.cacheDirectory)
            // What TensorRT does not know runs on the same device in CUDA.
            try appendCUDA(index: device.index, isExact: false)
            return "f16"
        }
    }

    private func appendCUDA(index: Int, isExact: Bool) throws(InferenceError) {
        let api = library.api
        var made: OpaquePointer?
        try library.check(
            api.CreateCUDAProviderOptions(&made), .device, "CreateCUDAProviderOptions", Self.advice("CUDA", index))
        guard let made else {
            throw InferenceError(
                .device, operation: "CreateCUDAProviderOptions", detail: "ONNX Runtime gave no options")
        }
        defer { api.ReleaseCUDAProviderOptions(made) }
        // By default the fastest of several algorithms is chosen by trying them, which differs from start to start.
        let settings = [
            ("device_id", String(index)), ("cudnn_conv_algo_search", "HEURISTIC"), ("use_tf32", isExact ? "0" : "1"),
        ]
        let status = Self.withCStrings(settings) { api.UpdateCUDAProviderOptions(made, $0, $1, $2) }
        try library.check(status, .device, "UpdateCUDAProviderOptions", Self.advice("CUDA", index))
        try library.check(
            api.SetDeterministicCompute(pointer, true), .device, "SetDeterministicCompute", Self.advice("CUDA", index))
        try library.check(
            api.SessionOptionsAppendExecutionProvider_CUDA_V2(pointer, made), .device,
            "SessionOptionsAppendExecutionProvider_CUDA_V2", Self.advice("CUDA", index))
    }

    private func appendTensorRT(index: Int, cacheDirectory: String?) throws(InferenceError) {
        let api = library.api
        var made: OpaquePointer?
        try library.check(
            api.CreateTensorRTProviderOptions(&made), .device, "CreateTensorRTProviderOptions",
            Self.advice("TensorRT", index))
        guard let made else {
            throw InferenceError(
                .device, operation: "CreateTensorRTProviderOptions", detail: "ONNX Runtime gave no options")
        }
        defer { api.ReleaseTensorRTProviderOptions(made) }
        var settings = [("device_id", String(index)), ("trt_fp16_enable", "1")]
        if let cacheDirectory {
            settings += [("trt_engine_cache_enable", "1"), ("trt_engine_cache_path", cacheDirectory)]
        }
        let status = Self.withCStrings(settings) { api.UpdateTensorRTProviderOptions(made, $0, $1, $2) }
        try library.check(status, .device, "UpdateTensorRTProviderOptions", Self.advice("TensorRT", index))
        try library.check(
            api.SessionOptionsAppendExecutionProvider_TensorRT_V2(pointer, made), .device,
            "SessionOptionsAppendExecutionProvider_TensorRT_V2", Self.advice("TensorRT", index))
    }

    private static func advice(_ name: String, _ index: Int) -> String {
        "\(name) cannot be used on device \(index); check NVIDIA's driver, and that the libraries which ONNX Runtime's "
            + "build was made for are there"
    }

    /// Lends keys and values as C has them.
    private static func withCStrings<Result>(
        _ settings: [(String, String)],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>, Int) -> Result
    ) -> Result {
        let keys = CStrings(settings.map(\.0))
        let values = CStrings(settings.map(\.1))
        return body(keys.pointers, values.pointers, settings.count)
    }
}
