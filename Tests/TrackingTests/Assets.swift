import Evaluation
import Foundation
import Tracking
import Vision

/// The MOTChallenge sequences and reference outputs that golden tests read, where they are at hand.
enum Assets {
    /// `LAPWING_ASSETS`, or `../shared/assets` beside the package.
    static let root =
        ProcessInfo.processInfo.environment["LAPWING_ASSETS"]
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/assets").path

    static let sequences: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: root + "/mot/det")) ?? [])
        .filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }.sorted()

    static var arePresent: Bool {
        if sequences.isEmpty { print("golden tracking tests are skipped: no sequences under \(root)/mot/det") }
        return !sequences.isEmpty
    }

    /// The detections that the reference trackers were fed.
    static func detections(_ sequence: String) throws -> MOTDetections {
        MOTDetections(
            try MOTFile.read(path: "\(root)/mot/det/\(sequence).txt"),
            minimumScore: sequence.hasPrefix("MOT17") ? 0.6 : nil)
    }

    /// All detections of a sequence, whatever their score.
    static func allDetections(_ sequence: String) throws -> MOTDetections {
        MOTDetections(try MOTFile.read(path: "\(root)/mot/det/\(sequence).txt"))
    }

    /// The length of a sequence in frames, from its `seqinfo.ini`.
    static func frameCount(_ sequence: String) throws -> Int {
        try String(contentsOfFile: "\(root)/mot/gt/\(sequence)/seqinfo.ini", encoding: .utf8)
            .split(whereSeparator: \.isNewline).compactMap { line in
                line.hasPrefix("seqLength=") ? Int(line.dropFirst("seqLength=".count)) : nil
            }.first ?? 0
    }

    static func reference(_ name: String, _ sequence: String) throws -> [MOTRow] {
        try MOTFile.read(path: "\(root)/mot/ref/\(name)/\(sequence).txt")
    }

    /// What a tracker puts out for all frames of a sequence.
    static func rows(of detections: MOTDetections, _ tracker: inout some Tracker) -> [MOTRow] {
        var rows: [MOTRow] = []
        for frame in 1..<(detections.lastFrame + 1) {
            for track in tracker.update(detections[frame]).tracks where track.isReported {
                rows.append(MOTRow(frame: frame, id: track.trackID, box: track.box))
            }
        }
        return rows
    }
}
