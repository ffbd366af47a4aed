/// What went wrong between the modules: with an ID, a record, a setting, a checkpoint.
public struct PipelineError: Error, Sendable, CustomStringConvertible {
    /// The kind of fault; open.
    public struct Code: RawRepresentable, Sendable, Hashable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let invalidVideoID = Code(rawValue: "invalid video ID")
        /// A record does not say what this version understands.
        public static let invalidRecord = Code(rawValue: "invalid record")
        /// A checkpoint was written by other settings or by another version.
        public static let checkpointMismatch = Code(rawValue: "checkpoint mismatch")
        /// A chunk cannot be worked on with the worker's settings.
        public static let unsuitableSettings = Code(rawValue: "unsuitable settings")
        public static let unreadable = Code(rawValue: "unreadable")
        public static let unwritable = Code(rawValue: "unwritable")
        /// There is no room in memory to work in.
        public static let budgetTooSmall = Code(rawValue: "memory budget too small")
        /// There is no room on the disk, or not as much as may be used.
        public static let full = Code(rawValue: "full")
    }

    public var code: Code
    /// What it is about, the cause, and what to do.
    public var detail: String

    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    public var description: String { "\(code.rawValue): \(detail)" }
}
