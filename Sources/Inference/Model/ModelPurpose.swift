/// What a model is meant for: what its user did to give it, and can do to get a right one.
enum ModelPurpose {
    case detector
    case embedder

    /// The command line's option that names such a model.
    var option: String {
        switch self {
        case .detector: "--model"
        case .embedder: "--appearance-model"
        }
    }

    /// How such a model is written.
    func exportCommand(_ path: String? = nil) -> String {
        switch self {
        case .detector: path.map { "`yolo export model=\($0) format=onnx`" } ?? "`yolo export format=onnx`"
        case .embedder: "`torch.onnx.export`"
        }
    }
}
