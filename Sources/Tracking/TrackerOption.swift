/// A setting that a tracker knows by name: `--tracker-option name=value`.
public struct TrackerOption: Sendable, Hashable {
    /// What values it takes.
    public enum Domain: Sendable, Hashable, CustomStringConvertible {
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        case boolean

        /// The domain in words, for help texts and errors.
        public var description: String {
            switch self {
            case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
            case .boolean: "true or false"
            }
        }

        /// The value that a text stands for; nil when it is not of this domain.
        public func parse(_ text: String) -> TrackerParameter.Value? {
            switch self {
            case .integer(let range): Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
            case .number(let range): Double(text).flatMap { range.contains($0) ? .number($0) : nil }
            case .boolean: Bool(text).map { .boolean($0) }
            }
        }
    }

    /// Its name on the command line, such as `max_age`.
    public var name: String
    /// The values it takes.
    public var domain: Domain
    /// The value it has when it is not given.
    public var defaultValue: TrackerParameter.Value
    /// What it sets, in a few words.
    public var summary: String

    public init(name: String, domain: Domain, default defaultValue: TrackerParameter.Value, summary: String) {
        self.name = name
        self.domain = domain
        self.defaultValue = defaultValue
        self.summary = summary
    }
}
