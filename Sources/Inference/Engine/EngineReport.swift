/// An engine as it is found on this machine.
public struct EngineReport: Sendable {
    /// Which one.
    public var engine: InferenceEngine
    /// Its name in full: `OpenVINO`.
    public var name: String
    /// Its release, as in `2026.4.1`; nil where it is not there.
    public var version: String?
    /// The file of its library; nil where it is not known.
    public var library: String?
    /// What it can run networks on.
    public var devices: [InferenceDevice]
    /// Why it cannot be used; nil where it can.
    public var problem: InferenceError?

    /// All engines.
    public static func all() -> [EngineReport] { [openVINO, onnxRuntime] }

    private static var openVINO: EngineReport {
        var report = EngineReport(engine: .openvino, name: "OpenVINO", devices: [])
        do {
            report.devices = try OpenVINORuntime.devices()
            report.version = OpenVINORuntime.version
        } catch {
            report.problem = error
        }
        return report
    }

    private static var onnxRuntime: EngineReport {
        var report = EngineReport(engine: .onnxruntime, name: "ONNX Runtime", devices: [])
        do {
            let library = try OnnxRuntimeLibrary.open()
            report.version = library.version
            report.library = library.path
            report.devices = OnnxRuntimeDevice.devices(of: library)
        } catch {
            report.problem = error
        }
        return report
    }

    init(engine: InferenceEngine, name: String, devices: [InferenceDevice]) {
        self.engine = engine
        self.name = name
        self.devices = devices
    }
}
