internal import Foundation

/// A device as ONNX Runtime is told of it.
struct OnnxRuntimeDevice: Equatable {
    enum Kind: String, CaseIterable {
        case cpu, cuda, tensorrt

        /// The kind of device as results name it.
        var displayName: String {
            switch self {
            case .cpu: "CPU"
            case .cuda: "CUDA"
            case .tensorrt: "TensorRT"
            }
        }

        /// The way of running that a build of the library must have.
        var provider: String {
            switch self {
            case .cpu: "CPUExecutionProvider"
            case .cuda: "CUDAExecutionProvider"
            case .tensorrt: "TensorrtExecutionProvider"
            }
        }
    }

    let kind: Kind
    /// Which of several, as CUDA counts them.
    let index: Int

    /// Reads `cpu`, `cuda`, `cuda:1`, `tensorrt`, `tensorrt:1`, in capital letters or not.
    init?(_ text: String) {
        let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first, let kind = Kind(rawValue: String(name)), parts.count <= 2 else { return nil }
        self.kind = kind
        guard parts.count == 2 else {
            index = 0
            return
        }
        guard kind != .cpu, let index = Int(parts[1]), (0..<1024).contains(index) else { return nil }
        self.index = index
    }

    /// The device named `text`, if the library can use it.
    init(named text: String, library: OnnxRuntimeLibrary) throws(InferenceError) {
        guard let device = OnnxRuntimeDevice(text) else {
            let known = Self.devices(of: library).map(\.name).joined(separator: ", ")
            throw InferenceError(
                .device, operation: "choose device",
                detail:
                    "ONNX Runtime knows no device \(text) here, only \(known); use one of those, or --engine openvino")
        }
        guard library.providers.contains(device.kind.provider) else {
            throw InferenceError(
                .device, operation: "GetAvailableProviders",
                detail: """
                    ONNX Runtime \(library.version) (\(library.path)) was built without \(device.kind.displayName), it \
                    has \(library.providers.joined(separator: ", ")); name the folder of a build that has it in \
                    LD_LIBRARY_PATH (pip's onnxruntime-gpu holds one), or use another device
                    """)
        }
        // Where the driver does not tell which there are, CUDA itself has the last word.
        let gpus = NVIDIAGPU.all()
        guard device.kind == .cpu || gpus.isEmpty || device.index < gpus.count else {
            throw InferenceError(
                .device, operation: "choose device",
                detail: """
                    there is no device \(text) here, only \
                    \(gpus.indices.map { "\(device.kind.rawValue):\($0)" }.joined(separator: ", ")); use one of those
                    """)
        }
        self = device
    }

    /// What networks can run on with `library`, as far as the machine tells.
    static func devices(of library: OnnxRuntimeLibrary) -> [InferenceDevice] {
        var devices = [
            InferenceDevice(engine: .onnxruntime, name: "CPU", fullName: "processor", kind: .processor)
        ]
        let gpus = NVIDIAGPU.all()
        for kind in [Kind.cuda, .tensorrt] where library.providers.contains(kind.provider) {
            for (index, name) in gpus.enumerated() {
                devices.append(
                    InferenceDevice(
                        engine: .onnxruntime, name: "\(kind.rawValue):\(index)", fullName: name, kind: .graphics))
            }
        }
        return devices
    }
}

/// NVIDIA's devices, as their driver tells.
enum NVIDIAGPU {
    /// Their makers' names, in CUDA's usual order; none without a driver.
    static func all() -> [String] {
        let folder = "/proc/driver/nvidia/gpus"
        let entries = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        let names = entries.map { entry in
            let text = (try? String(contentsOfFile: "\(folder)/\(entry)/information", encoding: .utf8)) ?? ""
            return name(information: text) ?? "NVIDIA GPU"
        }
        return visible(names, setting: ProcessInfo.processInfo.environment["CUDA_VISIBLE_DEVICES"])
    }

    /// The name in the driver's description of one device.
    static func name(information text: String) -> String? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("Model:") }
        let name = line?.dropFirst("Model:".count).trimmingCharacters(in: .whitespaces)
        return name.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Those of `names` that CUDA shows a process in whose environment CUDA_VISIBLE_DEVICES is `setting`; it counts no
    /// further than the first that is not there.
    static func visible(_ names: [String], setting: String?) -> [String] {
        guard let setting else { return names }
        var visible: [String] = []
        for item in setting.split(separator: ",") {
            let item = item.trimmingCharacters(in: .whitespaces)
            if let index = Int(item) {
                guard names.indices.contains(index) else { break }
                visible.append(names[index])
            } else {
                // By its UUID, which the driver does not tell everybody.
                visible.append("NVIDIA GPU \(item)")
            }
        }
        return visible
    }
}
