public import Vision

/// A re-identification model as results name it.
public struct EmbedderDescription: Sendable, Hashable {
    /// The file's name without its folder.
    public var name: String
    /// SHA-256 of the model's bytes (of an OpenVINO IR: of the `.xml` and the `.bin`, one after the other), in hex.
    public var sha256: String
    /// What the engine computes in: `f32`, `bf16`, `i8`….
    public var precision: String
    /// What the network is shown.
    public var input: AppearanceInput
    /// Numbers per vector.
    public var dimension: Int
    /// The engine with its version, and the device it runs on.
    public var engine, device: String

    public init(
        name: String, sha256: String, precision: String, input: AppearanceInput, dimension: Int, engine: String,
        device: String
    ) {
        self.name = name
        self.sha256 = sha256
        self.precision = precision
        self.input = input
        self.dimension = dimension
        self.engine = engine
        self.device = device
    }
}
