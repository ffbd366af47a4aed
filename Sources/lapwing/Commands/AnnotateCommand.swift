public import ArgumentParser
import Foundation
public import Media
import Pipeline

/// Draws results into a video.
struct AnnotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annotate",
        abstract: "Draw boxes, names and ways of objects into a video; zones, counts and a heat map, too.",
        discussion: """
            Examples:
              lapwing annotate street.mp4 --results out/street-3f9a2c1b77aa/results.jsonl --output street-annotated.mp4
              lapwing annotate street.mp4 --results results.jsonl --output out.mkv --trail 0 --only-confirmed --timestamps
              lapwing annotate street.mp4 --results results.jsonl --output out.mp4 --zones zones.yaml --heat-map growing

            Each object has its colour, which follows from its ID. Solid boxes are of confirmed objects, thin ones of tentative
            objects, dashed ones are predicted, grey ones are detections that are not tracked. A frame that was skipped on
            purpose (--every) shows the boxes of the frame before it.

            Zones and counting lines stand with what they have counted up to each frame, as 'lapwing aggregate' counts; the
            arrow across a line points inwards. The heat map shows where objects were for long, from blue to red.

            The ending of the output's name says what is written: .mp4, .mkv, .mov or .avi. Every frame keeps its time (AVI
            has none: there frames follow each other at the average rate). Sound is left out. The same call writes the same
            bytes.
            """)

    @Argument(help: "The video.")
    var input: String

    @Option(name: .long, help: ArgumentHelp("What was found in it: a results.jsonl.", valueName: "file"))
    var results: String

    @Option(name: .long, help: ArgumentHelp("The video to write; an existing file is replaced.", valueName: "file"))
    var output: String

    @Option(
        name: .long,
        help: ArgumentHelp("For how many frames an object's way stays visible; 0: none.", valueName: "frames"))
    var trail = 30

    @Flag(name: .long, inversion: .prefixedNo, help: "Class, number and confidence at each box.")
    var labels = true

    @Flag(name: .long, help: "Confirmed objects only: neither tentative ones nor detections that are not tracked.")
    var onlyConfirmed = false

    @Flag(name: .long, help: "The frame's number and time in the lower left corner.")
    var timestamps = false

    @OptionGroup var sceneOptions: SceneOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where objects were, as colours over the picture: growing, or final from the first frame on.",
            valueName: "which"))
    var heatMap: HeatMapGrowth?

    @Option(name: .long, help: "How pictures are coded: automatic (H.264 where this FFmpeg can), h264 or mpeg4.")
    var codec = VideoEncoder.Codec.automatic

    @Option(name: .long, help: "How good they look: small, standard or high.")
    var quality = VideoEncoder.Quality.standard

    @Flag(name: .long, help: "Draw even if the results are of another file, as when the video was converted or scaled.")
    var force = false

    func validate() throws {
        guard (0...100_000).contains(trail) else { throw ValidationError("--trail must be between 0 and 100000") }
    }

    func run() async throws {
        let demuxer = try Demuxer(path: input)
        guard !File.isSame(input, output), !File.isSame(results, output) else {
            throw UsageError(message: "--output \(output) is an input of this call; give another name")
        }
        try VideoEncoder.check(path: output)
        let records = try FrameResults(path: results)
        try records.check(areOf: input, stream: demuxer.stream, force: force)

        let started = ContinuousClock.now
        var scene: SceneResults?
        let zones = try sceneOptions.read()
        if zones != nil || heatMap != nil {
            scene = try SceneResults(path: results, zones: zones, heatMap: heatMap)
        }
        var run = try AnnotationRun(command: self, stream: demuxer.stream, records: records, scene: scene)
        let splitter = ChunkSplitter(demuxer: demuxer, targetSeconds: 1, maxBytes: 1 << 30)
        var truncation: String?
        let threads = max(1, min(8, ProcessInfo.processInfo.activeProcessorCount))
        while let chunk = try splitter.next() {
            let decoder = try ChunkDecoder(
                bytes: chunk.bytes, info: chunk.decodingInfo(name: "'\(input)'"), threads: threads)
            while let frame = try decoder.next() {
                try Task.checkCancellation()
                try run.add(frame, startPTS: chunk.startPTS)
            }
            truncation = chunk.truncation ?? truncation
        }
        try run.finish()
        let seconds = max(started.duration(to: .now).seconds, 0.001)
        if let truncation { Console.warning("\(input): \(truncation)") }
        for warning in try run.warnings() { Console.warning(warning) }
        let rate = String(format: "%.1f", Double(run.frames) / seconds)
        print("\(output)  \(Table.grouped(run.frames)) frames  \(run.encoderName)  \(rate) frames/s")
    }
}

