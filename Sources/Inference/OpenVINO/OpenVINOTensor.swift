internal import COpenVINO

/// An `ov_tensor_t` of floats over memory of its own, which is the same for the tensor's whole life.
final class OpenVINOTensor {
    let pointer: OpaquePointer
    private let memory: TensorMemory
    var values: UnsafeMutableBufferPointer<Float> { memory.values }

    /// A tensor of zeros.
    ///
    /// - Precondition: all `dimensions` are positive.
    init(dimensions: [Int]) throws(InferenceError) {
        let memory = TensorMemory(count: dimensions.reduce(1, *))
        var shape = ov_shape_t()
        var tensor: OpaquePointer?
        try InferenceError.check(
            ov_shape_create(Int64(dimensions.count), dimensions.map(Int64.init), &shape), .failed, "ov_shape_create",
            "shape \(NetworkPort.text(dimensions))")
        defer { ov_shape_free(&shape) }
        try InferenceError.check(
            ov_tensor_create_from_host_ptr(F32, shape, memory.values.baseAddress, &tensor), .failed,
            "ov_tensor_create_from_host_ptr", "tensor of \(NetworkPort.text(dimensions))")
        guard let tensor else {
            throw InferenceError(.failed, operation: "ov_tensor_create_from_host_ptr", detail: "no tensor was made")
        }
        pointer = tensor
        self.memory = memory
    }

    // The memory goes afterwards.
    deinit { ov_tensor_free(pointer) }
}
