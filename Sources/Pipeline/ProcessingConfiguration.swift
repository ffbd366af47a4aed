internal import Crypto
internal import Foundation
public import Inference
public import Media
public import Tracking
internal import Vision

/// Everything besides the video that the results depend on.
public struct ProcessingConfiguration: Sendable {
    /// What happens to a video when one of its chunks cannot be used.
    public enum BadChunkPolicy: String, Sendable, CaseIterable {
        /// The video goes on after a gap.
        case gap
        /// The video ends as failed.
        case fail
    }

    /// How the tracker is told how the camera moves.
    public enum CameraMotionSource: String, Sendable, CaseIterable {
        /// Not at all.
        case off
        /// It is measured from the pictures.
        case frames
    }

    /// How the tracker is told what objects look like.
    public struct Appearance: Sendable {
        public var model: EmbedderDescription
        /// Every how many of the frames that the detector sees they are looked at; 1: in all.
        public var every: Int

        public init(model: EmbedderDescription, every: Int = 1) {
            precondition(every >= 1)
            self.model = model
            self.every = every
        }
    }

    public var model: ModelDescription
    /// Detections must score above this to be listed, or a track must have taken them.
    public var confidence: Double
    /// What detections must score above for the tracker to see them, where it has use for such that are not listed;
    /// others see the listed ones. At most ``confidence``.
    public var lowConfidence: Double
    /// Of two boxes of a class that overlap more than this, the less confident one goes.
    public var iou: Double
    /// Names of the classes kept; nil: all.
    public var classes: [String]?
    /// Every how many frames the detector and the tracker run; 1: on all.
    public var every: Int
    /// `exact` or `fast`.
    public var preprocess: FrameScaler.Mode
    /// A new tracker, with its options.
    public var tracker: TrackerConfiguration
    /// Nil: the tracker is not told what objects look like.
    public var appearance: Appearance?
    public var cameraMotion: CameraMotionSource
    /// Whether boxes that are only predicted are listed too.
    public var emitPredicted: Bool
    public var onBadChunk: BadChunkPolicy

    /// Whether pictures are looked at again once their detections are there.
    var needsPictures: Bool { cameraMotion == .frames || appearance != nil }

    public init(
        model: ModelDescription, confidence: Double = 0.25, lowConfidence: Double? = nil, iou: Double = 0.7,
        classes: [String]? = nil, every: Int = 1, preprocess: FrameScaler.Mode = .exact, tracker: TrackerConfiguration,
        appearance: Appearance? = nil, cameraMotion: CameraMotionSource = .off, emitPredicted: Bool = false,
        onBadChunk: BadChunkPolicy = .gap
    ) {
        let lowConfidence = lowConfidence ?? Self.defaultLowConfidence(confidence: confidence)
        precondition(every >= 1 && lowConfidence <= confidence)
        self.model = model
        self.confidence = confidence
        self.lowConfidence = lowConfidence
        self.iou = iou
        self.classes = classes
        self.every = every
        self.preprocess = preprocess
        self.tracker = tracker
        self.appearance = appearance
        self.cameraMotion = cameraMotion
        self.emitPredicted = emitPredicted
        self.onBadChunk = onBadChunk
    }

    /// ``lowConfidence`` where it is not given: ByteTrack's own, as far as ``confidence`` leaves room for it.
    public static func defaultLowConfidence(confidence: Double) -> Double { min(0.1, confidence) }

    /// What the detector is to be run with.
    public static func detectorConfidence(
        tracker: TrackerKind, confidence: Double, lowConfidence: Double
    ) -> Double {
        tracker.usesLowConfidence ? lowConfidence : confidence
    }

    /// 16 hex digits over all of it: equal configurations have equal hashes, on every machine.
    public var hash: String {
        var json = JSONWriter()
        json.object { write(into: &$0) }
        return SHA256.hash(data: json.bytes).prefix(8).map { String(format: "%02x", $0) }.joined()
    }

    /// As the `started` event shows it.
    func write(into json: inout JSONWriter) {
        json.key("model")
        json.object {
            $0.key("name")
            $0.string(model.name)
            $0.key("sha256")
            $0.string(model.sha256)
            $0.key("precision")
            $0.string(model.precision)
            $0.key("input_width")
            $0.integer(model.inputWidth)
            $0.key("input_height")
            $0.integer(model.inputHeight)
            $0.key("classes")
            $0.integer(model.classNames.count)
            $0.key("engine")
            $0.string(model.engine)
            $0.key("device")
            $0.string(model.device)
            // Only where it matters, so that it changes no hash elsewhere.
            if let batchSize = model.batchSize {
                $0.key("batch_size")
                $0.integer(batchSize)
            }
        }
        json.key("detection")
        json.object {
            $0.key("confidence")
            $0.decimal(confidence, decimals: 4)
            // Only where it matters, so that it changes no hash elsewhere.
            if tracker.kind.usesLowConfidence {
                $0.key("low_confidence")
                $0.decimal(lowConfidence, decimals: 4)
            }
            $0.key("iou")
            $0.decimal(iou, decimals: 4)
            $0.key("classes")
            if let classes {
                $0.array { array in for name in classes { array.string(name) } }
            } else {
                $0.null()
            }
            $0.key("every")
            $0.integer(every)
            $0.key("preprocess")
            $0.string(preprocess.rawValue)
        }
        json.key("tracker")
        json.object {
            $0.key("name")
            $0.string(tracker.kind.rawValue)
            $0.key("parameters")
            $0.object { parameters in
                for parameter in tracker.parameters {
                    parameters.key(named: parameter.name)
                    switch parameter.value {
                    case .integer(let value): parameters.integer(value)
                    case .number(let value): parameters.decimal(value, decimals: 6)
                    case .boolean(let value): parameters.boolean(value)
                    }
                }
            }
        }
        // Only where they are used, so that they change no hash elsewhere.
        if cameraMotion != .off {
            json.key("camera_motion")
            json.string(cameraMotion.rawValue)
        }
        if let appearance {
            json.key("appearance")
            json.object { write(appearance, into: &$0) }
        }
        json.key("emit_predicted")
        json.boolean(emitPredicted)
        json.key("on_bad_chunk")
        json.string(onBadChunk.rawValue)
    }
    private func write(_ appearance: Appearance, into json: inout JSONWriter) {
        let (model, input) = (appearance.model, appearance.model.input)
        json.key("model")
        json.object {
            $0.key("name")
            $0.string(model.name)
            $0.key("sha256")
            $0.string(model.sha256)
            $0.key("precision")
            $0.string(model.precision)
            $0.key("input_width")
            $0.integer(input.width)
            $0.key("input_height")
            $0.integer(input.height)
            $0.key("color")
            $0.string(input.colorOrder.rawValue)
            $0.key("mean")
            $0.array { array in for index in 0..<3 { array.decimal(Double(input.mean[index]), decimals: 6) } }
            $0.key("std")
            $0.array { array in
                for index in 0..<3 { array.decimal(Double(input.standardDeviation[index]), decimals: 6) }
            }
            $0.key("dimension")
            $0.integer(model.dimension)
            $0.key("engine")
            $0.string(model.engine)
            $0.key("device")
            $0.string(model.device)
        }
        json.key("every")
        json.integer(appearance.every)
    }
}
