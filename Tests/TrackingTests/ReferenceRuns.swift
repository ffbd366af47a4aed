import Evaluation
import Foundation
import Tracking

extension Assets {
    /// All detections of a sequence, with what the reference runs were given beside them.
    static func inputs(
        _ sequence: String, embeddings: Bool = false, cameraMotion: Bool = false
    ) throws -> [TrackerInput] {
        let rows = try MOTFile.read(path: "\(root)/mot/det/\(sequence).txt")
        let vectors =
            try embeddings ? AppearanceFile.read(path: "\(root)/mot/emb/\(sequence).i16", count: rows.count) : nil
        let frameCount = rows.map(\.frame).max() ?? 0
        let motions =
            try cameraMotion
            ? CameraMotionFile.read(path: "\(root)/mot/gmc/\(sequence).txt", frameCount: frameCount) : []
        let detections = MOTDetections(rows, appearance: vectors, cameraMotion: motions)
        return (1..<(frameCount + 1)).map { detections.input($0) }
    }

    /// Sequences that a reference was run on.
    static func sequences(of reference: String) -> [String] {
        sequences.filter { FileManager.default.fileExists(atPath: "\(root)/mot/ref/\(reference)/\($0).txt") }
    }

    /// How long the reference runs waited for lost tracks.
    static func trackBuffer(_ sequence: String) -> Int {
        sequence.hasPrefix("MOT17-05") ? 14 : sequence.hasPrefix("MOT17-13") ? 25 : 30
    }

    static func rows(of inputs: [TrackerInput], _ tracker: inout some Tracker) -> [MOTRow] {
        var rows: [MOTRow] = []
        for (index, input) in inputs.enumerated() {
            for track in tracker.update(input).tracks where track.isReported {
                rows.append(MOTRow(frame: index + 1, id: track.trackID, box: track.box))
            }
        }
        return rows
    }
}
