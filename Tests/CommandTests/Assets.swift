import Foundation

/// The models, videos and golden files that these tests read, where they are at hand.
enum Assets {
    /// `LAPWING_ASSETS`, or `shared/assets` beside the package or above it.
    static let root: String = {
        if let named = ProcessInfo.processInfo.environment["LAPWING_ASSETS"] { return named }
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("shared/assets").path
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
            folder.deleteLastPathComponent()
        }
        return "/shared/assets"
    }()

    static let arePresent = FileManager.default.fileExists(atPath: model)

    /// YOLOv8n as exported, what the golden files were made with.
    static let model = "\(root)/models/yolov8n.onnx"
    /// A small and fast one, for what does not depend on what is found.
    static let fastModel = "\(root)/models/yolov8n_int8_320_openvino_model"
    static let cars = "\(root)/videos/car-detection.mp4"
    static let people = "\(root)/videos/one-by-one-person-detection.mp4"

    static func golden(_ name: String) throws -> String {
        try String(contentsOfFile: "\(root)/golden/\(name)", encoding: .utf8)
    }
}
