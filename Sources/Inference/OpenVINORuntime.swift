/// What the OpenVINO on this machine can do.
public enum OpenVINORuntime {
    /// A device that models can run on.
    public struct Device: Sendable, Hashable {
        /// As `--device` takes it: `CPU`, `GPU.0`.
        public var name: String
        /// The maker's name of it.
        public var fullName: String
    }

    public static var version: String { OpenVINOCore.version }

    /// - Throws: ``InferenceError`` when the runtime cannot be started.
    public static func devices() throws(InferenceError) -> [Device] {
        let core = try OpenVINOCore()
        return try core.availableDevices().map { Device(name: $0, fullName: core.fullName(of: $0)) }
    }
}
