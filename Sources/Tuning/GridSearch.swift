/// Searches a grid for the point that scores best, with a given number of trials.
///
/// 1. If the grid has no more points than there are trials, all of them are tried. Else:
/// 2. *Start*: the grid's start, then quasi-random points; every other one leaves about half of the axes at the start.
/// 3. *Refine*: a pattern search from the best point. Each axis is tried a step up, a step down and at its start; then
///    the moves that helped are tried together: the best two, the best three and so on. If nothing helps, steps are
///    halved, from a quarter of an axis down to one level. At the end it goes on from the next best starting point.
/// 4. *Plateau*: the best points are compared by the mean of their own score and those of their neighbours, one level
///    away along one axis, so that a lucky spike loses against the middle of a plateau.
///
/// An axis that differs from its start must be worth ``minimumGain``: a move that brings less is not made. Which points
/// are tried depends on the scores, the number of trials and the seed alone.
public struct GridSearch: Sendable {
    /// A place in the grid: a level on each axis, from 0.
    public typealias Point = [Int]

    /// One axis of the grid.
    public struct Axis: Sendable {
        /// How many levels it has, from 1.
        public var levels: Int
        /// The level that the search starts at.
        public var start: Int
        /// Whether levels next to each other are alike; if not, each is as far from all others.
        public var isOrdered: Bool

        public init(levels: Int, start: Int, isOrdered: Bool = true) {
            precondition(levels > 0 && (0..<levels).contains(start))
            self.levels = levels
            self.start = start
            self.isOrdered = isOrdered
        }
    }

    /// What a search found.
    public struct Outcome: Sendable {
        /// The best point.
        public var point: Point
        /// Its own score.
        public var score: TrialScore
        /// The mean of its value and those of its neighbours.
        public var neighbourhoodMean: Double
        /// How many points were tried.
        public var trials: Int
    }

    public var axes: [Axis]
    /// How many points may be tried, from 1.
    public var trials: Int
    /// What the quasi-random points follow from.
    public var seed: UInt64
    /// What leaving an axis's start must bring.
    public var minimumGain: Double

    public init(axes: [Axis], trials: Int, seed: UInt64 = 0, minimumGain: Double = 0) {
        precondition(trials > 0)
        self.axes = axes
        self.trials = trials
        self.seed = seed
        self.minimumGain = minimumGain
    }

    /// Runs the search.
    ///
    /// - Parameter evaluate: scores of points, in their order. It is called with many points at once, each only once.
    public func run(_ evaluate: ([Point]) async throws -> [TrialScore]) async rethrows -> Outcome {
        var record = TrialRecord(self)
        try await record.test([start], evaluate)
        if let all = everyPoint() {
            try await record.test(all, evaluate)
        } else {
            let reserve = trials / 4
            try await record.test(startingPoints(count: trials / 4), evaluate)
            let starts = record.ranking
            for point in starts where record.remaining > reserve {
                try await refine(from: point, &record, reserve: reserve, evaluate)
            }
        }
        return try await mostRobust(&record, evaluate)
    }

    /// Where the search starts.
    public var start: Point { axes.map(\.start) }

    /// How many axes of a point are not at their start.
    func changes(_ point: Point) -> Int { zip(point, axes).count { $0 != $1.start } }

    /// Points one level away along one axis; an axis whose levels are not ordered has none.
    func neighbours(of point: Point) -> [Point] {
        axes.indices.filter { axes[$0].isOrdered }.flatMap { axis in
            [-1, 1].compactMap { moved(point, axis, to: point[axis] + $0) }
        }
    }

    private func moved(_ point: Point, _ axis: Int, to level: Int) -> Point? {
        guard level != point[axis], (0..<axes[axis].levels).contains(level) else { return nil }
        var moved = point
        moved[axis] = level
        return moved
    }

    /// All points, if there are no more than trials.
    private func everyPoint() -> [Point]? {
        var count = 1
        for axis in axes {
            count *= axis.levels
            guard count <= trials else { return nil }
        }
        return axes.reduce([[]]) { points, axis in points.flatMap { point in (0..<axis.levels).map { point + [$0] } } }
    }

    private func startingPoints(count: Int) -> [Point] {
        let sequence = QuasiRandomSequence(dimensions: 2 * axes.count, seed: seed)
        return (0..<count).map { index in
            let place = sequence.point(index + 1)
            return axes.indices.map { axis in
                if index % 2 == 1, place[axes.count + axis] < 0.5 { return axes[axis].start }
                return min(Int(place[axis] * Double(axes[axis].levels)), axes[axis].levels - 1)
            }
        }
    }
}

extension GridSearch {
    private func refine(
        from start: Point, _ record: inout TrialRecord, reserve: Int,
        _ evaluate: ([Point]) async throws -> [TrialScore]
    ) async rethrows {
        var centre = start
        var steps = axes.map { max($0.levels / 4, 1) }
        while record.remaining > reserve {
            let polled = axes.indices.flatMap { polls(of: $0, around: centre, step: steps[$0]) }
            try await record.test(polled, evaluate, reserve: reserve)
            // The best move along each axis, the most helpful axis first.
            let moves = axes.indices.compactMap { axis in
                record.best(of: polls(of: axis, around: centre, step: steps[axis])).map { (axis: axis, point: $0) }
            }.filter { record.isBetter($0.point, than: centre) }.sorted { record.isBetter($0.point, than: $1.point) }
            guard let first = moves.first else {
                guard steps.contains(where: { $0 > 1 }) else { return }
                steps = steps.map { max($0 / 2, 1) }
                continue
            }
            var joint = first.point
            let joints = moves.dropFirst().map { move in
                joint[move.axis] = move.point[move.axis]
                return joint
            }
            try await record.test(joints, evaluate, reserve: reserve)
            centre = record.best(of: [first.point] + joints) ?? first.point
        }
    }

    private func polls(of axis: Int, around centre: Point, step: Int) -> [Point] {
        let levels =
            axes[axis].isOrdered
            ? [centre[axis] - step, centre[axis] + step, axes[axis].start] : Array(0..<axes[axis].levels)
        return levels.compactMap { moved(centre, axis, to: $0) }
    }

    /// The point whose neighbourhood is best, among the best ones by themselves.
    private func mostRobust(
        _ record: inout TrialRecord, _ evaluate: ([Point]) async throws -> [TrialScore]
    ) async rethrows -> Outcome {
        var best: Outcome?
        var bestMean = -Double.infinity
        for point in record.ranking.prefix(Self.finalists) {
            let neighbours = neighbours(of: point)
            guard best == nil || record.untried(neighbours) <= record.remaining else { continue }
            try await record.test(neighbours, evaluate)
            guard let score = record[point] else { continue }
            let values = [score.value] + neighbours.compactMap { record[$0]?.value }
            let mean = values.reduce(0, +) / Double(values.count)
            let weighed = mean - minimumGain * Double(changes(point))
            guard best == nil || weighed > bestMean else { continue }
            bestMean = weighed
            best = Outcome(
                point: point, score: score, neighbourhoodMean: mean, trials: 0)
        }
        guard var best else { preconditionFailure("the start is always tried") }
        best.trials = record.count
        return best
    }

    /// How many of the best points are compared by their neighbourhoods.
    private static let finalists = 12
}
