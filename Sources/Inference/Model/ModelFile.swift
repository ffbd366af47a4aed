internal import Crypto
internal import Foundation

/// A model on disk: found, read once, and identified.
struct ModelFile {
    /// The file that OpenVINO is given, and the weights of an IR.
    let path: String
    let weightsPath: String?
    /// The file's name without its folder.
    let name: String
    /// SHA-256 of the file, of an IR followed by its weights, in hex.
    let sha256: String
    let metadata: ModelMetadata

    /// - Parameters:
    ///   - path: an `.onnx` file, an OpenVINO `.xml` with its `.bin` beside it, or a folder with one such `.xml`.
    ///   - purpose: what the model is for, which decides what a user is advised to do.
    init(path given: String, purpose: ModelPurpose = .detector) throws(InferenceError) {
        let path = try Self.resolve(given, purpose)
        self.path = path
        name = (path as NSString).lastPathComponent
        let bytes = try Self.read(path)
        var hash = SHA256()
        hash.update(data: bytes)
        if (path as NSString).pathExtension.lowercased() == "xml" {
            let weights = (path as NSString).deletingPathExtension + ".bin"
            guard FileManager.default.fileExists(atPath: weights) else {
                throw InferenceError(
                    .unreadable, operation: "open",
                    detail: "\(path) has no weights beside it: \(weights) is missing; copy both files of the export")
            }
            hash.update(data: try Self.read(weights))
            weightsPath = weights
            let folder = (path as NSString).deletingLastPathComponent
            let yaml = (folder as NSString).appendingPathComponent("metadata.yaml")
            let text = FileManager.default.fileExists(atPath: yaml) ? try Self.read(yaml) : nil
            metadata = try ModelMetadata(
                ir: String(decoding: bytes, as: UTF8.self),
                yaml: purpose == .detector ? text.map { String(decoding: $0, as: UTF8.self) } : nil, file: name)
        } else {
            weightsPath = nil
            metadata = try ModelMetadata(onnx: Array(bytes), file: name, purpose: purpose)
        }
        sha256 = hash.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }

    /// The one model file that `path` means.
    private static func resolve(_ path: String, _ purpose: ModelPurpose) throws(InferenceError) -> String {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw InferenceError(
                .unreadable, operation: "open",
                detail: "there is no model at \(path); check the path given to \(purpose.option)")
        }
        guard isDirectory.boolValue else {
            switch (path as NSString).pathExtension.lowercased() {
            case "onnx", "xml": return path
            case "bin":
                throw InferenceError(
                    .notAModel, operation: "open",
                    detail: "\(path) holds only the weights of a model; give the .xml beside it")
            case "pt", "pth":
                throw InferenceError(
                    .notAModel, operation: "open",
                    detail: "\(path) is a PyTorch checkpoint; export it with \(purpose.exportCommand(path))")
            default:
                throw InferenceError(
                    .notAModel, operation: "open",
                    detail: "\(path) is neither an .onnx file nor an OpenVINO .xml; give one of those")
            }
        }
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let models = entries.filter { ($0 as NSString).pathExtension.lowercased() == "xml" }.sorted()
        guard let model = models.first, models.count == 1 else {
            let found = models.isEmpty ? "none" : models.joined(separator: ", ")
            throw InferenceError(
                .notAModel, operation: "open",
                detail: "the folder \(path) must hold one OpenVINO .xml, found \(found); give the file itself")
        }
        return (path as NSString).appendingPathComponent(model)
    }

    static func read(_ path: String) throws(InferenceError) -> Data {
        do {
            // Not a device or a pipe, which may never end.
            let attributes = try FileManager.default.attributesOfItem(
                atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else {
                throw InferenceError(.unreadable, operation: "open", detail: "\(path) is not a regular file")
            }
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch let error as InferenceError {
            throw error
        } catch {
            throw InferenceError(
                .unreadable, operation: "read",
                detail: "\(path) cannot be read; check its permissions (\(error.localizedDescription))")
        }
    }
}
