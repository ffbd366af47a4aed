public import Inference
public import Media

/// The detector alone: its inputs are prepared once and used again and again, so that nothing but inference is measured.
public struct Ceiling {
    private let detector: any Detector

    /// Fills every input of the detector with a real picture.
    ///
    /// - Precondition: there is a picture.
    public init(_ detector: any Detector, pictures: [VideoFrame]) throws {
        precondition(!pictures.isEmpty)
        self.detector = detector
        let scaler = FrameScaler(width: detector.model.inputWidth, height: detector.model.inputHeight, mode: .exact)
        for number in 0..<detector.capacity {
            try detector.enqueue { try scaler.scale(pictures[number % pictures.count], into: $0) }
        }
        while detector.framesInFlight > 0 { _ = try detector.dequeue() }
    }

    /// Frames per second over `frames` frames, with as many in flight as the detector takes.
    public func rate(frames: Int) throws -> Double { try detector.rate { $0 < frames } }
}
