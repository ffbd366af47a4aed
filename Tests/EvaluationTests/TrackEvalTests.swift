import Evaluation
import Foundation
import Testing

@Suite("figures equal TrackEval's", .enabled(if: Assets.arePresent, "needs the sequences in LAPWING_ASSETS"))
struct TrackEvalTests {
    /// Counts are the same; shares to nine decimals.
    private func compare(_ metrics: TrackingMetrics, _ expected: [String: String], _ what: String) throws {
        for (name, value) in metrics.figures {
            let reference = try #require(Double(expected[name] ?? ""), "\(what): \(name)")
            switch value {
            case .count(let count): #expect(Double(count) == reference, "\(what): \(name)")
            case .share(let share): #expect(abs(share - reference) < 1e-9, "\(what): \(name) \(share) \(reference)")
            }
        }
    }

    @Test("on small cases, degenerate ones included", arguments: [EvaluationConvention.mot15, .mot17])
    func cases(convention: EvaluationConvention) throws {
        let expected = try Assets.table("metric_cases/expected_\(convention.rawValue).csv")
        #expect(expected.count >= 4)
        for line in expected {
            let name = try #require(line["case"])
            let folder = "metric_cases/\(convention.rawValue)/\(name)"
            let sequence = TrackingEvaluation.Sequence(
                name: name, groundTruth: try Assets.rows("\(folder)/gt.txt"),
                results: try Assets.rows("\(folder)/pred.txt"))
            let scores = try TrackingEvaluation([sequence], convention: convention).sequences[0]
            #expect(scores.classes.isEmpty)
            try compare(scores.all, line, name)
        }
    }

    @Test(
        "on the reference outputs of ten trackers",
        arguments: [
            ("trackeval_mot15", EvaluationConvention.mot15), ("trackeval_edge", .mot15), ("trackeval_mot17val", .mot17),
        ])
    func sequences(file: String, convention: EvaluationConvention) throws {
        let expected = try Assets.table("metrics/\(file).csv")
        #expect(expected.count >= 30)
        var groundTruth: [String: [MOTRow]] = [:]
        for line in expected {
            let tracker = try #require(line["tracker"])
            let name = try #require(line["seq"])
            let truth = try groundTruth[name] ?? Assets.rows("gt/\(name)/gt/gt.txt")
            groundTruth[name] = truth
            let sequence = TrackingEvaluation.Sequence(
                name: name, groundTruth: truth, results: try Assets.rows("ref/\(tracker)/\(name).txt"))
            let scores = try TrackingEvaluation([sequence], convention: convention).sequences[0]
            try compare(scores.all, line, "\(tracker), \(name)")
        }
    }
}
