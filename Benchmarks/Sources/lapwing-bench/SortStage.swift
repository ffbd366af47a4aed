import Evaluation
import Foundation
import Tracking
import Vision

/// The tracker alone, on the detections of public benchmarks; reading the file is not measured.
enum SortStage {
    private struct Sequence {
        var name: String
        var file: String
        var minimumScore: Double?
    }

    private static let sequences = [
        Sequence(name: "PETS09-S2L1", file: "PETS09-S2L1.txt"),
        Sequence(name: "MOT17-02", file: "MOT17-02-FRCNN.txt"),
        Sequence(name: "MOT17-02, scores above 0.6", file: "MOT17-02-FRCNN.txt", minimumScore: 0.6),
    ]

    static func measure(_ bench: Bench, into report: inout Report) async throws {
        guard let folder = bench.detectionFolder else { return }
        bench.note("sort")
        for sequence in sequences {
            let path = "\(folder)/\(sequence.file)"
            guard FileManager.default.fileExists(atPath: path) else {
                report.skipped.append("sort: \(path) is not there")
                continue
            }
            let detections = MOTDetections(try MOTFile.read(path: path), minimumScore: sequence.minimumScore)
            let frames = (1...max(detections.lastFrame, 1)).map { detections[$0] }
            let density = Double(frames.reduce(0) { $0 + $1.count }) / Double(frames.count)
            let name = "\(sequence.name) (\(String(format: "%.1f", density)) a frame)"
            // Enough passes for a few tenths of a second.
            let passes = max(1, Int((bench.isQuick ? 3e5 : 1.5e6) / (density * Double(frames.count))))
            var alone: [Double] = []
            var identified: [Double] = []
            for run in 0...bench.runs {
                let rates = (
                    try rate(of: frames, passes: passes, identifies: false),
                    try rate(of: frames, passes: passes, identifies: true)
                )
                guard run > 0 else { continue }
                alone.append(rates.0)
                identified.append(rates.1)
            }
            let tracker = Samples(alone)
            let whole = Samples(identified)
            report.add(Row(.sort, name, "fps", tracker))
            report.add(
                Row(
                    .sort, "\(name), with identities", "fps", whole,
                    ratio: .init(whole, to: tracker, called: "the tracker alone")))
        }
    }

    private static func rate(of frames: [[Detection]], passes: Int, identifies: Bool) throws -> Double {
        var emitted = 0
        let start = ContinuousClock.now
        for _ in 0..<passes {
            var tracker = try TrackerKind.sort.make()
            var identities = IdentityMap(videoID: "video", classNames: ["person"])
            for (number, detections) in frames.enumerated() {
                let update = tracker.update(detections)
                emitted += update.tracks.count
                guard identifies else { continue }
                emitted += identities.apply(update, detections: detections, frame: number).objects.count
            }
        }
        let rate = Double(passes * frames.count) / start.duration(to: .now).seconds
        // What nobody looks at need not be computed.
        guard emitted > 0 else { throw BenchError("the tracker found nothing") }
        return rate
    }
}
