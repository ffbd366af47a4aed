/// A device that networks can run on.
public struct InferenceDevice: Sendable, Hashable {
    /// What a device is.
    public enum Kind: String, Sendable, Hashable {
        case processor, graphics, other
    }

    /// The engine that runs networks there.
    public var engine: InferenceEngine
    /// As `--device` takes it: `CPU`, `GPU.0`, `cuda:0`.
    public var name: String
    /// The maker's name of it.
    public var fullName: String
    public var kind: Kind

    public init(engine: InferenceEngine, name: String, fullName: String, kind: Kind) {
        self.engine = engine
        self.name = name
        self.fullName = fullName
        self.kind = kind
    }
}
