import EventLog
import Foundation
import Logging
import Media
import Pipeline
import UnixSignals

extension SubmitCommand {
    /// Submits a live source until it ends, a signal comes or `--until` is reached.
    func submit(_ source: LiveSource, of list: InputList) async throws {
        guard list.inputs.count == 1 else {
            throw UsageError(
                message: "a stream is submitted by itself: start one 'lapwing submit' for each, and one for files")
        }
        guard !chunkOptions.parallelDetect else {
            throw UsageError(
                message: "--parallel-detect is for files: of a live source there is one chunk at a time")
        }
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
        let log = try await topicOptions.open(logOptions)
        let logger = Logger(label: "lapwing.submit") { _ in TerminalLogHandler() }
        let line = LiveLine()
        let producer = LiveProducer(
            log: log, topics: logOptions.topics, source: source, id: list.inputs[0].id,
            settings: liveOptions.settings(chunkOptions), interrupt: interrupt, logger: logger
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
        for video in videos { try report(video) }
        let failed = wait ? try await waitUntilEnded(videos, log: log) : 0
        await log.close()
        try Failure.check(failed: failed, done: videos.count - failed)
    }
}
