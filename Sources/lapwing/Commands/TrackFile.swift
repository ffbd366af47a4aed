import Evaluation
import Foundation
import Pipeline
import Synthesis

/// A file of tracks to be evaluated: MOTChallenge text, or the results.jsonl of a video.
enum TrackFile {
    /// MOT16's labels by the names of classes; a class without a label gets 0.
    static let labels = Dictionary(uniqueKeysWithValues: zip(Scene.classNames, SyntheticVideo.motClasses))

    /// Ground truth and the tracks to be compared with it.
    static func sequence(
        groundTruth: String, results: String, includeTentative: Bool = false
    ) throws -> TrackingEvaluation.Sequence {
        TrackingEvaluation.Sequence(
            name: sequenceName(groundTruth), groundTruth: try self.groundTruth(groundTruth),
            results: try read(results, includeTentative: includeTentative))
    }

    /// Reads whichever it is.
    ///
    /// - Parameter includeTentative: of results.jsonl: whether an object that is confirmed later also has the boxes
    ///   from before that.
    private static func read(_ path: String, includeTentative: Bool) throws -> [MOTRow] {
        try check(path, option: "--results")
        return try isJSON(path) ? records(path, includeTentative: includeTentative) : MOTFile.read(path: path)
    }

    /// Reads a file of ground truth, which must not be empty.
    static func groundTruth(_ path: String) throws -> [MOTRow] {
        try check(path, option: "--ground-truth")
        let rows = try MOTFile.read(path: path)
        guard !rows.isEmpty else {
            throw Failure.failed("\(path): there is no row in it; ground truth is needed to compare results with")
        }
        return rows
    }

    /// The name of a sequence: `street` for `street/gt/gt.txt` and for `street.txt`.
    static func sequenceName(_ path: String) -> String {
        var url = URL(fileURLWithPath: path).deletingPathExtension()
        while url.lastPathComponent == "gt", url.path != "/gt" { url.deleteLastPathComponent() }
        return url.lastPathComponent
    }

    private static func check(_ path: String, option: String) throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw Failure.failed("\(path): this is a folder; give the file inside it to \(option)")
        }
        guard access(path, R_OK) == 0 else {
            throw Failure.failed(
                "\(path): it cannot be read (\(String(cString: strerror(errno)))); give a readable file to \(option)")
        }
    }

    /// Whether the first character that is not blank begins a JSON object.
    static func isJSON(_ path: String) throws -> Bool {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        let start = try file.read(upToCount: 4096) ?? Data()
        return start.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
    }

    /// The detector's boxes of tracked objects; those that are only predicted are left out.
    private static func records(_ path: String, includeTentative: Bool) throws -> [MOTRow] {
        let frames = try FrameResults(path: path)
        var numbers: [String: Int] = [:]
        var confirmed: Set<Int> = []
        var rows: [MOTRow] = []
        while let record = try frames.next() {
            for object in record.objects ?? [] {
                guard let frame = record.frame, let id = object.objectID, let box = object.bbox, !object.predicted,
                    object.state == "confirmed" || includeTentative
                else { continue }
                let number = numbers[id] ?? numbers.count + 1
                numbers[id] = number
                if object.state == "confirmed" { confirmed.insert(number) }
                rows.append(
                    MOTRow(
                        frame: frame + 1, id: number, x: box.x1, y: box.y1, width: box.x2 - box.x1,
                        height: box.y2 - box.y1, score: object.confidence ?? 1, classID: labels[object.label] ?? 0))
            }
        }
        return rows.filter { confirmed.contains($0.id) }
    }
}
