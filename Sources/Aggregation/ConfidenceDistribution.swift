internal import Pipeline

/// How sure the detector was, over many sightings: 20 bins of 0.05, and the sum in ten-thousandths.
public struct ConfidenceDistribution: Sendable, Hashable {
    /// How many bins there are.
    public static let binCount = 20

    /// Ten-thousandths, as results have them: four decimals.
    public private(set) var sum = 0
    /// Sightings with a confidence from 0.05 × the bin's number on.
    public private(set) var bins = [Int](repeating: 0, count: binCount)

    public init() {}

    public var count: Int { bins.reduce(0, &+) }

    /// The mean, 0…1; nil without sightings.
    public var mean: Double? { count > 0 ? Double(sum) / Double(count) / 10_000 : nil }

    /// - Parameter confidence: 0…1; what lies beyond counts as 0 or 1.
    public mutating func add(_ confidence: Double) {
        let units = Int((min(max(confidence.isFinite ? confidence : 0, 0), 1) * 10_000).rounded())
        sum &+= units
        bins[min(units / (10_000 / Self.binCount), Self.binCount - 1)] &+= 1
    }

    public mutating func merge(_ other: ConfidenceDistribution) {
        sum &+= other.sum
        for index in bins.indices { bins[index] &+= other.bins[index] }
    }
}

extension ConfidenceDistribution: Decodable {
    private enum CodingKeys: String, CodingKey {
        case sum = "sum_e4"
        case bins = "histogram"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        sum = try values.decode(Int.self, forKey: .sum)
        bins = try values.decode([Int].self, forKey: .bins)
        guard bins.count == Self.binCount else {
            throw DecodingError.dataCorruptedError(
                forKey: .bins, in: values, debugDescription: "\(bins.count) bins instead of \(Self.binCount)")
        }
    }

    func write(into json: inout JSONWriter) {
        json.object { json in
            json.key("mean")
            if let mean { json.decimal(mean, decimals: 4) } else { json.null() }
            json.key("sum_e4")
            json.integer(sum)
            json.key("histogram")
            json.array { json in for cases in bins { json.integer(cases) } }
        }
    }
}
