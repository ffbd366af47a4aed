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

    @OptionGroup var engineOptions: EngineOptions

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
    var tracker = TrackerKind.lapwing

    @Option(
        name: .long,
        help: ArgumentHelp("A setting of the tracker: max_age=30. Can be repeated.", valueName: "name=value"))
    var trackerOption: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A re-identification model, an ONNX file such as OSNet's: tells "
                + "\(TrackerKind.names { $0.usesAppearance }) what objects look like.", valueName: "path"))
    var appearanceModel: String?

    @Option(name: .long, help: "Of the frames looked at, look at objects' appearance in every N-th only.")
    var embedEvery = 1

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How the tracker is told how the camera moves: off, or frames (measured from the pictures), which is for "
                + "\(TrackerKind.names { $0.usesCameraMotion }). (default: frames for botsort, off for the others)"))
    var cameraMotion: ProcessingConfiguration.CameraMotionSource?

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
        guard embedEvery >= 1 else { throw ValidationError("--embed-every must be at least 1") }
        guard appearanceModel == nil || tracker.usesAppearance else {
            throw ValidationError(
                "--appearance-model: \(tracker.displayName) does not look at appearance; leave it out, or choose "
                    + "--tracker \(TrackerKind.names { $0.usesAppearance })")
        }
        guard (cameraMotion ?? .off) == .off || tracker.usesCameraMotion else {
            throw ValidationError(
                "--camera-motion: \(tracker.displayName) does not use it; leave it out, or choose "
                    + "--tracker \(TrackerKind.names { $0.usesCameraMotion })")
        }
        guard embedEvery == 1 || appearanceModel != nil else {
            throw ValidationError("--embed-every needs --appearance-model: without one nothing is looked at")
        }
    }

    func trackerConfiguration() throws -> TrackerConfiguration {
        try tracker.configuration(trackerOption, defaults: Self.trackerDefaults[tracker] ?? [:])
    }

    /// Where settings are at other values than the tracker's own, if they are not given: YOLOv8 scores what it is sure of
    /// lower than the detectors do that the tracker's defaults are for.
    static let trackerDefaults: [TrackerKind: [String: String]] = [
        .lapwing: ["track_thresh": "0.4", "new_thresh": "0.5"]
    ]

    /// Says that a tracker whose point is what objects look like is not told that.
    func warnOfMissingAppearance() {
        guard tracker == .deepsort, appearanceModel == nil else { return }
        Console.warning(
            "--tracker deepsort without --appearance-model goes by overlap alone, and loses every object that is hidden "
                + "for a frame: give it a re-identification model as ONNX, for example OSNet from "
                + "https://github.com/KaiyangZhou/deep-person-reid, or choose another tracker")
    }

    /// - Throws: ``UsageError`` where the tracker looks at pictures, which are not there where such a video is tracked.
    func refuseForParallelDetection() throws {
        guard appearanceModel == nil, usedCameraMotion == .off else {
            let option =
                appearanceModel != nil ? "--appearance-model" : "--camera-motion \(usedCameraMotion.rawValue)"
            throw UsageError(
                message:
                    "--parallel-detect: detections go to the tracker without their pictures, which \(option) needs: "
                    + (cameraMotion == nil && appearanceModel == nil
                        ? "add --camera-motion off, or leave --parallel-detect out" : "leave one of the two out"))
        }
    }

    private var usedCameraMotion: ProcessingConfiguration.CameraMotionSource {
        cameraMotion ?? (tracker == .botsort ? .frames : .off)
    }

    private var classNames: [String]? {
        classes?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private var lowConfidenceOrDefault: Double {
        lowConfidence ?? ProcessingConfiguration.defaultLowConfidence(confidence: confidence)
    }

    /// How the detector is run.
    func detectorConfiguration(_ plan: ProcessorPlan) -> DetectorConfiguration {
        var configuration = DetectorConfiguration()
        configuration.engine = plan.engine
        configuration.device = plan.device
        configuration.threads = plan.threads
        configuration.precision = precision
        configuration.confidence = ProcessingConfiguration.detectorConfidence(
            tracker: tracker, confidence: confidence, lowConfidence: lowConfidenceOrDefault)
        configuration.iou = iou
        configuration.classes = classNames
        return configuration
    }

    /// Loads the model that tells what objects look like; nil where none was given.
    func makeEmbedder(_ plan: ProcessorPlan) throws -> AppearanceEmbedder? {
        guard let appearanceModel else { return nil }
        var configuration = EmbedderConfiguration()
        configuration.engine = plan.engine
        configuration.device = plan.device
        configuration.threads = plan.threads
        configuration.precision = precision
        return try AppearanceEmbedder(modelPath: appearanceModel, configuration: configuration)
    }

    func configuration(
        model: ModelDescription, appearance: EmbedderDescription?
    ) throws -> ProcessingConfiguration {
        ProcessingConfiguration(
            model: model, confidence: confidence, lowConfidence: lowConfidenceOrDefault, iou: iou, classes: classNames,
            every: every, preprocess: preprocess, tracker: try trackerConfiguration(),
            appearance: appearance.map { .init(model: $0, every: embedEvery) },
            cameraMotion: usedCameraMotion, emitPredicted: emitPredicted,
            onBadChunk: onBadChunk)
    }
}

extension TrackerKind: ExpressibleByArgument {
    /// The tracker with `name=value` settings from the command line.
    ///
    /// - Parameter defaults: values by name of those that are not given.
    func configuration(_ settings: [String], defaults: [String: String] = [:]) throws -> TrackerConfiguration {
        do {
            let options = defaults.merging(try Self.options(settings)) { $1 }
            return try TrackerConfiguration(self, options: options)
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
extension ProcessingConfiguration.CameraMotionSource: ExpressibleByArgument {}
extension StartPolicy: ExpressibleByArgument {}
