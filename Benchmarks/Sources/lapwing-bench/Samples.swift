/// The values of one quantity, measured several times; at least one.
struct Samples: Encodable {
    private let sorted: [Double]

    /// - Precondition: there is at least one value.
    init(_ values: [Double]) {
        precondition(!values.isEmpty)
        sorted = values.sorted()
    }

    var median: Double { percentile(50) }
    var least: Double { sorted[0] }
    var most: Double { sorted[sorted.count - 1] }

    /// Linear between the two nearest values; 0…100.
    func percentile(_ percent: Double) -> Double {
        let position = percent / 100 * Double(sorted.count - 1)
        let below = Int(position)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }

    private enum CodingKeys: String, CodingKey {
        case median, least, most, values
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(median, forKey: .median)
        try container.encode(least, forKey: .least)
        try container.encode(most, forKey: .most)
        try container.encode(sorted, forKey: .values)
    }
}
