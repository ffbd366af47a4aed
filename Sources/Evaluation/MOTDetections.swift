public import Vision

/// A detector's output for one video, by frame: what a tracker is fed from a MOTChallenge detection file.
public struct MOTDetections: Sendable {
    /// The last frame that the file names; 0 when it names none. Frames are counted from 1.
    public let lastFrame: Int

    /// Frames that have detections, ascending, with these in file order.
    private let frames: [(number: Int, detections: [Detection])]

    /// Groups rows by frame and keeps their order within each.
    ///
    /// - Parameters:
    ///   - rows: the file's rows, in any order of frames.
    ///   - minimumScore: only detections with a score strictly greater are kept; nil keeps all.
    ///   - classID: the class that all detections get; the format has none.
    public init(_ rows: [MOTRow], minimumScore: Double? = nil, classID: Int = 0) {
        // Frames that lose all their detections still count as frames.
        lastFrame = rows.lazy.map(\.frame).max() ?? 0
        let kept = rows.indices.filter { index in minimumScore.map { rows[index].score > $0 } ?? true }
        let sorted = kept.sorted { (rows[$0].frame, $0) < (rows[$1].frame, $1) }
        var frames: [(number: Int, detections: [Detection])] = []
        for index in sorted {
            let row = rows[index]
            let detection = Detection(box: row.box, confidence: row.score, classID: classID)
            if frames.last?.number == row.frame {
                frames[frames.count - 1].detections.append(detection)
            } else {
                frames.append((row.frame, [detection]))
            }
        }
        self.frames = frames
    }

    /// The detections of a frame, in file order; none where the file has none.
    public subscript(frame: Int) -> [Detection] {
        var low = 0
        var high = frames.count
        while low < high {
            let middle = (low + high) / 2
            if frames[middle].number < frame { low = middle + 1 } else { high = middle }
        }
        return low < frames.count && frames[low].number == frame ? frames[low].detections : []
    }
}
