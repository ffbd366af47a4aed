public import ArgumentParser
import Evaluation
import Foundation
import Tracking
public import Tuning

/// Settings of a tracker that suit videos whose ground truth is known.
struct TuneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Search a tracker's settings on detections that are there already.",
        discussion: """
            Examples:
              lapwing run a.mp4 b.mp4 --model yolov8n.onnx --confidence 0.1
              lapwing tune --tracker lapwing --output tuned.yaml \\
                --ground-truth a/gt/gt.txt b/gt/gt.txt \\
                --detections lapwing-out/{a,b}-*/results.jsonl
              lapwing run more/ --model yolov8n.onnx --config tuned.yaml

              lapwing tune --convention mot17 --tracker bytetrack --metric idf1 \\
                --ground-truth gt/MOT17-{02,09,13}/gt/gt.txt \\
                --detections det/MOT17-{02,09,13}.txt
              lapwing tune … --vary max_age --tracker-option min_hits=2
              lapwing tune … --vary iou_threshold=0.1..0.5 --vary max_age=15,30,60

            The detector is not run: detections are MOTChallenge text, or a results.jsonl of 'lapwing run' or 'lapwing \
            results', of which the detections are taken, tracked or not. Several files are several sequences, in the \
            same order. What is scored is what 'lapwing track' puts out, as 'lapwing evaluate' does it, with the same \
            conventions.

            Every setting that has a built-in range is searched, or those named by --vary: 'name' in its built-in \
            range, 'name=lo..hi' or 'name=a,b,c'. The defaults are the first trial. A setting leaves its default only \
            where that brings a tenth of a point, and the middle of a plateau is preferred to a lucky spike. The same \
            seed gives the same result, whatever --jobs is.

            Settings are chosen by their gain over the defaults: its mean over the sequences, less the standard error. \
            With two or more sequences the search is repeated without each of them, and scored on the one left out: \
            that, not the score on the sequences searched, is what to expect of other videos. --no-hold-out leaves it \
            out.

            Built-in ranges:
            \(TrackerKind.allCases.map(\.rangesHelp).joined(separator: "\n"))
            """)

    @Option(
        name: .long, parsing: .upToNextOption,
        help: ArgumentHelp("Ground truth, MOTChallenge text; one file per sequence.", valueName: "file"))
    var groundTruth: [String]

    @Option(
        name: .long, parsing: .upToNextOption,
        help: ArgumentHelp("Detections, MOTChallenge text or results.jsonl, in the same order.", valueName: "file"))
    var detections: [String]

    @Option(name: .long, help: "Which rows count; see 'lapwing help evaluate'.")
    var convention = EvaluationConvention.lapwing

    @Option(name: .long, help: "The tracker: \(TrackerKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var tracker = TrackerKind.lapwing

    @Option(
        name: .long,
        help: ArgumentHelp("A setting that keeps a value: min_hits=2. Can be repeated.", valueName: "name=value"))
    var trackerOption: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A setting to search: max_age, max_age=10..90 or max_age=15,30,60. Can be repeated.",
            valueName: "name[=range]"))
    var vary: [String] = []

    @Option(name: .long, help: "What the settings are chosen for.")
    var metric = TuningMetric.hota

    @Option(name: .long, help: "How many settings each search tries.")
    var trials = 1000

    @Option(name: .long, help: "What the search's random numbers follow from.")
    var seed: UInt64 = 1

    @Option(name: .long, help: "How many trials are run at a time; as many as there are processors if not given.")
    var jobs: Int?

    @Flag(name: .long, help: "Does not repeat the search without each of the sequences.")
    var noHoldOut = false

    @Option(name: .long, help: "Only detections that score above this.")
    var minScore: Double?

    @Option(
        name: .long, parsing: .upToNextOption,
        help: ArgumentHelp("How many frames each video has; up to the last one with a detection if not given."))
    var frames: [Int] = []

    @Option(
        name: .long, parsing: .upToNextOption,
        help: ArgumentHelp("What the detections look like, 16-bit numbers; one file per sequence.", valueName: "file"))
    var embeddings: [String] = []

    @Option(
        name: .long, parsing: .upToNextOption,
        help: ArgumentHelp("How the camera moved, a line per frame; one file per sequence.", valueName: "file"))
    var cameraMotion: [String] = []

    @Flag(name: .long, help: "What was found as one JSON object.")
    var json = false

    @Option(
        name: .long,
        help: ArgumentHelp("Where the settings go, as a file for --config of other commands.", valueName: "file"))
    var output: String?

    func validate() throws {
        for (name, count, isNeeded) in [
            ("--detections", detections.count, true), ("--frames", frames.count, false),
            ("--embeddings", embeddings.count, false), ("--camera-motion", cameraMotion.count, false),
        ] where count != groundTruth.count && (isNeeded || count > 0) {
            let kind = name == "--frames" ? "numbers" : "files"
            throw ValidationError(
                "--ground-truth has \(groundTruth.count) files and \(name) \(count) \(kind); give one of each per sequence"
            )
        }
        for frames in frames where !(1...MOTFile.lastFrameAllowed).contains(frames) {
            throw ValidationError("--frames: \(frames) is not a whole number from 1 to \(MOTFile.lastFrameAllowed)")
        }
        for (name, value, most) in [("--trials", trials, 1_000_000), ("--jobs", jobs ?? 1, 1024)]
        where !(1...most).contains(value) {
            throw ValidationError("\(name): \(value) is not a whole number from 1 to \(most)")
        }
    }

    func run() async throws {
        let tuner = try tuner()
        let total = tuner.trials * tuner.searchCount
        let bar = ProgressBar(unit: "trials")
        let result = try await tuner.run { done in
            bar.update(done: done, total: total, note: "tuning \(tracker.displayName)")
        }
        bar.finish()
        convention.warn(ofOtherClasses: result.otherClassCount)
        let report = TuningReport(result: result, minimumScore: minScore)
        if let output { try File.write(report.yaml, to: output) }
        if json {
            try JSONOutput.line(report.json)
        } else {
            print(report.text)
        }
    }

    private func tuner() throws -> Tuner {
        let fixed = try TrackerKind.options(trackerOption)
        try tracker.check(hasEmbeddings: !embeddings.isEmpty, hasCameraMotion: !cameraMotion.isEmpty)
        let space: SearchSpace
        do {
            space = try SearchSpace(tracker: tracker, fixed: fixed, vary: vary, hasAppearance: !embeddings.isEmpty)
        } catch {
            throw UsageError(message: "\(error)")
        }
        return Tuner(
            space: space, sequences: try groundTruth.indices.map(sequence), convention: convention, metric: metric,
            trials: trials, seed: seed, jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount,
            holdsOut: !noHoldOut)
    }

    private func sequence(_ index: Int) throws -> TuningSequence {
        let file = try DetectionFile(
            path: detections[index], embeddings: embeddings.isEmpty ? nil : embeddings[index],
            cameraMotion: cameraMotion.isEmpty ? nil : cameraMotion[index], minimumScore: minScore,
            frameCount: frames.isEmpty ? nil : frames[index])
        let inputs = file.frames.map { (number: $0, input: file.input($0)) }
        guard inputs.contains(where: { !$0.input.detections.isEmpty }) else {
            throw Failure.failed(
                "\(detections[index]): there is no detection in it\(minScore.map { " that scores above \($0)" } ?? ""); "
                    + "nothing can be tuned on it")
        }
        return TuningSequence(
            name: TrackFile.sequenceName(groundTruth[index]),
            groundTruth: try TrackFile.groundTruth(groundTruth[index]), frames: inputs, labels: file.labels)
    }
}

extension TuningMetric: ExpressibleByArgument {}

extension TrackerKind {
    /// The built-in ranges, one line per setting, for `--help`.
    var rangesHelp: String {
        options.map { option in
            let range = SearchRange.builtIn(option.name).map { range in
                let only = SearchRange.ofAppearance.contains(option.name) ? ", with --embeddings" : ""
                guard range.isOrdered, let first = range.levels.first, let last = range.levels.last else {
                    return "true,false"
                }
                return "\(first)..\(last)\(only)"
            }
            return "  \(rawValue)  \(option.name)  \(range ?? "only with --vary")"
        }.joined(separator: "\n")
    }
}
