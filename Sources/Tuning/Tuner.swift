public import Evaluation
import Tracking

/// Finds settings of a tracker that score well on sequences whose ground truth is known.
public struct Tuner: Sendable {
    /// What a setting that leaves its default must bring: a tenth of a point.
    public static let minimumGain = 0.001

    public var space: SearchSpace
    public var sequences: [TuningSequence]
    public var convention: EvaluationConvention
    public var metric: TuningMetric
    /// How many settings each search may try.
    public var trials: Int
    public var seed: UInt64
    /// How many trials are run at a time; the result does not depend on it.
    public var jobs: Int
    /// Whether to check the gain on each sequence with settings that were chosen without it; needs two sequences.
    public var holdsOut: Bool

    public init(
        space: SearchSpace, sequences: [TuningSequence], convention: EvaluationConvention,
        metric: TuningMetric = .hota, trials: Int = 1000, seed: UInt64 = 1, jobs: Int = 1, holdsOut: Bool = true
    ) {
        self.space = space
        self.sequences = sequences
        self.convention = convention
        self.metric = metric
        self.trials = trials
        self.seed = seed
        self.jobs = jobs
        self.holdsOut = holdsOut && sequences.count > 1
    }

    /// How many searches there are: one, and one without each sequence.
    public var searchCount: Int { holdsOut ? sequences.count + 1 : 1 }

    /// Searches.
    ///
    /// - Parameter progress: called now and then, on any thread, with the number of trials done in all searches, of at
    ///   most `trials` × ``searchCount``.
    /// - Throws: ``MOTFileError`` if the ground truth has nothing that counts, or an identity twice in a frame.
    public func run(progress: @escaping @Sendable (_ done: Int) -> Void = { _ in }) async throws -> TuningResult {
        let runner = TrialRunner(sequences, convention: convention, tracker: space.tracker, jobs: jobs)
        let baseline = try await runner.metrics([space.fixed])[0]
        let counter = TrialCounter(trials: trials, progress)
        let whole = try await search(runner, counter, without: nil, baseline)
        var folds: [TuningResult.Fold] = []
        for index in sequences.indices where holdsOut {
            let fold = try await search(runner, counter, without: index, baseline)
            let metrics = try await runner.metrics([space.options(at: fold.point)])[0]
            folds.append(.init(values: values(at: fold.point), metrics: metrics[index]))
        }
        return TuningResult(
            tracker: space.tracker, metric: metric, fixed: space.fixed,
            settings: zip(space.settings, values(at: whole.point)).map { setting, value in
                .init(name: setting.name, defaultValue: setting.defaultValue, found: value)
            },
            sequenceNames: sequences.map(\.name), baseline: baseline,
            found: try await runner.metrics([space.options(at: whole.point)])[0], folds: folds,
            neighbours: try await neighbours(of: whole.point, runner), trials: whole.trials,
            otherClassCount: try runner.otherClassCount(space.fixed))
    }

    /// What the settings next to some score, all sequences combined.
    private func neighbours(of point: GridSearch.Point, _ runner: TrialRunner) async throws -> [Double] {
        let points = GridSearch(axes: space.axes, trials: 1).neighbours(of: point)
        return try await runner.metrics(points.map(space.options)).map {
            metric.value(of: TuningResult.combined($0))
        }
    }

    /// A search over all sequences but one.
    private func search(
        _ runner: TrialRunner, _ counter: TrialCounter, without leftOut: Int?, _ baseline: [TrackingMetrics]
    ) async throws -> GridSearch.Outcome {
        let search = GridSearch(axes: space.axes, trials: trials, seed: seed, minimumGain: Self.minimumGain)
        let outcome = try await search.run { points in
            let before = counter.done
            let figures = try await runner.metrics(points.map(space.options)) { counter.advance() }
            counter.advance(to: before + points.count)
            return figures.map { sequences in
                let chosen = sequences.indices.filter { $0 != leftOut }
                return metric.score(of: chosen.map { sequences[$0] }, baseline: chosen.map { baseline[$0] })
            }
        }
        counter.finishSearch()
        return outcome
    }

    private func values(at point: GridSearch.Point) -> [TrackerParameter.Value] {
        zip(space.settings, point).map { $0.range.levels[$1] }
    }
}
