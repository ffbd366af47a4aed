import ArgumentParser
import Evaluation
import Foundation
import Pipeline
import Tracking

/// The tracker alone.
struct TrackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track",
        abstract: "Run a tracker on MOTChallenge detections.",
        discussion: """
            Examples:
              lapwing track --detections MOT17-02/det/det.txt --tracker sort --min-score 0.6 > tracks.txt
              lapwing track --detections det.txt --tracker sort --tracker-option max_age=1

            Reads 'frame,-1,x,y,width,height,score,…' and writes 'frame,id,x,y,width,height,score,-1,-1,-1': what the
            tracker's paper would put out, with the tracker's own boxes. No detection is left out unless --min-score is given.

            Settings of the trackers:
            \(TrackerKind.allCases.map(\.optionsHelp).joined(separator: "\n"))
            """)

    @Option(name: .long, help: ArgumentHelp("Detections, MOTChallenge text.", valueName: "file"))
    var detections: String

    @Option(name: .long, help: "The tracker: \(TrackerKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var tracker = TrackerKind.sort

    @Option(name: .long, help: "Only detections that score above this.")
    var minScore: Double?

    @Option(name: .long, help: ArgumentHelp("A setting: max_age=30. Can be repeated.", valueName: "name=value"))
    var trackerOption: [String] = []

    @Option(name: .long, help: ArgumentHelp("Where the tracks go; standard output if not given.", valueName: "file"))
    var output: String?

    func run() async throws {
        let configuration = try tracker.configuration(trackerOption)
        guard access(detections, R_OK) == 0 else {
            let cause = String(cString: strerror(errno))
            throw Failure.failed(
                "\(detections): it cannot be read (\(cause)); give a MOTChallenge file to --detections")
        }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: detections, isDirectory: &isFolder), isFolder.boolValue {
            throw Failure.failed(
                "\(detections): this is a folder; give the MOTChallenge file inside it to --detections")
        }
        let input = MOTDetections(try MOTFile.read(path: detections), minimumScore: minScore)
        var running = configuration.make()
        var text: [UInt8] = []
        for frame in 1..<(input.lastFrame + 1) {
            for track in running.update(input[frame]).tracks where track.isReported {
                MOTFile.append(MOTRow(frame: frame, id: track.trackID, box: track.box), to: &text)
            }
        }
        if let output {
            do {
                try Data(text).write(to: URL(fileURLWithPath: output))
            } catch {
                throw Failure.failed(
                    "\(output): it cannot be written (\(ErrorText.cause(error))); give another path to --output")
            }
        } else {
            let stream = OutputStream()
            do {
                try stream.write(text)
                try stream.flush()
            } catch OutputStream.Closed.closed {
                // Whoever read has read enough.
            }
        }
    }
}

extension TrackerKind {
    /// One line per setting, for `--help`.
    var optionsHelp: String {
        options.map { "  \(rawValue)  \($0.name)=\($0.defaultValue)  \($0.summary)" }.joined(separator: "\n")
    }
}
