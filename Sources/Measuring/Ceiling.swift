public import Inference
public import Media
internal import Vision

/// The detector alone: its inputs are prepared once and used again and again, so that nothing but inference is measured.
public struct Ceiling {
    private let detector: any Detector
    private let letterbox: Letterbox

    /// Fills every input of the detector with a real picture.
    ///
    /// - Precondition: there is a picture.
    public init(_ detector: any Detector, pictures: [VideoFrame]) throws {
        precondition(!pictures.isEmpty)
        self.detector = detector
        let (width, height) = (detector.model.inputWidth, detector.model.inputHeight)
        let scaler = FrameScaler(width: width, height: height, mode: .exact)
        var fitted = Letterbox(sourceWidth: width, sourceHeight: height, targetWidth: width, targetHeight: height)
        for number in 0..<detector.capacity {
            try detector.enqueue { tensor in
                fitted = try scaler.scale(pictures[number % pictures.count], into: tensor)
                return fitted
            }
        }
        while detector.framesInFlight > 0 { _ = try detector.dequeue() }
        letterbox = fitted
    }

    /// Frames per second over `frames` frames, with as many in flight as the detector takes.
    public func rate(frames: Int) throws -> Double {
        let start = ContinuousClock.now
        for _ in 0..<frames {
            if detector.framesInFlight == detector.capacity { _ = try detector.dequeue() }
            try detector.enqueue { _ in letterbox }
        }
        while detector.framesInFlight > 0 { _ = try detector.dequeue() }
        return Double(frames) / (start.duration(to: .now) / .seconds(1))
    }
}
