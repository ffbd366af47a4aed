internal import COnnxRuntime

/// An `OrtValue` of floats over memory of its own, which is the same for the tensor's whole life.
final class OnnxRuntimeTensor {
    let pointer: OpaquePointer
    private let memory: TensorMemory
    private let library: OnnxRuntimeLibrary
    var values: UnsafeMutableBufferPointer<Float> { memory.values }

    /// A tensor of zeros.
    ///
    /// - Precondition: all `dimensions` are positive.
    init(dimensions: [Int], library: OnnxRuntimeLibrary) throws(InferenceError) {
        let api = library.api
        let memory = TensorMemory(count: dimensions.reduce(1, *))
        guard let bytes = UnsafeMutableRawPointer(memory.values.baseAddress) else { preconditionFailure("no memory") }
        var info: OpaquePointer?
        try library.check(
            api.CreateCpuMemoryInfo(Int32(LapwingOrtArenaAllocator), Int32(LapwingOrtMemTypeDefault), &info), .failed,
            "CreateCpuMemoryInfo", "the processor's memory")
        guard let info else {
            throw InferenceError(.failed, operation: "CreateCpuMemoryInfo", detail: "ONNX Runtime gave no memory")
        }
        defer { api.ReleaseMemoryInfo(info) }
        var made: OpaquePointer?
        try library.check(
            api.CreateTensorWithDataAsOrtValue(
                info, bytes, memory.values.count * MemoryLayout<Float>.stride, dimensions.map(Int64.init),
                dimensions.count, Int32(LapwingOrtFloat), &made), .failed, "CreateTensorWithDataAsOrtValue",
            "tensor of \(NetworkPort.text(dimensions))")
        guard let made else {
            throw InferenceError(.failed, operation: "CreateTensorWithDataAsOrtValue", detail: "no tensor was made")
        }
        pointer = made
        self.memory = memory
        self.library = library
    }

    // The memory goes afterwards.
    deinit { library.api.ReleaseValue(pointer) }
}
