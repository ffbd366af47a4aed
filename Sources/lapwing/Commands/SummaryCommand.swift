import Aggregation
import ArgumentParser
import EventLog
import Foundation
import Pipeline

/// Shows what has been added up.
struct SummaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary",
        abstract: "Show what 'lapwing aggregate' has added up: of a video, of a camera, of all.",
        discussion: """
            Examples:
              lapwing summary --log sqlite:lapwing.db
              lapwing summary --log sqlite:lapwing.db --camera gate-1
              lapwing summary street-3f9a2c1b77aa --log sqlite:lapwing.db
              lapwing summary street-3f9a2c1b77aa --log sqlite:lapwing.db --json | jq .lines
            """)

    @Argument(help: "The video's ID. Without it, all videos together.")
    var video: String?

    @OptionGroup var logOptions: LogOptions
    @OptionGroup var summaryOptions: SummaryGroupOptions

    @Option(name: .long, help: "The videos of this camera together.")
    var camera: String?

    @Flag(name: .long, help: "One JSON object, on standard output: as in topic summaries.")
    var json = false

    func validate() throws {
        if video != nil, camera != nil { throw ValidationError("give either a video or --camera, not both") }
    }

    func run() async throws {
        let id: VideoID?
        do {
            id = try video.map(VideoID.init)
        } catch {
            throw UsageError(message: "video ID \(ErrorText.of(error))")
        }
        let log = try logOptions.open(mustExist: true)
        let reader = SummariesReader(log: log, topics: logOptions.topics, group: summaryOptions.group)
        do {
            if let id {
                try show(try await reader.video(id), id)
            } else {
                try show(try await reader.overview())
            }
        } catch let error as EventLogError where error.code == .unknownTopic {
            throw Failure.failed("\(error.detail); has anything been submitted with this --topic-prefix?")
        }
        await log.close()
    }

    private var hint: String { "'lapwing aggregate --log \(logOptions.log)' makes summaries" }

    private func show(_ summary: VideoSummary?, _ id: VideoID) throws {
        guard let summary else { throw Failure.failed("\(id): there is no summary of it; \(hint)") }
        Console.output(json ? String(decoding: summary.json, as: UTF8.self) : SummaryText.of(summary))
    }

    private func show(_ overview: SummariesReader.Overview) throws {
        guard !overview.videos.isEmpty else { throw Failure.failed("there are no summaries yet; \(hint)") }
        var total = overview.total
        if let camera {
            guard let found = overview.cameras[camera] else {
                let known = overview.cameras.keys.sorted()
                throw Failure.failed(
                    known.isEmpty
                        ? "--camera \(camera): no video has a camera; see --camera-from of 'lapwing aggregate'"
                        : "--camera \(camera): there is no such camera; known are \(known.joined(separator: ", "))")
            }
            total = found
        }
        if json { return Console.output(String(decoding: total.json, as: UTF8.self)) }
        Console.output(SummaryText.of(total, cameras: camera == nil ? overview.cameras : [:]))
    }
}
