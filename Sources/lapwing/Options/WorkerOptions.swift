import ArgumentParser
import Foundation
import Logging
import Pipeline

/// How a worker or a collector goes about its work.
struct WorkerOptions: ParsableArguments {
    @OptionGroup var memoryOptions: MemoryOptions

    @Option(name: .long, help: ArgumentHelp("Where video goes that does not fit into memory.", valueName: "folder"))
    var spoolDir = FileManager.default.temporaryDirectory.path

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How much may be there; as much as the disk takes, if not given.", valueName: "size"))
    var spoolLimit: ByteSize?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "After how long without chunks an incomplete video is given up; 0: never.", valueName: "seconds"))
    var videoTimeout = 1800.0

    @Option(
        name: .long,
        help: ArgumentHelp("How long a worker that no longer answers keeps its partitions.", valueName: "seconds"))
    var sessionTimeout = 10.0

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A name of this worker's own that survives restarts: one that comes back under it within the session timeout "
                + "gets its partitions back (a static member, in Kafka's words).", valueName: "name"))
    var groupInstanceID: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What is ready within this time of the last commit is committed together; 0: each chunk by itself, before "
                + "the next is begun.", valueName: "seconds"))
    var commitInterval = 0.1

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Touch this file about once a second while the worker lives, for probes that look at its age.",
            valueName: "file"))
    var heartbeatFile: String?

    @Flag(name: .long, help: "Leave once nothing is left to do.")
    var exitWhenIdle = false

    func validate() throws {
        guard (0.5...86400).contains(sessionTimeout) else {
            throw ValidationError("--session-timeout must be between 0.5 and 86400 seconds")
        }
        guard (0...1e9).contains(videoTimeout) else {
            throw ValidationError("--video-timeout must be between 0 and 1000000000 seconds")
        }
        guard (0...60).contains(commitInterval) else {
            throw ValidationError("--commit-interval must be between 0 and 60 seconds")
        }
        guard groupInstanceID != "" else { throw ValidationError("--group-instance-id must not be empty") }
    }

    /// Where a worker runs can be read from its name; the digits keep apart processes that share host name and number.
    static var memberID: String {
        let digits = String(UInt16.random(in: 0x1000...0xffff), radix: 16)
        return "\(ProcessInfo.processInfo.hostName)-\(getpid())-\(digits)"
    }

    /// To be called once the model is loaded and warm.
    ///
    /// - Parameter more: what else will be held.
    /// - Throws: ``Failure`` when the folder for the spool cannot be made, ``UsageError`` when there is too little memory.
    func configuration(
        group: String, start: StartPolicy, more: Int = 0, logger: Logger
    ) throws -> WorkerConfiguration {
        let plan = try memoryOptions.plan(more: more, logger: logger)
        try Folder.make(spoolDir, name: "spool folder", remedy: "choose another with --spool-dir")
        return WorkerConfiguration(
            group: group, start: start, memoryLimit: plan.chunks, spoolRoot: spoolDir, spoolLimit: spoolLimit?.bytes,
            sessionTimeout: .seconds(sessionTimeout), videoTimeout: videoTimeout > 0 ? .seconds(videoTimeout) : nil,
            exitWhenIdle: exitWhenIdle, memberID: Self.memberID, groupInstanceID: groupInstanceID,
            commitInterval: .seconds(commitInterval), heartbeatPath: heartbeatFile, memoryBudget: plan.total)
    }
}
