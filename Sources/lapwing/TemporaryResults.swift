import EventLog
import Foundation
import Pipeline

/// A video's results out of a log, as a file that is gone with its owner: for what reads them more than once.
final class TemporaryResults {
    let path: String
    private let folder: String

    /// - Throws: ``Failure`` when the log has no results of the video.
    init(of video: VideoID, in log: any EventLog, _ options: LogOptions) async throws {
        folder = NSTemporaryDirectory() + "/lapwing-\(UUID().uuidString)"
        path = "\(folder)/\(video).jsonl"
        try Folder.make(
            folder, permissions: 0o700, name: "temporary folder", remedy: "set TMPDIR to a folder with room")
        let file = try OutputStream(path: path)
        var records = 0
        do {
            try await ResultsReader(log: log, topics: options.topics).read(video, follow: false) { json in
                records += 1
                try file.write(json + [UInt8(ascii: "\n")])
            }
        } catch let error as EventLogError where error.code == .unknownTopic {
            throw Failure.failed("\(error.detail); has anything been submitted with this --topic-prefix?")
        }
        guard records > 0 else { throw Self.nothing(about: video, options) }
        try file.finish()
    }

    static func nothing(about video: VideoID, _ options: LogOptions) -> Failure {
        .failed("\(video): there are no results yet; 'lapwing status --log \(options.log)' lists the videos")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}
