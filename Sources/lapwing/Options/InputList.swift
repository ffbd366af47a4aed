import Foundation
import Pipeline

/// The videos of a call: files as named, and the videos in folders as named.
struct InputList {
    struct Input {
        var path: String
        /// Nil: from the file's name and bytes.
        var id: VideoID?
    }

    var inputs: [Input]

    /// Endings that are taken for videos in a folder; a file named on the command line is tried whatever its ending.
    private static let videoExtensions: Set<String> = [
        "mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "mts", "m2ts", "mpg", "mpeg", "flv", "wmv", "3gp", "ogv",
        "mxf",
        "h264", "h265", "264", "265", "ivf", "y4m",
    ]

    /// - Throws: ``UsageError`` when nothing is named, or one ID is given for several videos.
    init(_ paths: [String], videoID: String?) throws {
        inputs = []
        for path in paths {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
                let found = Self.videos(in: path)
                guard !found.isEmpty else { throw UsageError(message: "\(path): there is no video in this folder") }
                inputs += found.map { Input(path: $0) }
            } else {
                inputs.append(Input(path: path))
            }
        }
        if let videoID {
            guard inputs.count == 1 else {
                throw UsageError(message: "--video-id names one video, but there are \(inputs.count)")
            }
            do {
                inputs[0].id = try VideoID(videoID)
            } catch {
                throw UsageError(message: "--video-id: \(error)")
            }
        }
    }

    private static func videos(in folder: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.filter { name in
            !name.split(separator: "/").contains { $0.hasPrefix(".") }
                && videoExtensions.contains(URL(fileURLWithPath: name).pathExtension.lowercased())
        }.sorted().map { folder.hasSuffix("/") ? folder + $0 : "\(folder)/\($0)" }
    }
}
