import ArgumentParser
import EventLog
import KafkaLog
import Logging
import Pipeline

/// How many partitions the topics have, and how much an embedded log takes.
struct TopicOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Partitions of the topics, if they are not there yet: how many workers can share the work. Without it, 16. "
                + "On Kafka, only 'topics create' makes them.",
            valueName: "number"))
    var partitions: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How much video may wait in an embedded log before submitting waits. Without it, what it was last set to; at "
                + "first, 16GiB.", valueName: "size"))
    var logLimit: ByteSize?

    func validate() throws {
        guard (1...4096).contains(partitions ?? 1) else {
            throw ValidationError("--partitions must be between 1 and 4096")
        }
    }

    /// Opens a log whose topics can be worked with; waits, and says so, while its disk is full.
    ///
    /// - Parameter logger: told of Kafka brokers that are away; nil: they are said on standard error.
    func open(_ options: LogOptions, logger: Logger? = nil) async throws -> any EventLog {
        let waiting = WaitingNotice()
        return try await waitingForRoom {
            waiting.give(options.log, diskIsFull: $0)
        } _: {
            let log = try options.open(logger: logger)
            try await prepare(log, options)
            return log
        }
    }

    /// Sees to it that the topics can be worked with.
    ///
    /// An embedded log's are made where they are not there; those of a Kafka log must be there.
    private func prepare(_ log: any EventLog, _ options: LogOptions) async throws {
        let topics = options.topics
        guard options.isKafka else {
            return try await log.createTopics(
                specifications(
                    topics, partitions: try await topics.partitionCount(in: log) ?? partitions,
                    capacity: try await log.describe(topics.chunks)?.capacity))
        }
        let existing = try await topics.check(in: log)
        if let partitions, partitions != existing {
            throw UsageError(
                message:
                    "--partitions \(partitions): the topics of \(log.name) have \(existing): leave the option out, "
                    + "or use another --topic-prefix")
        }
    }

    /// What the topics are to be like.
    ///
    /// - Parameters:
    ///   - partitions: nil: 16.
    ///   - capacity: of the log as it is, which holds where nothing else is asked for; nil: 16 GiB.
    func specifications(_ topics: Topics, partitions: Int?, capacity: Int? = nil) -> [TopicSpecification] {
        topics.specifications(
            partitions: partitions ?? 16, chunkCapacity: logLimit?.bytes ?? capacity ?? 16 << 30)
    }
}

/// What new topics are made with on a Kafka log.
struct NewTopicOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Kafka only: on how many brokers each partition lies; from 3 on, two must have a record before it counts. "
                + "Without it, the cluster's default.",
            valueName: "number"))
    var replication: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Kafka only: how long chunks are kept, whether or not they were processed. Without it, 7d.",
            valueName: "time"))
    var chunkRetention: TimeSpan?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Kafka only: how many bytes of chunks each partition keeps, whether or not they were processed; the disks "
                + "hold this times the partitions and the copies. Without it, the cluster's default.",
            valueName: "size"))
    var chunkRetentionBytes: ByteSize?

    func validate() throws {
        guard (1...100).contains(replication ?? 1) else {
            throw ValidationError("--replication must be between 1 and 100")
        }
        guard chunkRetention?.seconds != 0 else { throw ValidationError("--chunk-retention must be 1 second at least") }
        guard chunkRetentionBytes?.bytes != 0 else {
            throw ValidationError("--chunk-retention-bytes must be 1 byte at least")
        }
    }

    /// - Throws: ``UsageError`` when something is given that an embedded log does not have.
    func refuse(for log: String) throws {
        let reasons = [
            ("--replication", replication != nil, "an embedded log is one file, without copies"),
            ("--chunk-retention", chunkRetention != nil, "an embedded log keeps chunks until they are processed"),
            (
                "--chunk-retention-bytes", chunkRetentionBytes != nil,
                "an embedded log keeps chunks until they are processed; --log-limit bounds how many may wait"
            ),
        ]
        for (option, isGiven, reason) in reasons where isGiven {
            throw UsageError(message: "\(option) is for a Kafka log, not for --log \(log): \(reason)")
        }
    }

    func apply(to configuration: inout KafkaLogConfiguration) {
        configuration.replicationFactor = replication
        if let chunkRetention { configuration.retention = .seconds(chunkRetention.seconds) }
        configuration.retentionBytes = chunkRetentionBytes?.bytes
    }
}
