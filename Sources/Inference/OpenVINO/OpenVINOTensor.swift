internal import COpenVINO

/// An `ov_tensor_t` of floats over memory of its own, which is the same for the tensor's whole life.
final class OpenVINOTensor {
    let pointer: OpaquePointer
    /// The values; a multiple of 64 bytes starts there, as wide vector loads like it.
    let values: UnsafeMutableBufferPointer<Float>

    /// A tensor of zeros.
    ///
    /// - Precondition: all `dimensions` are positive.
    init(dimensions: [Int]) throws(InferenceError) {
        let count = dimensions.reduce(1, *)
        precondition(count > 0)
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
        values = memory.bindMemory(to: Float.self)
        values.initialize(repeating: 0)
        var shape = ov_shape_t()
        var tensor: OpaquePointer?
        do {
            try InferenceError.check(
                ov_shape_create(Int64(dimensions.count), dimensions.map(Int64.init), &shape), .failed,
                "ov_shape_create", "shape \(OpenVINOPort.text(dimensions))")
            defer { ov_shape_free(&shape) }
            try InferenceError.check(
                ov_tensor_create_from_host_ptr(F32, shape, memory.baseAddress, &tensor), .failed,
                "ov_tensor_create_from_host_ptr", "tensor of \(OpenVINOPort.text(dimensions))")
        } catch {
            values.deallocate()
            throw error
        }
        guard let tensor else {
            values.deallocate()
            throw InferenceError(.failed, operation: "ov_tensor_create_from_host_ptr", detail: "no tensor was made")
        }
        pointer = tensor
    }

    deinit {
        ov_tensor_free(pointer)
        values.deallocate()
    }
}
