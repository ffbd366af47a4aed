internal import COpenVINO

extension NetworkPort {
    /// Reads an `ov_output_const_port_t` and frees it.
    init(owning port: OpaquePointer?) throws(InferenceError) {
        guard let port else {
            throw InferenceError(.failed, operation: "ov_output_const_port_t", detail: "OpenVINO gave no port")
        }
        defer { ov_output_const_port_free(port) }
        var type = ov_element_type_e(rawValue: 0)
        try InferenceError.check(
            ov_port_get_element_type(port, &type), .wrongModel, "ov_port_get_element_type", "element type of a port")
        var shape = ov_partial_shape_t()
        try InferenceError.check(
            ov_port_get_partial_shape(port, &shape), .wrongModel, "ov_port_get_partial_shape", "shape of a port")
        defer { ov_partial_shape_free(&shape) }
        elementType = Self.name(of: type)
        if ov_rank_is_dynamic(shape.rank) {
            dimensions = nil
        } else {
            dimensions = (0..<Int(shape.rank.max)).map { index in
                let dimension = shape.dims[index]
                return dimension.min == dimension.max ? Int(dimension.max) : nil
            }
        }
    }

    private static func name(of type: ov_element_type_e) -> String {
        switch type {
        case F32: "f32"
        case F16: "f16"
        case BF16: "bf16"
        case F64: "f64"
        case U8: "u8"
        case I8: "i8"
        case I32: "i32"
        case I64: "i64"
        default: "element type \(type.rawValue)"
        }
    }
}
