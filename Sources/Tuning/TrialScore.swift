/// How good a trial is: a value, and figures that decide between equal values.
public struct TrialScore: Sendable, Hashable, Comparable {
    /// Higher is better; a share of 1.
    public var value: Double
    /// Compared one after the other where values are equal; as many in every score of a search.
    public var tieBreaks: [Double]

    public init(_ value: Double, tieBreaks: [Double] = []) {
        self.value = value
        self.tieBreaks = tieBreaks
    }

    public static func < (a: TrialScore, b: TrialScore) -> Bool {
        a.value != b.value ? a.value < b.value : a.tieBreaks.lexicographicallyPrecedes(b.tieBreaks)
    }
}
