public import ArgumentParser
import Foundation
public import Inference
public import Media
public import Pipeline
public import Tracking

/// The model, the detector's thresholds and the tracker: all that the results depend on.
struct ProcessingOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "The detector: an ONNX file as 'yolo export format=onnx' writes it, or an OpenVINO .xml or its folder.")
    var model: String

    @Option(name: .long, help: "What the model runs on: CPU, GPU, NPU or AUTO.")
    var device = "CPU"

    @Option(name: .long, help: "Arithmetic: auto (the device's fastest) or f32.")
    var precision = DetectorConfiguration.Precision.auto

    @Option(name: .long, help: "How pictures become the model's input: exact (as the model was trained) or fast.")
    var preprocess = FrameScaler.Mode.exact

    @Option(
        name: .long, help: "Detections must score above this: higher loses faint objects, lower lets in wrong ones.")
    var confidence = 0.25

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What detections must score above for a two-stage tracker "
                + "(\(TrackerKind.allCases.filter(\.usesLowConfidence).map(\.rawValue).joined(separator: ", "))) "
                + "to see them; below --confidence, only those that it took are listed. "
                + "(default: 0.1, or --confidence where that is lower)"))
    var lowConfidence: Double?

    @Option(name: .long, help: "Of two boxes of one class that overlap more than this, only the better one stays.")
    var iou = 0.7

    @Option(name: .long, help: ArgumentHelp("Only these classes: person,car.", valueName: "names"))
    var classes: String?

    @Option(name: .long, help: "Look at every N-th frame only; the others are listed as skipped.")
    var every = 1

    @Option(name: .long, help: "The tracker: \(TrackerKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var tracker = TrackerKind.sort

    @Option(
        name: .long,
        help: ArgumentHelp("A setting of the tracker: max_age=30. Can be repeated.", valueName: "name=value"))
    var trackerOption: [String] = []

    @Flag(name: .long, help: "List boxes that are only predicted, too.")
    var emitPredicted = false

    @Option(name: .long, help: "When a chunk cannot be used: gap (the video goes on) or fail.")
    var onBadChunk = ProcessingConfiguration.BadChunkPolicy.gap

    func validate() throws {
        guard (0..<1).contains(confidence) else {
            throw ValidationError("--confidence must be between 0 and 1, and below 1")
        }
        if let lowConfidence {
            guard (0..<1).contains(lowConfidence) else {
                throw ValidationError("--low-confidence must be between 0 and 1, and below 1")
            }
            guard lowConfidence <= confidence else {
                throw ValidationError(
                    "--low-confidence \(lowConfidence) must not be above --confidence, which is \(confidence)")
            }
        }
        guard (0...1).contains(iou) else { throw ValidationError("--iou must be between 0 and 1") }
        guard every >= 1 else { throw ValidationError("--every must be at least 1") }
    }

    func trackerConfiguration() throws -> TrackerConfiguration {
        try tracker.configuration(trackerOption)
    }

    /// Says that a tracker whose point is what objects look like is not told that.
    func warnOfMissingAppearance() {
        guard tracker == .deepsort else { return }
        Console.warning(
            "--tracker deepsort: what objects look like is not described here yet, so that it goes by overlap alone; "
                + "another tracker may do better")
    }

    private var classNames: [String]? {
        classes?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private var lowConfidenceOrDefault: Double {
        lowConfidence ?? ProcessingConfiguration.defaultLowConfidence(confidence: confidence)
    }

    /// Loads the model.
    func makeDetector() throws -> sending YOLOv8Detector {
        var configuration = DetectorConfiguration()
        configuration.device = device
        configuration.precision = precision
        configuration.confidence = ProcessingConfiguration.detectorConfidence(
            tracker: tracker, confidence: confidence, lowConfidence: lowConfidenceOrDefault)
        configuration.iou = iou
        configuration.classes = classNames
        return try YOLOv8Detector(modelPath: model, configuration: configuration)
    }

    func configuration(model: ModelDescription) throws -> ProcessingConfiguration {
        ProcessingConfiguration(
            model: model, confidence: confidence, lowConfidence: lowConfidenceOrDefault, iou: iou, classes: classNames,
            every: every, preprocess: preprocess, tracker: try trackerConfiguration(), emitPredicted: emitPredicted,
            onBadChunk: onBadChunk)
    }
}

extension TrackerKind: ExpressibleByArgument {
    /// The tracker with `name=value` settings from the command line.
    func configuration(_ settings: [String]) throws -> TrackerConfiguration {
        do {
            return try TrackerConfiguration(self, options: try Self.options(settings))
        } catch let error as TrackerOptionError {
            throw UsageError(message: "--tracker-option: \(error)")
        }
    }

    /// `name=value` settings from the command line, by name.
    static func options(_ settings: [String]) throws -> [String: String] {
        var options: [String: String] = [:]
        for setting in settings {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw UsageError(message: "--tracker-option \(setting): must be name=value, for example max_age=30")
            }
            options[String(parts[0])] = String(parts[1])
        }
        return options
    }
}

extension DetectorConfiguration.Precision: ExpressibleByArgument {}
extension FrameScaler.Mode: ExpressibleByArgument {}
extension ProcessingConfiguration.BadChunkPolicy: ExpressibleByArgument {}
extension StartPolicy: ExpressibleByArgument {}
