import ArgumentParser
import EventLog
import Foundation
import Logging
import Pipeline
import Synchronization
import Telemetry

/// The producer.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Cut videos into chunks and send them through a log.",
        discussion: """
            Examples:
              lapwing submit street.mp4 --log sqlite:lapwing.db
              lapwing submit archive/ --log sqlite:lapwing.db --wait
              lapwing submit long.mp4 --log sqlite:lapwing.db --parallel-detect
              lapwing submit gate/ --log sqlite:lapwing.db --camera gate-1
              lapwing submit rtsp://camera/stream --log sqlite:lapwing.db --until 18:00
              ffmpeg … -f mpegts - | lapwing submit - --log sqlite:lapwing.db

            A video that is in the log already is not sent again; one whose submission broke off is taken up where it
            stopped. While the log is full, submitting waits.

            All chunks of a video go to one worker. With --parallel-detect they are spread over all of them, and one tracks
            what they find: one long video is done sooner, with the same results. It is not for trackers that look at
            the pictures themselves (--camera-motion frames, --appearance-model), nor for 'lapwing collect'.

            A camera's stream (rtsp, rtsps, a live HLS playlist; others with --live) is submitted until Ctrl-C, SIGTERM or
            --until. When it is lost it is opened again, for ever, and the video goes on after a gap. Workers begin at once.
            '-' reads standard input until it ends. One such source per command; see docs/live.md.
            """)

    @Argument(help: "Video files, or folders of them; or one stream's address, or - for standard input.")
    var inputs: [String]

    @OptionGroup var logOptions: LogOptions
    @OptionGroup var topicOptions: TopicOptions
    @OptionGroup var chunkOptions: ChunkOptions
    @OptionGroup var liveOptions: LiveOptions

    @Option(name: .long, help: "The video's ID, instead of one made from its name and bytes (one input only).")
    var videoID: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The camera that the videos are from; it goes with all that is written of them (header lapwing-camera).",
            valueName: "name"))
    var camera: String?

    @Flag(name: .long, help: "Stay until workers have processed the videos.")
    var wait = false

    @Flag(name: .long, help: "One JSON object per video, on standard output.")
    var json = false

    @OptionGroup var metricsOptions: MetricsOptions
    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard RecordContext.isCamera(camera ?? "-") else {
            throw ValidationError("--camera must be 1 to 64 printable ASCII characters, without a blank at its ends")
        }
    }

    func run() async throws {
        let logger = logging.logger("lapwing.submit")
        guard let monitor = try metricsOptions.monitor(command: "submit", topics: logOptions.topics, logger: logger)
        else {
            return try await submit(logger, nil)
        }
        // A signal ends it at once, as it does without a server: what is in the log is whole.
        try await ServiceRunner.run(
            [monitor.server, ServiceOf { try await submit(logger, monitor) }], signals: [], logger: logger)
    }

    private func submit(_ logger: Logger, _ monitor: Monitor?) async throws {
        let list = try InputList(inputs, videoID: videoID, live: liveOptions.live)
        let live = try liveSource(of: list)
        monitor?.registry.measureMemory(budget: nil)
        monitor?.health.notReady("log", "it is being opened")
        let log = try await topicOptions.open(logOptions)
        monitor?.health.ready("log")
        if let live { return try await submit(live, of: list, to: log, logger, monitor) }
        let topics = logOptions.topics
        let producer = Producer(
            log: log, topics: topics, chunkSeconds: chunkOptions.chunkSeconds,
            maxChunkBytes: chunkOptions.maxChunkBytes.bytes, parallelDetect: chunkOptions.parallelDetect,
            context: context, metrics: monitor?.registry)
        let waiting = WaitingNotice()
        var failed = 0
        var submitted: [VideoRegistration] = []
        for (number, input) in list.inputs.enumerated() {
            let bar = ProgressBar(unit: "MB")
            let note = "\(number + 1)/\(list.inputs.count) \(URL(fileURLWithPath: input.path).lastPathComponent)"
            do {
                if let problem = input.problem { throw Failure.failed(problem) }
                let submission = try await producer.submit(
                    path: input.path, id: input.id, startTime: liveOptions.startTime?.seconds
                ) { progress in
                    if progress.isWaiting { waiting.give(input.path, diskIsFull: progress.diskIsFull) }
                    let reason =
                        progress.diskIsFull == nil ? "the log is full: waiting for workers" : "the disk is full"
                    bar.update(
                        done: Int(progress.bytesRead / 1_000_000),
                        total: progress.byteCount.map { Int($0 / 1_000_000) },
                        note: progress.isWaiting ? note + " (\(reason))" : note)
                }
                bar.finish()
                try report(submission)
                say(submission, logger)
                submitted.append(submission.registration)
                if let truncation = submission.registration.truncation {
                    Console.error(
                        "\(input.path): \(truncation); what is there is in the log: submit the whole file for the rest")
                    failed += 1
                }
            } catch let error where !(error is EventLogError || error is CancellationError) {
                bar.finish()
                Console.error("\(input.path): \(ErrorText.of(error, about: input.path))")
                failed += 1
            }
        }
        var done = submitted.count
        if wait {
            let failedLater = try await waitUntilEnded(submitted, log: log)
            failed += failedLater
            done -= failedLater
        }
        await log.close()
        try Failure.check(failed: failed, done: done)
    }

    /// What goes with the videos; a trace that another program has begun goes on, else each video is one of its own.
    var context: RecordContext {
        let environment = ProcessInfo.processInfo.environment
        let context = RecordContext(
            traceparent: environment["TRACEPARENT"], tracestate: environment["TRACESTATE"], camera: camera)
        if context.traceparent == nil, let given = environment["TRACEPARENT"], !given.isEmpty {
            Console.warning("TRACEPARENT is not a valid W3C traceparent: each video gets a trace of its own")
        }
        return context
    }

    /// The same as ``report(_:)``, for those who read logs.
    func say(_ submission: Submission, _ logger: Logger) {
        guard logging.logFormat == .json else { return }
        let video = submission.registration
        var facts: Logger.Metadata = [
            "video_id": "\(video.videoID)", "source": "\(video.source)", "chunks": "\(video.chunks ?? 0)",
            "frames": "\(video.frames ?? 0)", "was_there": "\(submission.wasThere)",
        ]
        if let traceID = video.context.traceID { facts["trace_id"] = "\(traceID)" }
        logger.info("video submitted", metadata: facts)
    }

    func report(_ submission: Submission) throws {
        let video = submission.registration
        if json {
            try JSONOutput.line([
                "video_id": .string(video.videoID.rawValue), "source": .string(video.source),
                "chunks": .integer(video.chunks ?? 0), "frames": .integer(video.frames ?? 0),
                "bytes": .integer(video.bytes ?? 0), "was_there": .boolean(submission.wasThere),
                "trace_id": .optional(video.context.traceID),
            ])
        } else {
            let note = submission.wasThere ? "  (was there already)" : ""
            Console.output(
                "\(video.videoID)  \(Table.grouped(video.chunks ?? 0)) chunks  "
                    + "\(Table.grouped(video.frames ?? 0)) frames  \(Table.bytes(video.bytes ?? 0))\(note)")
        }
    }

    func waitUntilEnded(_ videos: [VideoRegistration], log: any EventLog) async throws -> Int {
        let reader = ResultsReader(log: log, topics: logOptions.topics)
        let total = videos.reduce(0) { $0 + ($1.frames ?? 0) }
        let bar = ProgressBar(unit: "frames")
        var failed = 0
        var done = 0
        for (number, video) in videos.enumerated() {
            let end = try await reader.read(video.videoID, follow: true) { json in
                if ResultsReader.isFrame(json) { done += 1 }
                bar.update(done: done, total: total, note: "processed \(number)/\(videos.count)")
            }
            if end?.event == "failed" {
                Console.error("\(video.videoID): \(end?.reason ?? "failed")", ["video_id": "\(video.videoID)"])
                failed += 1
            }
        }
        bar.finish()
        return failed
    }
}
