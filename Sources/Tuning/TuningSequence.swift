public import Evaluation
public import Tracking

/// A video as far as a tracker and its judge need it: what was detected, and what was there.
public struct TuningSequence: Sendable {
    /// The name that scores and errors show.
    public var name: String
    /// What is there, with identities.
    public var groundTruth: [MOTRow]
    /// The frames that the tracker is shown, ascending, counted from 1.
    public var frames: [(number: Int, input: TrackerInput)]
    /// The label in the ground truth of each class of the detections; a class without one has −1, any.
    public var labels: [Int: Int]

    public init(
        name: String, groundTruth: [MOTRow], frames: [(number: Int, input: TrackerInput)], labels: [Int: Int] = [:]
    ) {
        self.name = name
        self.groundTruth = groundTruth
        self.frames = frames
        self.labels = labels
    }

    /// What a tracker makes of the frames: the boxes that its paper would put out.
    public func tracks(of tracker: any Tracker) -> [MOTRow] {
        var tracker = tracker
        var rows: [MOTRow] = []
        for (frame, input) in frames {
            for track in tracker.update(input).tracks where track.isReported {
                var row = MOTRow(frame: frame, id: track.trackID, box: track.box)
                row.classID = labels[track.classID] ?? -1
                rows.append(row)
            }
        }
        return rows
    }
}
