import Foundation
import Media
import Pipeline

/// The videos of a call: files as named, and the videos in folders as named.
struct InputList {
    struct Input {
        var path: String
        /// Nil: from the file's name and bytes.
        var id: VideoID?
        /// Why there is nothing to open; nil for a file, whatever it turns out to be.
        var problem: String?
        /// What it is if not a file.
        var live: LiveSource?
    }

    var inputs: [Input]

    /// Endings that are taken for videos in a folder; a file named on the command line is tried whatever its ending.
    private static let videoExtensions: Set<String> = [
        "mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "mts", "m2ts", "mpg", "mpeg", "flv", "wmv", "3gp", "ogv",
        "mxf", "h264", "h265", "264", "265", "ivf", "y4m",
    ]

    /// - Parameter live: whether addresses, and `-` for standard input, are taken, and whether they are said to be endless;
    ///   nil: they are not taken.
    /// - Throws: ``UsageError`` when the ID is not one, or given for several videos.
    init(_ paths: [String], videoID: String?, live: Bool? = nil) throws {
        inputs = []
        for path in paths {
            var isFolder: ObjCBool = false
            if let live, let source = Self.liveSource(path, isEndless: live) {
                // What messages call it has no password in it.
                inputs.append(Input(path: source.name, live: source))
            } else if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
                let found = Self.videos(in: path)
                inputs += found.map { Input(path: $0) }
                if found.isEmpty {
                    let problem =
                        "there is no video in this folder; name a file in it to have it tried whatever its ending"
                    inputs.append(Input(path: path, problem: problem))
                }
            } else {
                inputs.append(
                    Input(
                        path: path,
                        problem: Self.isEndless(path) ? "is a pipe or a device; record it to a file first" : nil))
            }
        }
        if let videoID {
            guard inputs.count == 1 else {
                throw UsageError(message: "--video-id names one video, but there are \(inputs.count)")
            }
            do {
                inputs[0].id = try VideoID(videoID)
            } catch {
                throw UsageError(message: "--video-id \(ErrorText.of(error))")
            }
        }
    }

    private static func liveSource(_ path: String, isEndless: Bool) -> LiveSource? {
        if path == "-" { return .standardInput(isEndless: isEndless) }
        return MediaAddress(path).map { LiveSource($0, isEndless: isEndless ? true : nil) }
    }

    /// Whether a path leads to something that may never end; a file that is not there is not that.
    private static func isEndless(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    }

    private static func videos(in folder: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.filter { name in
            !name.split(separator: "/").contains { $0.hasPrefix(".") }
                && videoExtensions.contains(URL(fileURLWithPath: name).pathExtension.lowercased())
        }.sorted().map { folder.hasSuffix("/") ? folder + $0 : "\(folder)/\($0)" }
    }
}
