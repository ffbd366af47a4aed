internal import COpenVINO

/// An `ov_compiled_model_t`: a network made ready for a device.
final class OpenVINOCompiledModel {
    let pointer: OpaquePointer
    private let core: OpenVINOCore

    /// Takes ownership of `pointer`.
    init(owning pointer: OpaquePointer, core: OpenVINOCore) {
        self.pointer = pointer
        self.core = core
    }

    deinit { ov_compiled_model_free(pointer) }

    /// A property's value as OpenVINO prints it; nil where the device does not know it.
    func property(_ key: String) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard ov_compiled_model_get_property(pointer, key, &value) == OK, let value else { return nil }
        defer { ov_free(value) }
        return String(cString: value)
    }
}
