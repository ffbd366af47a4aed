import ArgumentParser
import Evaluation
import Foundation
import Pipeline
import Tracking

/// The tracker alone.
struct TrackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track",
        abstract: "Run a tracker on detections that are there already.",
        discussion: """
            Examples:
              lapwing track --detections MOT17-02/det/det.txt --tracker sort --min-score 0.6 > tracks.txt
              lapwing track --detections det.txt --tracker sort --tracker-option max_age=1
              lapwing track --detections det.txt --tracker bytetrack --tracker-option track_buffer=60
              lapwing track --detections out/street-3f9a2c1b77aa/results.jsonl --tracker lapwing --output tracks.txt
              lapwing track --detections det.txt --tracker botsort --embeddings det.i16 --camera-motion gmc.txt
              lapwing track --detections det.txt --tracker deepsort --embeddings det.i16 --frames 600

            Reads 'frame,-1,x,y,width,height,score,…' and writes 'frame,id,x,y,width,height,score,-1,-1,-1': what the
            tracker's paper would put out, with the tracker's own boxes. No detection is left out unless --min-score is given,
            or a setting of the tracker's leaves it out. DeepSORT puts out one prediction after an object's last detection:
            if the video goes on after the last detection of all, say with --frames to where.

            Of a results.jsonl of 'lapwing run' or 'lapwing results' it takes the detections, tracked or not, with their
            classes, which then stand in column 8. To have faint ones in it, too, detect with --confidence 0.1.

            Trackers that look at appearance (\(TrackerKind.names { $0.usesAppearance })) take vectors with --embeddings:
            16-bit little-endian numbers, as many for each detection, in the order of the detections' lines; each stands
            for its 4096th part. Those that know of a moving camera (\(TrackerKind.names { $0.usesCameraMotion })) take
            its motion with --camera-motion: a line 'index a b tx c d ty' for each frame, from index 0; a point (x, y) of
            the frame before is at (a x + b y + tx, c x + d y + ty).

            Settings of the trackers:
            \(TrackerKind.allCases.map(\.optionsHelp).joined(separator: "\n"))
            """)

    @Option(name: .long, help: ArgumentHelp("Detections, MOTChallenge text or results.jsonl.", valueName: "file"))
    var detections: String

    @Option(name: .long, help: "The tracker: \(TrackerKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var tracker = TrackerKind.lapwing

    @Option(name: .long, help: "Only detections that score above this.")
    var minScore: Double?

    @Option(name: .long, help: "How many frames the video has; up to the last one with a detection if not given.")
    var frames: Int?

    @Option(name: .long, help: ArgumentHelp("What the detections look like, 16-bit numbers.", valueName: "file"))
    var embeddings: String?

    @Option(name: .long, help: ArgumentHelp("How the camera moved, a line per frame.", valueName: "file"))
    var cameraMotion: String?

    @Option(name: .long, help: ArgumentHelp("A setting: max_age=30. Can be repeated.", valueName: "name=value"))
    var trackerOption: [String] = []

    @Option(name: .long, help: ArgumentHelp("Where the tracks go; standard output if not given.", valueName: "file"))
    var output: String?

    func validate() throws {
        if let frames, !(1...MOTFile.lastFrameAllowed).contains(frames) {
            throw ValidationError("--frames: \(frames) is not a whole number from 1 to \(MOTFile.lastFrameAllowed)")
        }
    }

    func run() async throws {
        let configuration = try tracker.configuration(trackerOption)
        try tracker.check(hasEmbeddings: embeddings != nil, hasCameraMotion: cameraMotion != nil)
        let file = try DetectionFile(
            path: detections, embeddings: embeddings, cameraMotion: cameraMotion, minimumScore: minScore,
            frameCount: frames)
        var running = configuration.make()
        var text: [UInt8] = []
        for frame in file.frames {
            for track in running.update(file.input(frame)).tracks where track.isReported {
                var row = MOTRow(frame: frame, id: track.trackID, box: track.box)
                row.classID = file.labels[track.classID] ?? -1
                MOTFile.append(row, to: &text)
            }
        }
        if let output {
            try File.write(Data(text), to: output)
        } else {
            let stream = try OutputStream()
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
    /// Refuses files that the tracker makes no use of.
    func check(hasEmbeddings: Bool, hasCameraMotion: Bool) throws {
        guard !hasEmbeddings || usesAppearance else {
            throw UsageError(
                message: "--embeddings: \(displayName) does not look at appearance; leave it out, or choose "
                    + "--tracker \(TrackerKind.names { $0.usesAppearance })")
        }
        guard !hasCameraMotion || usesCameraMotion else {
            throw UsageError(
                message: "--camera-motion: \(displayName) does not use it; leave it out, or choose "
                    + "--tracker \(TrackerKind.names { $0.usesCameraMotion })")
        }
    }

    /// The names of the trackers that have a property.
    static func names(_ isIncluded: (TrackerKind) -> Bool) -> String {
        allCases.filter(isIncluded).map(\.rawValue).joined(separator: " or ")
    }

    /// One line per setting, for `--help`.
    var optionsHelp: String {
        options.map { "  \(rawValue)  \($0.name)=\($0.defaultValue)  \($0.summary)" }.joined(separator: "\n")
    }
}
