/// What is measured: a metric's name and all that its readers need to know of it.
///
/// Names and units follow Prometheus' conventions: base units (seconds, bytes), counters end in `_total`.
public struct MetricDescription: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        /// It only grows, until the process ends.
        case counter
        /// It goes up and down.
        case gauge
        /// How many of the values observed were at most so large.
        case histogram
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`.
    public let name: String
    public let kind: Kind
    /// One sentence, for people.
    public let help: String
    /// Names of the labels that tell its series apart, in the order in which their values are given.
    public let labels: [String]
    /// Upper bounds of a histogram's buckets, inclusive, ascending, without the infinite one; empty for others.
    public let buckets: [Double]

    private init(_ name: String, _ kind: Kind, _ help: String, _ labels: [String], _ buckets: [Double]) {
        func isName(_ text: String) -> Bool {
            text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: false
                }
            } && text.first?.isNumber == false
        }
        precondition(([name] + labels).allSatisfy(isName), "\(name): no name for a metric")
        precondition(zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }, "\(name): buckets ascend")
        precondition(!labels.contains("le"), "\(name): histograms have a label le of their own")
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
        self.buckets = buckets
    }

    public static func counter(_ name: String, _ help: String, labels: [String] = []) -> Self {
        precondition(name.hasSuffix("_total"), "\(name): counters end in _total")
        return Self(name, .counter, help, labels, [])
    }

    public static func gauge(_ name: String, _ help: String, labels: [String] = []) -> Self {
        Self(name, .gauge, help, labels, [])
    }

    public static func histogram(_ name: String, _ help: String, labels: [String] = [], buckets: [Double]) -> Self {
        Self(name, .histogram, help, labels, buckets)
    }
}
