/// That chunks cannot be decoded in a process of their own: it does not start.
public struct DecoderProcessError: Error, Sendable, CustomStringConvertible {
    /// The cause, and what to do.
    public var detail: String

    init(_ detail: String) { self.detail = detail }

    public var description: String { "--isolate-decoder: \(detail)" }
}
