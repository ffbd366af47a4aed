import Evaluation
import Foundation
import Tracking

extension Assets {
    /// All detections of a sequence, with what the reference runs were given beside them.
    static func inputs(
        _ sequence: String, embeddings: Bool = false, cameraMotion: Bool = false
    ) throws -> [TrackerInput] {
        let detections = MOTDetections(try MOTFile.read(path: "\(root)/mot/det/\(sequence).txt"))
        let vectors = try embeddings ? appearance(sequence, dimension: 32) : nil
        let motions = try cameraMotion ? motions(sequence) : []
        // The embeddings are in file order, which is the order of frames.
        var next = 0
        return (1..<(detections.lastFrame + 1)).map { frame in
            let found = detections[frame]
            defer { next += found.count }
            let values = vectors.map { Array($0[(next * 32)..<((next + found.count) * 32)]) }
            return TrackerInput(
                found, appearance: values.map { AppearanceVectors($0, dimension: 32) },
                cameraMotion: motions.indices.contains(frame - 1) ? motions[frame - 1] : nil)
        }
    }

    private static func appearance(_ sequence: String, dimension: Int) throws -> [Float] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(root)/mot/emb/\(sequence).i16")))
        return stride(from: 0, to: bytes.count, by: 2).map {
            Float(Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)) / 4096
        }
    }

    private static func motions(_ sequence: String) throws -> [CameraMotion] {
        try String(contentsOfFile: "\(root)/mot/gmc/\(sequence).txt", encoding: .utf8).split(separator: "\n").map {
            let n = $0.split(separator: "\t").compactMap { Double($0) }
            return CameraMotion(a: n[1], b: n[2], tx: n[3], c: n[4], d: n[5], ty: n[6])
        }
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
