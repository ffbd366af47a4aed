internal import Vision

/// A model as results name it.
public struct ModelDescription: Sendable, Hashable {
    /// The file's name without its folder.
    public var name: String
    /// SHA-256 of the model's bytes (of an OpenVINO IR: of the `.xml` and the `.bin`, one after the other), in hex.
    public var sha256: String
    /// What the engine computes in: `f32`, `bf16`, `i8`….
    public var precision: String
    /// Input size in pixels.
    public var inputWidth, inputHeight: Int
    /// Names of the classes; the index is the class ID.
    public var classNames: [String]
    /// The engine with its version, and the device it runs on.
    public var engine, device: String
    /// How many pictures go through it together, where the last digits of results may depend on that; nil on processors.
    public var batchSize: Int?

    public init(
        name: String, sha256: String, precision: String, inputWidth: Int, inputHeight: Int, classNames: [String],
        engine: String, device: String, batchSize: Int? = nil
    ) {
        self.name = name
        self.sha256 = sha256
        self.precision = precision
        self.inputWidth = inputWidth
        self.inputHeight = inputHeight
        self.classNames = classNames
        self.engine = engine
        self.device = device
        self.batchSize = batchSize
    }

    /// How a picture of the input's own size fits into it.
    var inputAsItIs: Letterbox {
        Letterbox(
            sourceWidth: inputWidth, sourceHeight: inputHeight, targetWidth: inputWidth, targetHeight: inputHeight)
    }
}
