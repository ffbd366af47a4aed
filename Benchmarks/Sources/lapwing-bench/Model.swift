import Foundation
import Inference

/// A model to measure with, and how it computes.
struct Model {
    var path: String
    var precision: DetectorConfiguration.Precision

    /// The detector as `lapwing run` makes it.
    ///
    /// - Parameter requests: how many pictures may be in flight; nil leaves it to the detector.
    func makeDetector(requests: Int?) throws -> YOLOv8Detector {
        var configuration = DetectorConfiguration()
        configuration.precision = precision
        configuration.requests = requests
        return try YOLOv8Detector(modelPath: path, configuration: configuration)
    }

    /// `yolov8n.onnx 640 f32`
    static func name(of model: ModelDescription) -> String {
        "\(model.name) \(model.inputWidth) \(model.precision)"
    }
}
