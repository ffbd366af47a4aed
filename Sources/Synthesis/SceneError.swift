/// Why a scene cannot be rendered.
public struct SceneError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what belongs there.
    public var detail: String

    public init(_ detail: String) {
        self.detail = detail
    }

    public var description: String { detail }
}
