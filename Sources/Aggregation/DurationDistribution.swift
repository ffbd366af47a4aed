internal import Pipeline

/// How long something took, over many cases: count, sum, longest, and a histogram with fixed bounds.
///
/// All is whole milliseconds, so that sums do not depend on the order in which they are made. The histogram's bins are as
/// wide as one millisecond below 32 ms and a sixteenth of the power of two below them from there on: at most 6.25 %.
public struct DurationDistribution: Sendable, Hashable {
    public private(set) var count = 0
    /// Milliseconds, over all cases.
    public private(set) var sum = 0
    /// The longest, in milliseconds.
    public private(set) var longest = 0
    /// How many cases there are from a bin's lower bound, in milliseconds, to the next one's; bins without any are left
    /// out.
    public private(set) var bins: [Int: Int] = [:]

    public init() {}

    /// - Parameter milliseconds: 0 or more; what is less counts as 0.
    public mutating func add(_ milliseconds: Int) {
        let value = max(milliseconds, 0)
        count &+= 1
        sum &+= value
        longest = max(longest, value)
        bins[Self.lowerBound(of: value), default: 0] &+= 1
    }

    public mutating func merge(_ other: DurationDistribution) {
        count &+= other.count
        sum &+= other.sum
        longest = max(longest, other.longest)
        bins.merge(other.bins) { $0 &+ $1 }
    }

    /// The mean in milliseconds, rounded; nil without cases.
    public var mean: Int? { count > 0 ? Int((Double(sum) / Double(count)).rounded()) : nil }

    /// The duration that so many per cent of the cases do not exceed (nearest rank), in milliseconds; nil without cases.
    ///
    /// It is the largest value of its bin: never too small, and at most 6.25 % too large.
    public func percentile(_ percent: Int) -> Int? {
        guard count > 0 else { return nil }
        let rank = max(1, (Double(count) * Double(percent) / 100).rounded(.up))
        var seen = 0
        for (bound, cases) in bins.sorted(by: { $0.key < $1.key }) {
            seen &+= cases
            if Double(seen) >= rank { return min(bound &+ Self.width(ofBinAt: bound) &- 1, longest) }
        }
        return longest
    }

    private static func width(ofBinAt bound: Int) -> Int {
        bound < 32 ? 1 : 1 << (Int.bitWidth - 1 - bound.leadingZeroBitCount - 4)
    }

    private static func lowerBound(of value: Int) -> Int { value & ~(width(ofBinAt: value) - 1) }
}

extension DurationDistribution: Decodable {
    private enum CodingKeys: String, CodingKey {
        case count
        case sum = "sum_ms"
        case longest = "max_ms"
        case bins = "histogram"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        count = try values.decode(Int.self, forKey: .count)
        sum = try values.decode(Int.self, forKey: .sum)
        longest = try values.decode(Int.self, forKey: .longest)
        for pair in try values.decode([[Int]].self, forKey: .bins) where pair.count == 2 && pair[0] >= 0 {
            bins[pair[0]] = pair[1]
        }
    }

    func write(into json: inout JSONWriter) {
        json.object { json in
            json.key("count")
            json.integer(count)
            json.key("sum_ms")
            json.integer(sum)
            for (name, value) in [
                ("mean_ms", mean), ("p50_ms", percentile(50)), ("p90_ms", percentile(90)),
            ] {
                json.key(named: name)
                if let value { json.integer(value) } else { json.null() }
            }
            json.key("max_ms")
            json.integer(longest)
            json.key("histogram")
            json.array { json in
                for (bound, cases) in bins.sorted(by: { $0.key < $1.key }) {
                    json.array {
                        $0.integer(bound)
                        $0.integer(cases)
                    }
                }
            }
        }
    }
}
