import Evaluation
import Testing
import Tracking
import Vision

/// `docs/trackers.md` shows the figures.
@Suite("Lapwing's tracker on the sequences given", .enabled(if: Assets.arePresent))
struct LapwingScoreTests {
    private func metrics(
        _ kind: TrackerKind, _ sequences: [String], _ convention: EvaluationConvention
    ) throws -> TrackingMetrics {
        let compared = try sequences.map { sequence in
            // These know no doubtful detections, and the reference runs were not given any.
            let isOneStage = [.sort, .deepsort, .ocsort].contains(kind)
            let detections = try isOneStage ? Assets.detections(sequence) : Assets.allDetections(sequence)
            var tracker: any Tracker = try kind.make()
            return TrackingEvaluation.Sequence(
                name: sequence,
                groundTruth: try MOTFile.read(path: "\(Assets.root)/mot/gt/\(sequence)/gt/gt.txt"),
                results: Assets.rows(of: detections, &tracker))
        }
        return try TrackingEvaluation(compared, convention: convention).combined.all
    }

    private let others: [TrackerKind] = [.sort, .ocsort, .bytetrack, .botsort]

    @Test("scores a point above the best of the others on MOT17")
    func mot17() throws {
        let sequences = Assets.sequences.filter { $0.hasPrefix("MOT17") }
        let own = try metrics(.lapwing, sequences, .mot17)
        for kind in others {
            let other = try metrics(kind, sequences, .mot17)
            #expect(own.hota.hota >= other.hota.hota + 0.01, "\(kind)")
            #expect(own.identity.idf1 >= other.identity.idf1 + 0.01, "\(kind)")
        }
    }

    @Test("scores no less than the best of the others on MOT15")
    func mot15() throws {
        let sequences = Assets.sequences.filter { !$0.hasPrefix("MOT17") && !$0.hasPrefix("EDGE") }
        let own = try metrics(.lapwing, sequences, .mot15)
        for kind in others {
            let other = try metrics(kind, sequences, .mot15)
            #expect(own.hota.hota >= other.hota.hota, "\(kind)")
            #expect(own.identity.idf1 >= other.identity.idf1, "\(kind)")
        }
    }

    @Test("gains by looks, and asks for few of them")
    func looks() throws {
        var (asked, confident) = (0, 0)
        var compared: [TrackingEvaluation.Sequence] = []
        let sequences = Assets.sequences.filter { $0.hasPrefix("MOT17") }
        for sequence in sequences {
            var tracker = LapwingTracker()
            var rows: [MOTRow] = []
            for (index, input) in try Assets.inputs(sequence, embeddings: true).enumerated() {
                asked += tracker.detectionsToDescribe(input.detections).count
                confident += input.detections.count { $0.confidence > tracker.options.trackThreshold }
                for track in tracker.update(input).tracks where track.isReported {
                    rows.append(MOTRow(frame: index + 1, id: track.trackID, box: track.box))
                }
            }
            compared.append(
                TrackingEvaluation.Sequence(
                    name: sequence,
                    groundTruth: try MOTFile.read(path: "\(Assets.root)/mot/gt/\(sequence)/gt/gt.txt"), results: rows))
        }
        let with = try TrackingEvaluation(compared, convention: .mot17).combined.all
        let without = try metrics(.lapwing, sequences, .mot17)
        #expect(with.hota.hota >= without.hota.hota + 0.01)
        #expect(with.identity.idf1 >= without.identity.idf1 + 0.01)
        #expect(Double(asked) < 0.7 * Double(confident), "\(asked) of \(confident)")
    }
}
