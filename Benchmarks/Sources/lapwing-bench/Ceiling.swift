import Inference
import Media
import Vision

/// The detector alone: its inputs are prepared once and used again and again, so that nothing but inference is measured.
struct Ceiling {
    private let detector: any Detector
    private let letterbox: Letterbox

    /// Fills every input of the detector with a real picture.
    init(_ detector: any Detector, pictures: [VideoFrame]) throws {
        self.detector = detector
        let scaler = FrameScaler(width: detector.model.inputWidth, height: detector.model.inputHeight, mode: .exact)
        var fitted: Letterbox?
        for number in 0..<detector.capacity {
            try detector.enqueue { tensor in
                let letterbox = try scaler.scale(pictures[number % pictures.count], into: tensor)
                fitted = letterbox
                return letterbox
            }
        }
        while detector.framesInFlight > 0 { _ = try detector.dequeue() }
        guard let fitted else { throw BenchError("the detector takes no picture") }
        letterbox = fitted
    }

    /// Frames per second over `frames` frames, with as many in flight as the detector takes.
    func rate(frames: Int) throws -> Double {
        let start = ContinuousClock.now
        for _ in 0..<frames {
            if detector.framesInFlight == detector.capacity { _ = try detector.dequeue() }
            try detector.enqueue { _ in letterbox }
        }
        while detector.framesInFlight > 0 { _ = try detector.dequeue() }
        return Double(frames) / start.duration(to: .now).seconds
    }
}
