import ArgumentParser
import EventLog
import Foundation
import Inference
import Logging
import Media
import Pipeline
import SQLiteLog
import Synchronization
import Telemetry

/// Everything in one process.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Find and follow the objects in videos, all in one process.",
        discussion: """
            Examples:
              lapwing run street.mp4 --model yolov8n.onnx --output out
              lapwing run archive/ --model yolov8n.onnx --output out --classes person,car --every 2

            Writes OUT/VIDEO/results.jsonl: every record of the video, in order. If the call is interrupted, by whatever,
            the same call goes on where it stopped.

            A model comes from: pip install ultralytics && yolo export model=yolov8n.pt format=onnx
            Models/lapwing-street.onnx, which comes with Lapwing, knows the streets that 'lapwing synthesize' draws.
            """)

    @Argument(help: "Video files, or folders of them.")
    var inputs: [String]

    @OptionGroup var processing: ProcessingOptions
    @OptionGroup var chunkOptions: ChunkOptions

    @Option(name: .long, help: ArgumentHelp("Where the results go.", valueName: "folder"))
    var output = "lapwing-out"

    @Option(name: .long, help: "The video's ID, instead of one made from its name and bytes (one input only).")
    var videoID: String?

    @Option(name: .long, help: "When a video begins: complete (once all its chunks are in the log) or streaming.")
    var start = StartPolicy.complete

    @OptionGroup var memoryOptions: MemoryOptions
    @OptionGroup var processorOptions: ProcessorOptions
    @OptionGroup var isolation: IsolationOptions
    @OptionGroup var metricsOptions: MetricsOptions

    @Flag(name: .long, help: "The summary as JSON, one object per video.")
    var json = false

    func run() async throws {
        let logger = Logger(label: "lapwing.run") { _ in TerminalLogHandler() }
        guard let monitor = try metricsOptions.monitor(command: "run", topics: Topics(), logger: logger) else {
            return try await run(nil)
        }
        monitor.health.notReady("model", "it is being loaded")
        // A signal ends it at once, as it does without a server: the same call goes on where it stopped.
        try await ServiceRunner.run(
            [monitor.server, ServiceOf { try await run(monitor) }], signals: [], logger: logger)
    }

    private func run(_ monitor: Monitor?) async throws {
        Allocator.keepLess()
        let list = try InputList(inputs, videoID: videoID)
        _ = try processing.trackerConfiguration()
        processing.warnOfMissingAppearance()
        if chunkOptions.parallelDetect { try processing.refuseForParallelDetection() }
        let work = "\(output)/.lapwing"
        // Folders that are empty again if the model cannot be used; those of an earlier call stay.
        let new = Folder.missing(in: work)
        try makeWorkFolder(work)
        let networks: LoadedNetworks
        let plan: MemoryPlan
        let isolated: [IsolatedDecoder]
        var logger = Logger(label: "lapwing.run") { _ in TerminalLogHandler() }
        logger.logLevel = .warning
        do {
            networks = try processorOptions.load(processing)
            if let report = networks.searchReport { Console.write("batch: \(report)") }
            // What is cut while the worker works: the packets of a chunk, the chunk made of them, and the one before, which is
            // on its way into the log.
            plan = try memoryOptions.plan(
                more: 4 * min(chunkOptions.maxChunkBytes.bytes, 8 << 20) + isolation.memory(decoders: networks.count),
                logger: logger)
            isolated = try isolation.start(decoders: networks.count, budget: plan.total, logger: logger)
        } catch {
            for folder in new { rmdir(folder) }
            throw error
        }
        let configuration = networks.configuration

        let progress = RunProgress(videos: list.inputs.count)
        // One log per configuration: an interrupted call goes on, one with other settings begins anew.
        let cut = "\(Int(chunkOptions.chunkSeconds * 1000))-\(chunkOptions.maxChunkBytes.bytes)"
        let path = "\(work)/\(configuration.hash)-\(cut).sqlite"
        let topics = Topics()
        let waiting = WaitingNotice()
        let log = try await waitingForRoom {
            waiting.give(output, diskIsFull: $0)
        } _: {
            let log = try SQLiteLog(path: path)
            try await log.createTopics(topics.specifications(partitions: 4))
            return log
        }
        monitor?.health.ready("model")
        monitor?.registry.measureMemory(budget: plan.total)
        let handler = networks.handler(topics: topics, decoding: isolated, metrics: monitor?.registry) { _ in
            progress.frameDone()
        }
        var workerConfiguration = WorkerConfiguration(
            group: topics.workerGroup, start: start, memoryLimit: plan.chunks, spoolRoot: work,
            sessionTimeout: .seconds(2), videoTimeout: nil, memoryBudget: plan.total)
        if !isolated.isEmpty { workerConfiguration.decoderRestarts = { isolated.reduce(0) { $0 + $1.restarts } } }
        workerConfiguration.metrics = monitor?.registry
        workerConfiguration.health = monitor?.health
        let worker = try WorkerPair(
            log: log, topics: topics, handler: handler, processing: configuration,
            configuration: workerConfiguration, logger: logger)
        let producer = Producer(
            log: log, topics: topics, chunkSeconds: chunkOptions.chunkSeconds,
            maxChunkBytes: chunkOptions.maxChunkBytes.bytes, parallelDetect: chunkOptions.parallelDetect,
            metrics: monitor?.registry)

        let started = ContinuousClock.now
        let outcomes = try await process(
            list.inputs, producer: producer, worker: worker, reader: ResultsReader(log: log, topics: topics),
            progress: progress)
        progress.finish()
        await log.close()
        let summary = RunSummary(
            outcomes: outcomes, seconds: started.duration(to: .now).seconds,
            decoderRestarts: isolated.reduce(0) { $0 + $1.restarts })
        if json { try summary.printJSON() } else { summary.printTable() }
        // What is done needs no log; what failed may go on from it.
        if outcomes.allSatisfy({ $0.end != nil }) {
            SQLiteLog.remove(path: path)
            let others = try? FileManager.default.contentsOfDirectory(atPath: work)
            if others?.contains(where: { $0.hasSuffix(".sqlite") }) != true {
                try? FileManager.default.removeItem(atPath: work)
            }
        }
        try Failure.check(
            failed: outcomes.count { $0.problem != nil }, done: outcomes.count { $0.end?.event == "ended" })
    }

    /// Submits, processes and writes at the same time; ends when every video has ended, or the worker fails.
    private func process(
        _ inputs: [InputList.Input], producer: Producer, worker: WorkerPair, reader: ResultsReader,
        progress: RunProgress
    ) async throws -> [VideoOutcome] {
        try await withThrowingTaskGroup(of: [VideoOutcome]?.self) { group in
            group.addTask {
                try await worker.run()
                return nil
            }
            group.addTask { try await submitAndFollow(inputs, producer: producer, reader: reader, progress: progress) }
            var outcomes: [VideoOutcome] = []
            while let result = try await group.next() {
                guard let result else { continue }
                outcomes = result
                await worker.stop()
            }
            return outcomes
        }
    }

    private func submitAndFollow(
        _ inputs: [InputList.Input], producer: Producer, reader: ResultsReader, progress: RunProgress
    ) async throws -> [VideoOutcome] {
        try await withThrowingTaskGroup(of: (Int, VideoOutcome).self) { group in
            var outcomes: [Int: VideoOutcome] = [:]
            var followed: Set<VideoID> = []
            for (number, input) in inputs.enumerated() {
                do {
                    if let problem = input.problem { throw Failure.failed(problem) }
                    let waiting = WaitingNotice()
                    let video = try await producer.submit(path: input.path, id: input.id) { progress in
                        // That the log waits for the worker is as it should be.
                        if let full = progress.diskIsFull { waiting.give(input.path, diskIsFull: full) }
                    }.registration
                    progress.submitted(frames: video.frames ?? 0)
                    guard followed.insert(video.videoID).inserted else {
                        progress.videoDone()
                        Console.warning("\(input.path): the same video as an earlier input; its work is done once")
                        continue
                    }
                    group.addTask {
                        (number, try await follow(video, path: input.path, reader: reader, progress: progress))
                    }
                } catch let error where !(error is EventLogError || error is CancellationError) {
                    progress.videoDone()
                    let problem = ErrorText.of(error, about: input.path)
                    Console.error("\(input.path): \(problem)")
                    outcomes[number] = VideoOutcome(path: input.path, problem: problem)
                }
            }
            while let (number, outcome) = try await group.next() { outcomes[number] = outcome }
            return outcomes.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// Writes a video's records as they are committed; the file appears under its name when the video has ended.
    private func follow(_ video: VideoRegistration, path: String, reader: ResultsReader, progress: RunProgress)
        async throws -> VideoOutcome
    {
        let folder = "\(output)/\(video.videoID)"
        let file = "\(folder)/results.jsonl"
        let writer = try ResultsFile(path: file)
        let end = try await reader.read(video.videoID, follow: true) { try writer.append($0) }
        try writer.finish()
        progress.videoDone()
        var outcome = VideoOutcome(path: path, video: video, end: end, file: file)
        if end?.event == "failed" {
            outcome.problem = end?.reason ?? "failed"
        } else {
            outcome.problem = video.truncation.map {
                "\($0); \(Table.grouped(video.frames ?? 0)) frames were there and are done: get the whole file for the rest"
            }
        }
        if let problem = outcome.problem { Console.error("\(path): \(problem)") }
        return outcome
    }

    /// The folder for the log of a run that goes on, inside the output folder.
    private func makeWorkFolder(_ work: String) throws {
        let remedy = "choose another with --output"
        try Folder.make(output, name: "output folder", remedy: remedy)
        try Folder.make(work, permissions: 0o700, name: "folder", remedy: remedy)
    }
}

/// What became of one input.
struct VideoOutcome {
    var path: String
    var video: VideoRegistration?
    /// The record that ended the video.
    var end: ResultRecord?
    var file: String?
    /// Why this is not all well; nil when it is.
    var problem: String?
}

/// A file of records that is written beside its name and moved there when it is whole.
final class ResultsFile {
    private let path: String
    private let handle: FileHandle
    private var buffer: [UInt8] = []

    init(path: String) throws {
        self.path = path
        let folder = Folder.parent(of: path)
        try Folder.make(folder, name: "folder", remedy: "choose another with --output")
        do {
            guard FileManager.default.createFile(atPath: path + ".part", contents: nil) else {
                throw CocoaError(.fileWriteNoPermission)
            }
            handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path + ".part"))
        } catch {
            throw Failure.failed(
                "\(path): it cannot be written (\(ErrorText.cause(error))); choose another folder with --output")
        }
    }

    func append(_ line: [UInt8]) throws {
        buffer += line
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= 1 << 16 { try flush() }
    }

    func finish() throws {
        try flush()
        try? handle.close()
        guard rename(path + ".part", path) == 0 else {
            throw Failure.failed("\(path): \(String(cString: strerror(errno)))")
        }
    }

    private func flush() throws {
        do {
            try handle.write(contentsOf: buffer)
        } catch {
            throw Failure.failed(
                "\(path): \(ErrorText.cause(error)); make room, or choose another folder with --output")
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// The progress line of a run.
final class RunProgress: Sendable {
    private struct State {
        var frames = 0
        var framesDone = 0
        var videosSubmitted = 0
        var videosDone = 0
    }

    private let videos: Int
    private let bar = ProgressBar(unit: "frames")
    private let state = Mutex(State())

    init(videos: Int) {
        self.videos = videos
    }

    func submitted(frames: Int) {
        state.withLock {
            $0.frames += frames
            $0.videosSubmitted += 1
        }
    }

    func frameDone() {
        update { $0.framesDone += 1 }
    }

    func videoDone() {
        update { $0.videosDone += 1 }
    }

    func finish() {
        bar.finish()
    }

    private func update(_ change: (inout State) -> Void) {
        let now = state.withLock { state in
            change(&state)
            return state
        }
        // The total is known once all videos are in the log; until then there is no bar to mislead.
        bar.update(
            done: now.framesDone, total: now.videosSubmitted + now.videosDone >= videos ? now.frames : nil,
            note: "\(now.videosDone)/\(videos) videos")
    }
}