/// What goes on from frame to frame.
struct AnnotationRun {
    private(set) var frames = 0
    var encoderName: String { encoder?.encoderName ?? "" }

    private let command: AnnotateCommand
    private let stream: VideoStreamInfo
    private let records: FrameResults
    private let scene: SceneResults?
    private let annotator: Annotator
    private let canvas: Canvas
    private var encoder: VideoEncoder?
    private var objects: [AnnotatedObject] = []
    private var withoutRecord = 0
    private var withoutPicture = 0
    private let bar = ProgressBar(unit: "frames")
    private let expected: Int?

    init(command: AnnotateCommand, stream: VideoStreamInfo, records: FrameResults, scene: SceneResults?) throws {
        self.command = command
        self.stream = stream
        self.records = records
        self.scene = scene
        annotator = Annotator(
            options: .init(showsLabels: command.labels, trailFrames: command.trail, showsTime: command.timestamps))
        canvas = try Canvas(width: stream.width, height: stream.height)
        let count = (stream.duration ?? 0) * (stream.frameRate?.value ?? 0)
        expected = count > 0 && count < 1e12 ? Int(count.rounded()) : nil
    }

    /// Draws and encodes a frame.
    mutating func add(_ frame: DecodedFrame, startPTS: Int64) throws {
        if encoder == nil {
            encoder = try VideoEncoder(
                path: command.output, width: canvas.width, height: canvas.height,
                frameRate: stream.frameRate ?? Rational(25, 1), timeBase: stream.timeBase,
                pixelAspectRatio: frame.image?.pixelAspectRatio ?? Rational(1, 1), codec: command.codec,
                quality: command.quality)
        }
        if let image = frame.image {
            try canvas.setToPicture(image)
        } else {
            annotator.drawMissingPicture(on: canvas)
            withoutPicture += 1
        }
        let record = try records.record(of: frame.index)
        if record == nil { withoutRecord += 1 }
        if record?.skipped != "every" {
            objects =
                record?.annotations(width: canvas.width, height: canvas.height, onlyConfirmed: command.onlyConfirmed)
                ?? []
        }
        let time = frame.pts - startPTS
        annotator.draw(
            objects, frame: frame.index, milliseconds: Double(time) * stream.timeBase.value * 1000,
            scene: try scene?.scene(after: frame.index, width: canvas.width, height: canvas.height), on: canvas)
        try canvas.withPixels { try encoder?.append(bgra: $0, stride: canvas.stride, pts: time) }
        frames += 1
        bar.update(done: frames, total: expected.map { max($0, frames) }, note: "annotating")
    }

    mutating func finish() throws {
        bar.finish()
        try encoder?.finish()
    }

    /// What does not fit together.
    func warnings() throws -> [String] {
        var warnings: [String] = []
        let rest = try records.countRest()
        if rest > 0 {
            warnings.append(
                "\(command.results): it goes on for \(Table.grouped(rest)) frames after the end of \(command.input)")
        }
        if withoutRecord > 0 {
            warnings.append(
                "\(command.results): nothing is known of \(Table.grouped(withoutRecord)) of \(Table.grouped(frames)) frames"
            )
        }
        if withoutPicture > 0 {
            warnings.append(
                "\(command.input): \(Table.grouped(withoutPicture)) frames could not be decoded; they are grey")
        }
        return warnings
    }
}

extension HeatMapGrowth: ExpressibleByArgument {}
extension VideoEncoder.Codec: ExpressibleByArgument {}
extension VideoEncoder.Quality: ExpressibleByArgument {}
