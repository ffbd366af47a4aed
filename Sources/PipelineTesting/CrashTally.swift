/// What crashes have led to: how many there were, by moment, and how far the results differ from undisturbed ones.
public struct CrashTally: Sendable {
    /// How often the pipeline crashed, by moment.
    public var crashes: [CrashMoment: Int] = [:]
    /// Workers killed along with one that crashed.
    public var killedTogether = 0
    /// Logs that were brought to their end.
    public var runs = 0
    /// Frames of the undisturbed runs, and frame records found.
    public var framesExpected = 0
    public var framesPublished = 0
    /// Frame records that are there once more.
    public var duplicates = 0
    /// Frames without a record.
    public var gaps = 0
    /// Videos whose last record is not the end of a balanced ledger.
    public var unbalanced = 0
    /// Videos whose records are other bytes; what differs first, for a message that can be read.
    public var differences: [String] = []

    public init() {}

    public var crashCount: Int { crashes.values.reduce(0, +) + killedTogether }

    /// Whether all is as if nothing had happened.
    public var isClean: Bool {
        duplicates == 0 && gaps == 0 && unbalanced == 0 && differences.isEmpty && framesPublished == framesExpected
    }

    public static func += (a: inout Self, b: Self) {
        a.crashes.merge(b.crashes, uniquingKeysWith: +)
        a.killedTogether += b.killedTogether
        a.runs += b.runs
        a.framesExpected += b.framesExpected
        a.framesPublished += b.framesPublished
        a.duplicates += b.duplicates
        a.gaps += b.gaps
        a.unbalanced += b.unbalanced
        a.differences += b.differences
    }

    /// A table, one line per figure.
    public var text: String {
        var rows = [("runs", runs), ("crashes", crashCount)]
        rows += crashes.sorted { $0.key < $1.key }.map { ("  " + $0.key.rawValue, $0.value) }
        rows += [
            ("  killed with another", killedTogether), ("frames expected", framesExpected),
            ("frames published", framesPublished), ("duplicates", duplicates), ("gaps", gaps),
            ("unbalanced ledgers", unbalanced), ("differences", differences.count),
        ]
        let width = rows.map(\.0.count).max() ?? 0
        let digits = rows.map { "\($0.1)".count }.max() ?? 0
        let lines = rows.map { name, count in
            name + String(repeating: " ", count: width - name.count + 2 + digits - "\(count)".count) + "\(count)"
        }
        return (lines + differences).joined(separator: "\n")
    }
}
