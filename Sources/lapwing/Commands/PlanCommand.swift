import ArgumentParser
import Foundation
import Inference
import Media
import Synthesis

/// Says how many workers a job needs, from what this machine does.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Measure this machine, and say how many like it a job needs.",
        discussion: """
            Examples: sixteen cameras, live; then an archive that is to be done overnight:
              lapwing plan --videos 16 --fps 25 --size 1920x1080 --model yolov8n.onnx
              lapwing plan --videos 200 --fps 30 --size 1280x720 --model yolov8n.onnx --duration 1h --target 10h

            And what would change if every second frame were looked at, on a GPU:
              lapwing plan --videos 16 --fps 25 --size 1920x1080 --model yolov8n.onnx --every 2 --device GPU

            For about ten seconds it decodes, scales, detects, tracks and writes to a log, each by itself, with a video of \
            that size made on the spot. From that follow the frames per second of a worker that has such a machine to \
            itself, and how many workers, processors and partitions the job needs, what the log's brokers must take, what \
            the bottleneck is, and what one more worker would bring. Nothing else should be at work meanwhile.
            """)

    /// When all is to be done.
    enum Target: ExpressibleByArgument, CustomStringConvertible {
        case realtime
        case within(TimeSpan)

        init?(argument: String) {
            if argument.lowercased() == "realtime" {
                self = .realtime
            } else {
                guard let span = TimeSpan(argument: argument) else { return nil }
                self = .within(span)
            }
        }

        var description: String {
            switch self {
            case .realtime: "realtime"
            case .within(let span): "\(span)"
            }
        }
    }

    @Option(name: .long, help: ArgumentHelp("How many videos, or cameras.", valueName: "number"))
    var videos: Int

    @Option(name: .long, help: ArgumentHelp("Their frames per second: 25, 29.97 or 30000/1001.", valueName: "rate"))
    var fps: PictureRate

    @Option(name: .long, help: ArgumentHelp("Their size in pixels, from 32x32 to 8192x8192.", valueName: "WxH"))
    var size: PictureSize

    @OptionGroup var processing: ProcessingOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "When all is to be done: realtime (live, all the time), or within a time such as 8h, with --duration.",
            valueName: "time"))
    var target = Target.realtime

    @Option(name: .long, help: ArgumentHelp("How long each video is: 90m, 10h.", valueName: "time"))
    var duration: TimeSpan?

    @Option(
        name: .long,
        help: ArgumentHelp("Mbit/s of each video; a tenth of a bit per pixel, if not given.", valueName: "number"))
    var bitrate: Double?

    @Option(name: .long, help: ArgumentHelp("About how long to measure.", valueName: "seconds"))
    var seconds = 10.0

    @Flag(name: .long, help: "One JSON object, on standard output.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(videos) else { throw ValidationError("--videos must be from 1 to 100000") }
        guard (0.5...600).contains(seconds) else { throw ValidationError("--seconds must be from 0.5 to 600") }
        guard (0.001...100_000).contains(bitrate ?? 1) else {
            throw ValidationError("--bitrate must be from 0.001 to 100000 Mbit/s")
        }
        do {
            try SampleClip.configuration(size: size, rate: fps.value).validate()
        } catch {
            throw ValidationError(error.detail)
        }
        switch (target, duration) {
        case (.realtime, .some):
            throw ValidationError("--duration goes with a --target such as 8h: live video does not end")
        case (.within(let span), _) where span.seconds < 1:
            throw ValidationError("--target must be 1 second at least, or realtime")
        case (.within, nil):
            throw ValidationError("--target \(target) needs --duration: how long each video is, for example 1h")
        case (.within, let duration?) where duration.seconds < 1:
            throw ValidationError("--duration must be 1 second at least")
        default: break
        }
    }

    private var workload: Workload {
        var batch: Workload.Batch?
        if case .within(let span) = target, let duration {
            batch = .init(length: Double(duration.seconds), deadline: Double(span.seconds))
        }
        return Workload(
            videos: videos, frameRate: fps.value.value, width: size.width, height: size.height,
            every: processing.every, bitsPerSecond: bitrate.map { $0 * 1e6 }, batch: batch)
    }

    func run() async throws {
        let tracker = try processing.trackerConfiguration()
        if processing.appearanceModel != nil {
            Console.warning("--appearance-model is not measured: describing objects takes more than the plan says")
        }
        Console.showProgress("loading the model")
        defer { Console.showProgress("") }
        let one = processing.engineOptions.plan(processors: 1)[0]
        let detector = try YOLOv8Detector(
            modelPath: processing.model, configuration: processing.detectorConfiguration(one))
        let measurement = MachineMeasurement(
            seconds: seconds, size: size, rate: fps.value, preprocess: processing.preprocess, tracker: tracker)
        let model = detector.model
        let rates = try await measurement.run(detector, isOnCPU: model.device == "CPU")
        Console.showProgress("")
        let report = PlanReport(
            plan: CapacityPlan(workload, on: rates), model: model.name, device: model.device,
            precision: model.precision, input: (model.inputWidth, model.inputHeight))
        if json { try JSONOutput.line(report.json) } else { print(report.text) }
    }
}
