internal import COpenVINO
internal import Foundation

/// An `ov_model_t`: a network as read, before it is compiled for a device.
final class OpenVINOModel {
    let pointer: OpaquePointer
    /// The core that read it must outlive it.
    let core: OpenVINOCore

    /// Takes ownership of `pointer`.
    init(owning pointer: OpaquePointer, core: OpenVINOCore) {
        self.pointer = pointer
        self.core = core
    }

    deinit { ov_model_free(pointer) }

    var inputCount: Int {
        var count = 0
        return ov_model_inputs_size(pointer, &count) == OK ? count : 0
    }

    var outputCount: Int {
        var count = 0
        return ov_model_outputs_size(pointer, &count) == OK ? count : 0
    }

    func input(_ index: Int) throws(InferenceError) -> NetworkPort {
        var port: OpaquePointer?
        try InferenceError.check(
            ov_model_const_input_by_index(pointer, index, &port), .wrongModel, "ov_model_const_input_by_index",
            "input \(index) of the model")
        return try NetworkPort(owning: port)
    }

    func output(_ index: Int) throws(InferenceError) -> NetworkPort {
        var port: OpaquePointer?
        try InferenceError.check(
            ov_model_const_output_by_index(pointer, index, &port), .wrongModel, "ov_model_const_output_by_index",
            "output \(index) of the model")
        return try NetworkPort(owning: port)
    }

    /// Fixes the shape of the only input.
    func reshape(to dimensions: [Int]) throws(InferenceError) {
        var shape = ov_partial_shape_t()
        let sizes = dimensions.map(Int64.init)
        try InferenceError.check(
            ov_partial_shape_create_static(Int64(sizes.count), sizes, &shape), .wrongModel,
            "ov_partial_shape_create_static", "shape \(NetworkPort.text(dimensions))")
        defer { ov_partial_shape_free(&shape) }
        try InferenceError.check(
            ov_model_reshape_single_input(pointer, shape), .wrongModel, "ov_model_reshape_single_input",
            "the model does not take an input of \(NetworkPort.text(dimensions))")
    }

    /// Compiles the model for `device` with OpenVINO's `properties`.
    func compile(
        device: String, properties: [(key: String, value: String)]
    ) throws(InferenceError) -> OpenVINOCompiledModel {
        // The C strings must live until the call returns; OpenVINO copies them.
        let strings = properties.map { (strdup($0.key), strdup($0.value)) }
        defer {
            for (key, value) in strings {
                free(key)
                free(value)
            }
        }
        let list = strings.map { ov_property_t(key: $0.0, value: $0.1) }
        var compiled: OpaquePointer?
        try InferenceError.check(
            ov_core_compile_model_props(core.pointer, pointer, device, list.count, list, &compiled), .device,
            "ov_core_compile_model_props", "device \(device) cannot run the model")
        guard let compiled else {
            throw InferenceError(
                .device, operation: "ov_core_compile_model_props", detail: "device \(device) gave no compiled model")
        }
        return OpenVINOCompiledModel(owning: compiled, core: core)
    }
}
