/// What the OpenVINO on this machine can do.
public enum OpenVINORuntime {
    /// The release, as in `2026.4.1`.
    public static var version: String { OpenVINOCore.version }

    /// What networks can run on.
    ///
    /// - Throws: ``InferenceError`` when the runtime cannot be started.
    public static func devices() throws(InferenceError) -> [InferenceDevice] {
        let core = try OpenVINOCore()
        return try core.availableDevices().map { name in
            InferenceDevice(
                engine: .openvino, name: name, fullName: core.fullName(of: name),
                kind: name.hasPrefix("CPU") ? .processor : name.hasPrefix("GPU") ? .graphics : .other)
        }
    }
}
