/// What there is to say about an object when it ends.
public struct ObjectSummary: Sendable, Hashable {
    /// The frames of its first and last detection.
    public var firstFrame, lastFrame: Int
    /// In how many frames it was detected.
    public var detectionCount: Int
    /// The mean of its detections' confidences.
    public var meanConfidence: Double
    /// Which detections were it, by frame; ascending.
    public var detectionRuns: [DetectionRun]
    /// Whether its tracker ever believed in it.
    public var wasConfirmed: Bool

    public init(
        firstFrame: Int, lastFrame: Int, detectionCount: Int, meanConfidence: Double, detectionRuns: [DetectionRun],
        wasConfirmed: Bool
    ) {
        self.firstFrame = firstFrame
        self.lastFrame = lastFrame
        self.detectionCount = detectionCount
        self.meanConfidence = meanConfidence
        self.detectionRuns = detectionRuns
        self.wasConfirmed = wasConfirmed
    }
}
