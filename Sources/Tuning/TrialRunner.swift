import Evaluation
import Synchronization
import Tracking

/// Runs trackers over all sequences and scores them, several trials at a time; no trial is run twice.
final class TrialRunner: Sendable {
    private let sequences: [TuningSequence]
    private let convention: EvaluationConvention
    private let tracker: TrackerKind
    private let jobs: Int
    /// The figures of each sequence, by the settings that are not as by default.
    private let known = Mutex<[[String: String]: [TrackingMetrics]]>([:])

    init(_ sequences: [TuningSequence], convention: EvaluationConvention, tracker: TrackerKind, jobs: Int) {
        self.sequences = sequences
        self.convention = convention
        self.tracker = tracker
        self.jobs = jobs
    }

    /// The figures of each sequence under some settings.
    ///
    /// - Parameter onTrial: called after each that had to be run, on any thread.
    func metrics(
        _ trials: [[String: String]], onTrial: @escaping @Sendable () -> Void = {}
    ) async throws -> [[TrackingMetrics]] {
        let missing = known.withLock { known in trials.filter { known[$0] == nil } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            var waiting = missing.makeIterator()
            func start() {
                guard let options = waiting.next() else { return }
                group.addTask { [self] in
                    let metrics = try run(options)
                    known.withLock { $0[options] = metrics }
                    onTrial()
                }
            }
            for _ in 0..<max(1, jobs) { start() }
            while try await group.next() != nil { start() }
        }
        return known.withLock { known in trials.compactMap { known[$0] } }
    }

    /// How many boxes of the tracks are left out under some settings, since the ground truth has not their class.
    func otherClassCount(_ options: [String: String]) throws -> Int { try evaluation(options).otherClassCount }

    private func run(_ options: [String: String]) throws -> [TrackingMetrics] {
        try evaluation(options).sequences.map(\.all)
    }

    private func evaluation(_ options: [String: String]) throws -> TrackingEvaluation {
        let tracked = try sequences.map { sequence in
            TrackingEvaluation.Sequence(
                name: sequence.name, groundTruth: sequence.groundTruth,
                results: sequence.tracks(of: try tracker.make(options: options)))
        }
        return try TrackingEvaluation(tracked, convention: convention)
    }
}
