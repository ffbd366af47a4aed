import Foundation
import Testing

/// Text with one JSON object per line, for looking into.
struct JSONLines {
    let objects: [[String: Any]]

    init(_ text: String) throws {
        objects = try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    init(file: String) throws {
        try self.init(String(contentsOfFile: file, encoding: .utf8))
    }

    /// The records of frames, in order.
    var frames: [[String: Any]] { objects.filter { $0["type"] as? String == "frame" } }

    /// The objects of all frames.
    var found: [[String: Any]] { frames.flatMap { $0["objects"] as? [[String: Any]] ?? [] } }

    /// The one video event of that name.
    func event(_ name: String) throws -> [String: Any] {
        try #require(objects.first { $0["type"] as? String == "video_event" && $0["event"] as? String == name })
    }
}
