internal import COpenVINO

/// An `ov_core_t`: OpenVINO's plug-ins and what they can run on.
final class OpenVINOCore {
    let pointer: OpaquePointer

    init() throws(InferenceError) {
        var core: OpaquePointer?
        try InferenceError.check(
            ov_core_create(&core), .device, "ov_core_create",
            "OpenVINO does not start; run `make setup` to install it again")
        guard let core else {
            throw InferenceError(.device, operation: "ov_core_create", detail: "OpenVINO gave no core")
        }
        pointer = core
    }

    deinit { ov_core_free(pointer) }

    /// The release, as in `2026.4.1`; "unknown" should OpenVINO not say.
    static var version: String {
        var version = ov_version_t()
        guard ov_get_openvino_version(&version) == OK else { return "unknown" }
        defer { ov_version_free(&version) }
        guard let build = version.buildNumber else { return "unknown" }
        return String(String(cString: build).prefix { $0 != "-" })
    }

    /// The devices found on this machine, as in `CPU`, `GPU.0`.
    func availableDevices() throws(InferenceError) -> [String] {
        var list = ov_available_devices_t()
        try InferenceError.check(
            ov_core_get_available_devices(pointer, &list), .device, "ov_core_get_available_devices",
            "cannot list the devices")
        defer { ov_available_devices_free(&list) }
        return (0..<list.size).compactMap { list.devices[$0].map { String(cString: $0) } }
    }

    /// The maker's name of a device; its short name where there is no other.
    func fullName(of device: String) -> String {
        var value: UnsafeMutablePointer<CChar>?
        guard ov_core_get_property(pointer, device, "FULL_DEVICE_NAME", &value) == OK, let value else { return device }
        defer { ov_free(value) }
        return String(cString: value).split(separator: " ").joined(separator: " ")
    }

    /// Reads the model at `path`; of an IR the weights are at `weights`.
    func readModel(
        path: String, weights: String?, purpose: ModelPurpose = .detector
    ) throws(InferenceError) -> OpenVINOModel {
        var model: OpaquePointer?
        try InferenceError.check(
            ov_core_read_model(pointer, path, weights, &model), .notAModel, "ov_core_read_model",
            "OpenVINO cannot read \(path); export the model again with \(purpose.exportCommand())")
        guard let model else {
            throw InferenceError(.notAModel, operation: "ov_core_read_model", detail: "no model came out of \(path)")
        }
        return OpenVINOModel(owning: model, core: self)
    }
}
