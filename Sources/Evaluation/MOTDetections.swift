public import Tracking
public import Vision

/// A detector's output for one video, by frame: what a tracker is fed from a MOTChallenge detection file, and from files
/// beside it that say what the detections look like and how the camera moved.
public struct MOTDetections: Sendable {
    /// The last frame that the file names; 0 when it names none. Frames are counted from 1.
    public let lastFrame: Int

    /// Frames that have detections, ascending, with these in file order and the rows they stand in.
    private let frames: [(number: Int, detections: [Detection], rows: [Int])]
    private let appearance: AppearanceVectors?
    private let cameraMotion: [CameraMotion]

    /// Groups rows by frame and keeps their order within each.
    ///
    /// - Parameters:
    ///   - rows: the file's rows, in any order of frames.
    ///   - minimumScore: only detections with a score strictly greater are kept, with their vectors; nil keeps all.
    ///   - classID: the class that all detections get; the format has none.
    ///   - classIDs: the class of each row, where it is known; nil for `classID` throughout.
    ///   - appearance: one vector per row, in the same order; nil for none.
    ///   - cameraMotion: how the camera moved to frame 1, 2 and so on; frames beyond the end have no motion.
    /// - Precondition: there are as many vectors, and as many classes, as rows.
    public init(
        _ rows: [MOTRow], minimumScore: Double? = nil, classID: Int = 0, classIDs: [Int]? = nil,
        appearance: AppearanceVectors? = nil, cameraMotion: [CameraMotion] = []
    ) {
        precondition(appearance.map { $0.count == rows.count } ?? true, "one appearance vector per row")
        precondition(classIDs.map { $0.count == rows.count } ?? true, "one class per row")
        self.appearance = appearance
        self.cameraMotion = cameraMotion
        // Frames that lose all their detections still count as frames.
        lastFrame = rows.lazy.map(\.frame).max() ?? 0
        let kept = rows.indices.filter { index in minimumScore.map { rows[index].score > $0 } ?? true }
        let sorted = kept.sorted { (rows[$0].frame, $0) < (rows[$1].frame, $1) }
        var frames: [(number: Int, detections: [Detection], rows: [Int])] = []
        for index in sorted {
            let row = rows[index]
            let detection = Detection(box: row.box, confidence: row.score, classID: classIDs?[index] ?? classID)
            if frames.last?.number == row.frame {
                frames[frames.count - 1].detections.append(detection)
                frames[frames.count - 1].rows.append(index)
            } else {
                frames.append((row.frame, [detection], [index]))
            }
        }
        self.frames = frames
    }

    /// The detections of a frame, in file order; none where the file has none.
    public subscript(frame: Int) -> [Detection] {
        place(of: frame).map { frames[$0].detections } ?? []
    }

    /// All that is known of a frame.
    public func input(_ frame: Int) -> TrackerInput {
        let place = place(of: frame)
        let vectors = appearance.map { all in
            AppearanceVectors(
                (place.map { frames[$0].rows } ?? []).flatMap { all.values[all.range(of: $0)] },
                dimension: all.dimension)
        }
        return TrackerInput(
            place.map { frames[$0].detections } ?? [], appearance: vectors,
            cameraMotion: cameraMotion.indices.contains(frame - 1) ? cameraMotion[frame - 1] : nil)
    }

    private func place(of frame: Int) -> Int? {
        var low = 0
        var high = frames.count
        while low < high {
            let middle = (low + high) / 2
            if frames[middle].number < frame { low = middle + 1 } else { high = middle }
        }
        return low < frames.count && frames[low].number == frame ? low : nil
    }
}
