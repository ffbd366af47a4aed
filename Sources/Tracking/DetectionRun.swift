/// Detections of one object in consecutive processed frames, at the same place in the detector's output.
///
/// An object's runs, laid end to end, are the run-length encoding of its mapping {frame → detection}: frames
/// `firstFrame`, `firstFrame + frameStep`, …, `frameCount` of them, each with detection `detectionIndex`.
public struct DetectionRun: Sendable, Hashable {
    /// The first of its frames.
    public var firstFrame: Int
    /// 1 or more.
    public var frameCount: Int
    /// The distance of the run's frames: 1, or more when frames are passed over (`--every`); 1 for a single frame.
    public var frameStep: Int
    /// The position in the detector's output, the same in all frames of the run.
    public var detectionIndex: Int

    public init(firstFrame: Int, frameCount: Int = 1, frameStep: Int = 1, detectionIndex: Int) {
        self.firstFrame = firstFrame
        self.frameCount = frameCount
        self.frameStep = frameStep
        self.detectionIndex = detectionIndex
    }

    /// The run's frames, ascending.
    public var frames: some Sequence<Int> {
        (0..<max(frameCount, 0)).lazy.map { [firstFrame, frameStep] in firstFrame &+ $0 &* frameStep }
    }

    /// Makes the run longer by one frame if that continues it.
    ///
    /// - Parameters:
    ///   - frame: the frame of the next detection.
    ///   - previousFrame: the processed frame before that one; only a run that ends there can go on.
    /// - Returns: whether the run took the frame.
    mutating func extend(to frame: Int, previousFrame: Int, detectionIndex: Int) -> Bool {
        let step = frame &- previousFrame
        guard detectionIndex == self.detectionIndex, step > 0,
            firstFrame &+ (frameCount - 1) &* frameStep == previousFrame,
            frameCount == 1 || step == frameStep
        else { return false }
        frameStep = step
        frameCount += 1
        return true
    }
}
