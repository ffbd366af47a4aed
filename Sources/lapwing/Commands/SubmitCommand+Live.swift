import EventLog
import Foundation
import Logging
import Media
import Pipeline
import UnixSignals

extension SubmitCommand {
    /// The live source of a call, if it is for one.
    ///
    /// - Throws: ``UsageError`` for inputs and options that do not go together.
    func liveSource(of list: InputList) throws -> LiveSource? {
        guard let source = list.inputs.compactMap(\.live).first else {
            guard let option = liveOptions.liveOnly.first else { return nil }
            throw UsageError(message: "\(option) is for live sources; files end by themselves")
        }
        guard list.inputs.count == 1 else {
            throw UsageError(
                message: "a stream is submitted by itself: start one 'lapwing submit' for each, and one for files")
        }
        guard !chunkOptions.parallelDetect else {
            throw UsageError(message: "--parallel-detect is for files: of a live source there is one chunk at a time")
        }
        return source
    }

    /// Submits a live source until it ends, a signal comes or `--until` is reached.
    func submit(
        _ source: LiveSource, of list: InputList, to log: any EventLog, _ logger: Logger, _ monitor: Monitor?
    ) async throws {
        let interrupt = ReadInterrupt()
        if let until = liveOptions.until { interrupt.stop(at: until.seconds()) }
        // A second signal ends the program as if nothing had been done about the first.
        let signals = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                if interrupt.isStopped { _exit(130) }
                interrupt.stop()
            }
        }
        defer { signals.cancel() }
        let line = LiveLine()
        let producer = LiveProducer(
            log: log, topics: logOptions.topics, source: source, id: list.inputs[0].id,
            settings: liveOptions.settings(chunkOptions), interrupt: interrupt, logger: logger, context: context,
            metrics: monitor?.registry
        ) { line.show($0) }
        let videos: [VideoRegistration]
        do {
            videos = try await producer.run()
        } catch {
            line.finish()
            await log.close()
            Console.error("\(source.name): \(ErrorText.of(error, about: source.name))")
            throw Failure(code: 1)
        }
        line.finish()
        for video in videos {
            let submission = Submission(registration: video, wasThere: false)
            try report(submission)
            say(submission, logger)
        }
        let failed = wait ? try await waitUntilEnded(videos, log: log) : 0
        await log.close()
        try Failure.check(failed: failed, done: videos.count - failed)
    }
}
