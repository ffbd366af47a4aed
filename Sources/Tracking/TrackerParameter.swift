/// One resolved setting of a tracker, as result records and configuration hashes list it.
public struct TrackerParameter: Sendable, Hashable, CustomStringConvertible {
    /// A setting's value.
    public enum Value: Sendable, Hashable, CustomStringConvertible {
        case integer(Int)
        case number(Double)
        case boolean(Bool)

        /// The value as an option is written; reading it back gives the same value.
        public var description: String {
            switch self {
            case .integer(let value): value.description
            case .number(let value): value.description
            case .boolean(let value): value.description
            }
        }
    }

    /// The option's name, such as `max_age`.
    public var name: String
    /// What it is set to.
    public var value: Value

    public init(name: String, value: Value) {
        self.name = name
        self.value = value
    }

    /// `name=value`
    public var description: String { "\(name)=\(value)" }
}
