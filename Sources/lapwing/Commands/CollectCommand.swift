import ArgumentParser
import EventLog
import Foundation
import Pipeline

/// The collector alone.
struct CollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Rebuild each complete video of a log as a file.",
        discussion: """
            Example:
              lapwing collect --log sqlite:lapwing.db --output videos --exit-when-idle

            The packets of a rebuilt file are those of the source; a file appears under its name only when it is whole.
            It is a consumer group of its own: start it before the workers are done with the chunks.
            """)

    @OptionGroup var logOptions: LogOptions
    @OptionGroup var topicOptions: TopicOptions
    @OptionGroup var workerOptions: WorkerOptions
    @OptionGroup var logging: LoggingOptions

    @Option(name: .long, help: ArgumentHelp("Where the files go.", valueName: "folder"))
    var output: String

    func run() async throws {
        Allocator.keepLess()
        try Folder.make(output, name: "output folder", remedy: "choose another with --output")
        let log = try await topicOptions.open(logOptions, logger: logging.logger("lapwing.kafka"))
        let topics = logOptions.topics
        let logger = logging.logger("lapwing.collect")
        let rebuilder = try Rebuilder(folder: output, logger: logger) { path, frames in
            Console.output("\(path)  \(Table.grouped(frames)) frames")
        }
        let worker = try Worker(
            log: log, topics: topics, handler: rebuilder,
            configuration: try workerOptions.configuration(
                group: topics.collectGroup, start: .complete, logger: logger), logger: logger)
        try await ServiceRunner.run([worker], logger: logger)
        await log.close()
    }
}
