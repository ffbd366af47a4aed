/// Why a tracker's options cannot be used, with the ones that can.
public struct TrackerOptionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault; open.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The kind in words.
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The tracker has no option of that name.
        public static let unknownName = Code(rawValue: "unknown tracker option")
        /// The option does not take that value.
        public static let badValue = Code(rawValue: "bad tracker option")
    }

    /// The kind of fault.
    public var code: Code
    /// The option that is at fault.
    public var name: String
    /// What is wrong with it, and what the tracker takes instead.
    public var detail: String

    public init(_ code: Code, name: String, detail: String) {
        self.code = code
        self.name = name
        self.detail = detail
    }

    /// What, where and what to do, in one line.
    public var description: String { "\(code.rawValue) '\(name)': \(detail)" }
}
