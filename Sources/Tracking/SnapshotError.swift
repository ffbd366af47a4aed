/// Why bytes cannot be taken back as a snapshot, and what to do.
public struct SnapshotError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault; open.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The kind in words.
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The bytes are no snapshot, were cut short, or were changed.
        public static let corrupt = Code(rawValue: "corrupt snapshot")
        /// It is a snapshot of something else.
        public static let wrongKind = Code(rawValue: "snapshot of another kind")
        /// Another version of Lapwing wrote it.
        public static let unknownVersion = Code(rawValue: "unknown snapshot version")
        /// It was taken with other options.
        public static let differentOptions = Code(rawValue: "snapshot taken with other options")
    }

    /// The kind of fault.
    public var code: Code
    /// What it was to be restored as: `sort`, `identities`.
    public var operation: String
    /// What is wrong with it, and how to remedy it.
    public var detail: String

    public init(_ code: Code, operation: String, detail: String) {
        self.code = code
        self.operation = operation
        self.detail = detail
    }

    /// What, where and what to do, in one line.
    public var description: String { "\(code.rawValue): \(detail) (restoring \(operation))" }
}
