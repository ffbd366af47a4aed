import Foundation
import Inference

/// Real videos, models and detections, which are not part of the project.
struct Assets {
    let folder: String

    /// The folder that `LAPWING_ASSETS` names, or else `../shared/assets` beside the repository.
    init() {
        let named = ProcessInfo.processInfo.environment["LAPWING_ASSETS"]
        // This file lies in Benchmarks/Sources/lapwing-bench of the repository.
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        folder = named ?? repository.appendingPathComponent("../shared/assets").standardizedFileURL.path
    }

    var clip: String? { existing("videos/one-by-one-person-detection.mp4") }
    var detectionFolder: String? { existing("mot/det") }

    /// Single precision as it can be compared between machines; quantised as the device does it best.
    var models: [Model] {
        [
            existing("models/yolov8n.onnx").map { Model(path: $0, precision: .f32) },
            existing("models/yolov8n_int8_openvino_model").map { Model(path: $0, precision: .auto) },
            existing("models/yolov8n_int8_320_openvino_model").map { Model(path: $0, precision: .auto) },
        ].compactMap(\.self)
    }

    private func existing(_ name: String) -> String? {
        let path = "\(folder)/\(name)"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }
}
