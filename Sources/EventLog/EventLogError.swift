/// What went wrong in a log, where, and what to do.
public struct EventLogError: Error, Sendable, CustomStringConvertible {
    /// The kind of fault; open, so that logs can add their own.
    public struct Code: RawRepresentable, Sendable, Hashable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The member lost the partition that it wanted to commit for.
        public static let fenced = Code(rawValue: "fenced")
        public static let unknownTopic = Code(rawValue: "unknown topic")
        public static let unknownPartition = Code(rawValue: "unknown partition")
        public static let topicMismatch = Code(rawValue: "topic mismatch")
        public static let recordTooLarge = Code(rawValue: "record too large")
        /// The log cannot be reached, opened or written.
        public static let unavailable = Code(rawValue: "unavailable")
        /// The disk is full.
        public static let full = Code(rawValue: "full")
        /// What lies in the log is not what this version wrote.
        public static let corrupt = Code(rawValue: "corrupt")
        public static let closed = Code(rawValue: "closed")
        public static let invalidArgument = Code(rawValue: "invalid argument")
    }

    /// What the caller can do.
    public enum Recovery: String, Sendable {
        /// The same call may succeed later.
        case retry
        /// The transaction is gone; begin again from the committed state.
        case abort
        /// Nothing but a person can help.
        case giveUp
    }

    public var code: Code
    /// What was attempted, as a phrase: `open`, `append`, `commit`.
    public var operation: String
    /// What it was applied to, the cause, and how to remedy it.
    public var detail: String
    public var recovery: Recovery

    public init(_ code: Code, operation: String, detail: String, recovery: Recovery) {
        self.code = code
        self.operation = operation
        self.detail = detail
        self.recovery = recovery
    }

    public var description: String { "\(operation): \(code.rawValue): \(detail)" }
}
