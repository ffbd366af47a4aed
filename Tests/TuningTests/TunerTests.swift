import Evaluation
import Synchronization
import Testing
import Tracking
import Vision

@testable import Tuning

@Suite("tuning")
struct TunerTests {
    /// People who walk past each other and are hidden for a while; the ground truth has them throughout.
    ///
    /// - Parameters:
    ///   - hidden: for how many frames each is hidden.
    ///   - number: tells sequences apart.
    private func sequence(hidden: Int, _ number: Int) -> TuningSequence {
        var truth: [MOTRow] = []
        var frames: [(number: Int, input: TrackerInput)] = []
        for frame in 1...120 {
            var detections: [Detection] = []
            for person in 1...4 {
                let start = Double(person * 100 + number * 7)
                let speed = Double(person % 2 == 0 ? 1 : -1) + Double(number) * 0.1
                let box = BoundingBox(
                    x: start + speed * Double(frame), y: Double(person * 150), width: 40, height: 100)
                truth.append(MOTRow(frame: frame, id: person, box: box))
                guard !(40..<40 + hidden).contains(frame - person * 3) else { continue }
                detections.append(Detection(box: box, confidence: 0.9, classID: 0))
            }
            frames.append((frame, TrackerInput(detections)))
        }
        return TuningSequence(name: "walk\(number)", groundTruth: truth, frames: frames)
    }

    private func tuner(_ sequences: [TuningSequence], jobs: Int = 2, vary: [String] = []) throws -> Tuner {
        Tuner(
            space: try SearchSpace(tracker: .sort, vary: vary), sequences: sequences, convention: .lapwing, trials: 60,
            jobs: jobs)
    }

    @Test("waits for longer where people are hidden for longer, and the gain holds")
    func holds() async throws {
        let result = try await tuner([
            sequence(hidden: 40, 1), sequence(hidden: 45, 2), sequence(hidden: 42, 3),
        ]).run()
        let age = try #require(result.settings.first { $0.name == "max_age" })
        #expect(age.defaultValue == .integer(30))
        #expect(age.found.order >= 45)
        #expect(result.options["max_age"] == age.found.description)
        #expect(result.gain > 0.05)
        #expect(result.verdict == .holds)
        #expect(result.heldOutCounts.better == 3)
        #expect(result.folds.count == 3)
        #expect(result.neighbours.count >= 4)
        #expect(result.trials <= 60)
    }

    @Test("does not depend on how many trials run at a time")
    func jobs() async throws {
        let sequences = [sequence(hidden: 40, 1), sequence(hidden: 20, 2)]
        let one = try await tuner(sequences, jobs: 1).run()
        let many = try await tuner(sequences, jobs: 7).run()
        #expect(one.settings.map(\.found) == many.settings.map(\.found))
        #expect(one.found == many.found)
        #expect(one.heldOut == many.heldOut)
        #expect(one.folds.map(\.values) == many.folds.map(\.values))
        #expect(one.trials == many.trials)
    }

    @Test("says so when nothing is better than the defaults, and when it cannot be checked")
    func other() async throws {
        let easy = try await tuner([sequence(hidden: 0, 1), sequence(hidden: 0, 2)], vary: ["max_age"]).run()
        #expect(easy.verdict == .noGain)
        #expect(easy.options == [:])
        #expect(easy.heldOutGain == 0)
        // What was asked for may be worse than the defaults; then they stay.
        let worse = try await tuner([sequence(hidden: 20, 1), sequence(hidden: 25, 2)], vary: ["max_age=1..5"]).run()
        #expect(worse.verdict == .noGain)
        #expect(worse.gain < 0)
        #expect(worse.options == [:])
        let single = try await tuner([sequence(hidden: 45, 1)]).run()
        #expect(single.verdict == .unchecked)
        #expect(single.folds.isEmpty)
        var unchecked = try tuner([sequence(hidden: 45, 1), sequence(hidden: 45, 2)])
        unchecked.holdsOut = false
        #expect(try await unchecked.run().verdict == .unchecked)
    }

    @Test("scores what the tracker and the evaluation give by themselves")
    func scores() async throws {
        let walk = sequence(hidden: 10, 1)
        let result = try await tuner([walk, sequence(hidden: 45, 2)]).run()
        for (options, metrics) in [([:], result.baseline[0]), (result.options, result.found[0])] {
            let alone = try TrackingEvaluation(
                [
                    .init(
                        name: "", groundTruth: walk.groundTruth,
                        results: walk.tracks(of: try TrackerKind.sort.make(options: options)))
                ],
                convention: .lapwing)
            #expect(alone.combined.all == metrics)
        }
    }

    @Test("counts trials up to all of them")
    func progress() async throws {
        let seen = Counter()
        let tuner = try tuner([sequence(hidden: 40, 1), sequence(hidden: 40, 2)])
        _ = try await tuner.run { seen.add($0) }
        #expect(seen.most == tuner.trials * tuner.searchCount)
        #expect(tuner.searchCount == 3)
    }

    @Test("a gain that one sequence makes and others pay for counts for less than one that all make")
    func caution() throws {
        func metrics(_ mota: Double) -> TrackingMetrics {
            var metrics = TrackingMetrics()
            metrics.clear.truePositives = Int(mota * 1000)
            metrics.clear.falseNegatives = 1000 - metrics.clear.truePositives
            return metrics
        }
        let before = [metrics(0.5), metrics(0.5), metrics(0.5)]
        let even = TuningMetric.mota.score(of: [metrics(0.52), metrics(0.52), metrics(0.52)], baseline: before)
        let uneven = TuningMetric.mota.score(of: [metrics(0.66), metrics(0.48), metrics(0.48)], baseline: before)
        #expect(abs(even.value - 0.02) < 1e-12)
        #expect(uneven < even)
    }
}

/// The most of what it was given.
private final class Counter: Sendable {
    private let value = Mutex(0)

    func add(_ number: Int) { value.withLock { $0 = max($0, number) } }
    var most: Int { value.withLock { $0 } }
}
