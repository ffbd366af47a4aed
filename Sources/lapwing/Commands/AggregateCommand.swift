import Aggregation
import ArgumentParser
import EventLog
import Foundation
import Pipeline

/// Adds results up.
struct AggregateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aggregate",
        abstract: "Add up the results of many videos: objects, times, zones, lines.",
        discussion: """
            Examples:
              lapwing aggregate --log sqlite:lapwing.db --zones zones.yaml
              lapwing aggregate --log sqlite:lapwing.db --camera-from 'video-id:^([a-z]+-[0-9]+)-'
              lapwing summary --log sqlite:lapwing.db

            Run it beside the workers, as many as you like on one log; they share the videos. It publishes a \
            summary of each video to topic summaries: provisional while the video runs, final when it has ended. \
            After any crash another one goes on where the last commit stopped; the final summaries are the same \
            bytes. SIGTERM (or Ctrl-C) commits what has been added up, and leaves.

            zones.yaml (coordinates are fractions of the picture; 'units: pixels' for pixels):
              zones:
                - name: crossing
                  polygon: [[0.1, 0.5], [0.9, 0.5], [0.9, 0.95], [0.1, 0.95]]
              lines:
                - name: kerb
                  from: [0.5, 0.1]
                  to: [0.5, 0.9]
                  classes: [car, bicycle]

            'in' is over the line from its left to its right, as seen from 'from' looking to 'to'.
            """)

    @OptionGroup var logOptions: LogOptions
    @OptionGroup var topicOptions: TopicOptions
    @OptionGroup var summaryOptions: SummaryGroupOptions
    @OptionGroup var metricsOptions: MetricsOptions
    @OptionGroup var logging: LoggingOptions

    @OptionGroup var settings: AggregationOptions

    @Flag(
        name: .long,
        help: """
            If the summaries that are there were made with other zones or settings, drop them and add up everything in the \
            log again.
            """)
    var fromBeginning = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Provisional summaries are published at most this often; final ones within half a second.",
            valueName: "seconds"))
    var publishInterval = 5.0

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How long an aggregator that no longer answers keeps its partitions.", valueName: "seconds"))
    var sessionTimeout = 10.0

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A name of this aggregator's own that survives restarts: one that comes back under it within the session "
                + "timeout gets its partitions back.", valueName: "name"))
    var groupInstanceID: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Touch this file about once a second while the aggregator lives, for probes that look at its age.",
            valueName: "file"))
    var heartbeatFile: String?

    @Flag(name: .long, help: "Leave once every result in the log has been added up.")
    var exitWhenIdle = false

    func validate() throws {
        guard (0.5...86400).contains(sessionTimeout) else {
            throw ValidationError("--session-timeout must be between 0.5 and 86400 seconds")
        }
        guard (0...3600).contains(publishInterval) else {
            throw ValidationError("--publish-interval must be between 0 and 3600 seconds")
        }
        guard groupInstanceID != "" else { throw ValidationError("--group-instance-id must not be empty") }
    }

    func run() async throws {
        Allocator.keepLess()
        let settings = try settings.load()
        let logger = logging.logger("lapwing.aggregate")
        let monitor = try metricsOptions.monitor(command: "aggregate", topics: logOptions.topics, logger: logger)
        monitor?.registry.measureMemory(budget: nil)
        let log = try await topicOptions.open(logOptions, logger: logging.logger("lapwing.kafka"))
        var configuration = AggregatorConfiguration(
            group: summaryOptions.group, fromBeginning: fromBeginning, publishInterval: .seconds(publishInterval),
            sessionTimeout: .seconds(sessionTimeout), exitWhenIdle: exitWhenIdle, memberID: WorkerOptions.memberID,
            groupInstanceID: groupInstanceID, heartbeatPath: heartbeatFile)
        configuration.metrics = monitor?.registry
        configuration.health = monitor?.health
        let aggregator = try Aggregator(
            log: log, topics: logOptions.topics, settings: settings,
            configuration: configuration, logger: logger)
        try await ServiceRunner.run((monitor.map { [$0.server] } ?? []) + [aggregator], logger: logger)
        await log.close()
    }
}

/// Whose summaries.
struct SummaryGroupOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Summaries of their own beside the usual ones, such as with other zones; it begins with the first result in "
                + "the log.", valueName: "name"))
    var group: String?

    func validate() throws {
        guard let group else { return }
        let isAllowed = group.utf8.allSatisfy { byte in
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-".utf8.contains(byte)
        }
        guard isAllowed, (1...64).contains(group.utf8.count) else {
            throw ValidationError("--group must be 1 to 64 of A-Z a-z 0-9 . _ -")
        }
    }
}
