import Evaluation
import Foundation
import Pipeline
import Tracking

/// A file of detections, and what lies beside it: what a tracker is shown of a video.
struct DetectionFile {
    /// The frames that the tracker is shown, ascending, counted from 1.
    let frames: [Int]
    /// MOTChallenge's label of each class of the detections; none if the file has no classes.
    let labels: [Int: Int]
    private let detections: MOTDetections

    /// Reads MOTChallenge text, or the results.jsonl of a video, of which the detector's boxes are taken.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - embeddings: a file of what the detections look like.
    ///   - cameraMotion: a file of how the camera moved.
    ///   - minimumScore: only detections that score above it.
    ///   - frameCount: how many frames the video has; nil for those that the file knows of.
    init(path: String, embeddings: String?, cameraMotion: String?, minimumScore: Double?, frameCount: Int?) throws {
        try Self.check(path, option: "--detections", what: "MOTChallenge file")
        let table = try Self.table(path)
        var vectors: AppearanceVectors?
        if let embeddings {
            try Self.check(embeddings, option: "--embeddings", what: "file of embeddings")
            vectors = try AppearanceFile.read(path: embeddings, count: table.rows.count)
        }
        var motions: [CameraMotion] = []
        if let cameraMotion {
            try Self.check(cameraMotion, option: "--camera-motion", what: "file of camera motion")
            guard table.skipped.isEmpty else {
                throw Failure.failed(
                    "\(path): frames were left out of it (--every), and \(cameraMotion) has the motion between "
                        + "successive ones; leave --camera-motion out, or detect in every frame")
            }
            motions = try CameraMotionFile.read(path: cameraMotion, frameCount: table.lastFrame)
        }
        detections = MOTDetections(
            table.rows, minimumScore: minimumScore, classIDs: table.classIDs, appearance: vectors,
            cameraMotion: motions)
        let count = frameCount ?? table.lastFrame
        frames = (1..<(count + 1)).filter { !table.skipped.contains($0) }
        labels = table.labels
    }

    /// What is known of a frame.
    func input(_ frame: Int) -> TrackerInput { detections.input(frame) }

    private struct Rows {
        var rows: [MOTRow] = []
        /// The class of each row; nil for a file without classes.
        var classIDs: [Int]?
        var labels: [Int: Int] = [:]
        var lastFrame = 0
        /// Frames that the tracker is not shown.
        var skipped: Set<Int> = []
    }

    private static func table(_ path: String) throws -> Rows {
        guard try TrackFile.isJSON(path) else {
            let rows = try MOTFile.read(path: path)
            return Rows(rows: rows, lastFrame: rows.lazy.map(\.frame).max() ?? 0)
        }
        var table = Rows()
        var classIDs: [Int] = []
        let records = try FrameResults(path: path)
        while let record = try records.next() {
            guard let frame = record.frame.map({ $0 + 1 }) else { continue }
            table.lastFrame = frame
            if record.skipped == "every" { table.skipped.insert(frame) }
            for object in record.objects ?? [] where !object.predicted {
                guard let box = object.bbox else { continue }
                table.rows.append(
                    MOTRow(
                        frame: frame, id: -1, x: box.x1, y: box.y1, width: box.x2 - box.x1, height: box.y2 - box.y1,
                        score: object.confidence ?? 1))
                classIDs.append(object.classID)
                table.labels[object.classID] = TrackFile.labels[object.label] ?? 0
            }
        }
        table.classIDs = classIDs
        return table
    }

    private static func check(_ path: String, option: String, what: String) throws {
        guard access(path, R_OK) == 0 else {
            let cause = String(cString: strerror(errno))
            throw Failure.failed("\(path): it cannot be read (\(cause)); give a \(what) to \(option)")
        }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw Failure.failed("\(path): this is a folder; give the \(what) inside it to \(option)")
        }
    }
}
