public import Tracking

/// The values of a setting that a search tries.
public struct SearchRange: Sendable, Hashable {
    /// From the lowest to the highest where they have an order, each once.
    public var levels: [TrackerParameter.Value]

    public init(_ levels: [TrackerParameter.Value]) { self.levels = levels }

    /// Whether levels next to each other are alike: true of numbers, not of `true` and `false`.
    public var isOrdered: Bool {
        levels.allSatisfy {
            if case .boolean = $0 { false } else { true }
        }
    }

    /// Both.
    static let flag = SearchRange([.boolean(false), .boolean(true)])

    /// These whole numbers.
    static func integers(_ values: [Int]) -> SearchRange { SearchRange(values.map { .integer($0) }) }

    /// Ten to twenty round numbers: multiples of 1, 2 or 5 times a power of ten, and both ends.
    static func numbers(_ range: ClosedRange<Double>) -> SearchRange {
        let width = range.upperBound - range.lowerBound
        guard width > 0, width.isFinite else { return SearchRange([.number(range.lowerBound)]) }
        // Divided by a whole number, or multiplied, so that 0.3 is 0.3 and not 0.30000000000000004.
        var power = 0
        while width / Self.ten(to: power) > 20 + 1e-9 { power += 1 }
        while width / Self.ten(to: power - 1) <= 20 + 1e-9 { power -= 1 }
        let factor = [2.0, 5.0].last { width / (Self.ten(to: power) / $0) <= 20 + 1e-9 } ?? 1
        func multiple(_ count: Double) -> Double {
            power >= 0 ? count * Self.ten(to: power) / factor : count / (Self.ten(to: -power) * factor)
        }
        var values = [range.lowerBound]
        let first = (range.lowerBound / multiple(1)).rounded(.up)
        for offset in 0...21 {
            let value = multiple(first + Double(offset))
            if value > values[values.count - 1], value < range.upperBound { values.append(value) }
        }
        return SearchRange((values + [range.upperBound]).map { .number($0) })
    }

    /// Every whole number of a short range; of a long one about twenty, farther apart where they are large.
    static func integers(_ range: ClosedRange<Int>) -> SearchRange {
        guard range.upperBound - range.lowerBound > 20 else { return .integers(Array(range)) }
        var values = [range.lowerBound]
        let step = max(1, (range.upperBound - range.lowerBound) / 40)
        var value = range.lowerBound
        while value < range.upperBound {
            value = min(value + max(step, roundedToTwoDigits(value / 3)), range.upperBound)
            values.append(value)
        }
        return .integers(values)
    }

    private static func roundedToTwoDigits(_ value: Int) -> Int {
        var unit = 1
        while value / unit >= 100 { unit *= 10 }
        return value / unit * unit
    }

    private static func ten(to power: Int) -> Double {
        var value = 1.0
        for _ in 0..<abs(power) { value *= 10 }
        return power < 0 ? 1 / value : value
    }

    /// With one level more, in its place.
    func including(_ value: TrackerParameter.Value) -> SearchRange {
        guard !levels.contains(value) else { return self }
        let place = levels.firstIndex { value.order < $0.order } ?? levels.endIndex
        var range = self
        range.levels.insert(value, at: place)
        return range
    }
}

extension TrackerParameter.Value {
    /// Where it stands among others of its kind.
    public var order: Double {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .boolean(let value): value ? 1 : 0
        }
    }
}
