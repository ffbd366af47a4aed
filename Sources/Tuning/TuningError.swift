/// Why settings cannot be searched as asked for: a mistake of who asked.
public struct TuningError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was asked for, as it was written.
    public var what: String
    /// What is wrong with it, and what to do.
    public var detail: String

    public init(_ what: String, _ detail: String) {
        self.what = what
        self.detail = detail
    }

    public var description: String { "\(what): \(detail)" }
}
