/// What a search has tried so far, and how good it was.
struct TrialRecord {
    private let search: GridSearch
    private var scores: [GridSearch.Point: TrialScore] = [:]
    /// In the order tried.
    private var points: [GridSearch.Point] = []

    init(_ search: GridSearch) { self.search = search }

    var count: Int { points.count }
    var remaining: Int { search.trials - points.count }

    subscript(point: GridSearch.Point) -> TrialScore? { scores[point] }

    /// Tries those that were not tried yet, up to the number of trials left but for a reserve.
    mutating func test(
        _ candidates: [GridSearch.Point], _ evaluate: ([GridSearch.Point]) async throws -> [TrialScore],
        reserve: Int = 0
    ) async rethrows {
        var new: [GridSearch.Point] = []
        var seen: Set<GridSearch.Point> = []
        for point in candidates where scores[point] == nil && new.count < remaining - reserve {
            if seen.insert(point).inserted { new.append(point) }
        }
        guard !new.isEmpty else { return }
        for (point, score) in zip(new, try await evaluate(new)) {
            scores[point] = score
            points.append(point)
        }
    }

    /// How many of some points were not tried.
    func untried(_ candidates: [GridSearch.Point]) -> Int { candidates.count { scores[$0] == nil } }

    /// The best of those of some points that were tried, of equal ones the first; nil if none was.
    func best(of candidates: [GridSearch.Point]) -> GridSearch.Point? {
        var best: GridSearch.Point?
        for point in candidates where scores[point] != nil {
            if best.map({ isBetter(point, than: $0) }) ?? true { best = point }
        }
        return best
    }

    /// Whether one point is better than another when what was changed is taken off; one not tried is worse than any.
    func isBetter(_ a: GridSearch.Point, than b: GridSearch.Point) -> Bool {
        guard let first = weighed(a) else { return false }
        guard let second = weighed(b) else { return true }
        return second < first
    }

    /// All points tried, the best first, of equal ones the one tried first.
    var ranking: [GridSearch.Point] {
        points.enumerated().map { ($0.offset, $0.element, weighed($0.element) ?? TrialScore(0)) }
            .sorted { $0.2 != $1.2 ? $1.2 < $0.2 : $0.0 < $1.0 }.map(\.1)
    }

    private func weighed(_ point: GridSearch.Point) -> TrialScore? {
        guard var score = scores[point] else { return nil }
        score.value -= search.minimumGain * Double(search.changes(point))
        return score
    }
}
