import Evaluation
import Foundation

/// The MOTChallenge sequences, reference outputs and TrackEval's figures, where they are at hand.
enum Assets {
    /// `LAPWING_ASSETS`, or `shared/assets` beside the package or above it.
    static let root: String = {
        if let named = ProcessInfo.processInfo.environment["LAPWING_ASSETS"] { return named }
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("shared/assets").path
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
            folder.deleteLastPathComponent()
        }
        return "/shared/assets"
    }()

    static var arePresent: Bool {
        let isThere = FileManager.default.fileExists(atPath: root + "/mot/metrics")
        if !isThere { print("comparison with TrackEval is skipped: there is no \(root)/mot/metrics") }
        return isThere
    }

    static func rows(_ path: String) throws -> [MOTRow] { try MOTFile.read(path: "\(root)/mot/\(path)") }

    /// The lines of a CSV file, as columns by name.
    static func table(_ path: String) throws -> [[String: String]] {
        let text = try String(contentsOfFile: "\(root)/mot/\(path)", encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return lines.dropFirst().map { Dictionary(zip(lines[0], $0)) { first, _ in first } }
    }
}
