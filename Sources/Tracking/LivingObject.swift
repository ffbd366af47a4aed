/// What ``IdentityMap`` knows of an object that has not ended.
struct LivingObject: Sendable, Hashable {
    var objectID: String
    /// Its detections' votes on what it is.
    var classVotes: ClassVotes
    var classID: Int { classVotes.winner }
    /// The frames of its first and latest detection.
    var firstFrame, lastFrame: Int
    var detectionCount = 0
    var confidenceSum = 0.0
    var runs: [DetectionRun] = []
    var wasConfirmed = false
    /// Whether its `lost` was told, and no `recovered` since.
    var isLost = false

    /// An object whose first detection, of this class in this frame, is still to be added.
    init(objectID: String, classID: Int, frame: Int) {
        self.objectID = objectID
        classVotes = ClassVotes(beginningWith: classID)
        firstFrame = frame
        lastFrame = frame
    }

    /// Adds a detection.
    ///
    /// - Parameter previousFrame: the processed frame before this one; nil for none.
    mutating func add(confidence: Double, classID: Int, frame: Int, previousFrame: Int?, detectionIndex: Int) {
        classVotes.add(classID)
        lastFrame = frame
        detectionCount += 1
        confidenceSum += confidence
        if let previousFrame, let last = runs.indices.last,
            runs[last].extend(to: frame, previousFrame: previousFrame, detectionIndex: detectionIndex)
        {
            return
        }
        runs.append(DetectionRun(firstFrame: frame, detectionIndex: detectionIndex))
    }

    var summary: ObjectSummary {
        ObjectSummary(
            firstFrame: firstFrame, lastFrame: lastFrame, detectionCount: detectionCount,
            meanConfidence: confidenceSum / Double(max(detectionCount, 1)), detectionRuns: runs,
            wasConfirmed: wasConfirmed)
    }
}
