import ArgumentParser
import EventLog
import Foundation
import Pipeline

/// Reads results.
struct ResultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Print what has been found in a video.",
        discussion: """
            Examples:
              lapwing results street-3f9a2c1b77aa --log sqlite:lapwing.db
              lapwing results street-3f9a2c1b77aa --log sqlite:lapwing.db --format csv > street.csv

            jsonl  every record as it was published: frames, track events, video events
            csv    one row per detection, with supervision's column names
            mot    MOTChallenge: confirmed objects only, frames counted from 1
            """)

    @Argument(help: "The video's ID, as 'lapwing submit' and 'lapwing status' print it.")
    var video: String

    @OptionGroup var logOptions: LogOptions

    @Option(name: .long, help: "jsonl, csv or mot.")
    var format = ResultFormat.jsonl

    @Flag(name: .long, help: "Go on until the video has ended.")
    var follow = false

    func run() async throws {
        let id: VideoID
        do {
            id = try VideoID(video)
        } catch {
            throw UsageError(message: "\(error)")
        }
        let log = try logOptions.open(mustExist: true)
        let output = OutputStream()
        var printer = ResultPrinter(format: format)
        if let header = printer.header { try output.write(header) }
        var records = 0
        do {
            try await ResultsReader(log: log, topics: logOptions.topics).read(id, follow: follow) { json in
                records += 1
                try output.write(try printer.lines(for: json))
            }
            try output.flush()
        } catch OutputStream.Closed.closed {
            // Whoever read has read enough.
        }
        await log.close()
        guard records > 0 else {
            throw Failure.failed(
                "\(id): there are no results yet; 'lapwing status --log \(logOptions.log)' lists the videos")
        }
    }
}

/// Standard output, written in large pieces.
final class OutputStream {
    enum Closed: Error { case closed }

    private var buffer: [UInt8] = []

    func write(_ bytes: [UInt8]) throws {
        buffer += bytes
        if buffer.count >= 1 << 16 { try flush() }
    }

    func flush() throws {
        var done = 0
        while done < buffer.count {
            let count = buffer.withUnsafeBytes {
                Foundation.write(STDOUT_FILENO, $0.baseAddress! + done, $0.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EPIPE { throw Closed.closed }
            guard count > 0 else { throw Failure.failed("standard output: \(String(cString: strerror(errno)))") }
            done += count
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
