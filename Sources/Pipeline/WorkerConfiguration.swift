public import Telemetry

/// How a worker goes about its work; nothing here changes the results.
public struct WorkerConfiguration: Sendable {
    /// The consumer group.
    public var group: String
    /// When a video's first chunk may be processed.
    public var start: StartPolicy
    /// Bytes of chunks, fetched or in hand, of decoded pictures and of outcomes held in memory before intake stops or the
    /// spool is used; of the process's budget, what ``MemoryPlan`` leaves.
    public var memoryLimit: Int
    /// Bytes that the whole process may have in memory, for `lapwing status` to show; nil: nobody has said.
    public var memoryBudget: Int?
    /// Where the spool's folder is made.
    public var spoolRoot: String
    /// Bytes that the spool may hold; nil: as many as the disk takes.
    public var spoolLimit: Int?
    /// How long a worker that no longer answers keeps its partitions.
    public var sessionTimeout: Duration
    /// How long a video whose chunks stopped coming is waited for; nil: for ever.
    public var videoTimeout: Duration?
    /// Whether to leave once every chunk in the log has been processed.
    public var exitWhenIdle: Bool
    /// What to call the worker; nil: a name is made up.
    public var memberID: String?
    /// Makes it a static member of that name (``EventLog/ConsumerConfiguration/instanceID``).
    public var groupInstanceID: String?
    /// Chunk outcomes that are ready within this time of the last commit share a transaction; 0: each chunk is committed by
    /// itself, before the next is begun.
    public var commitInterval: Duration
    /// A file that is touched about once a second while the worker lives, for whoever watches it.
    public var heartbeatPath: String?
    /// How often the decoder's process has been started anew by now, for `lapwing status` to show; nil: there is none.
    public var decoderRestarts: (@Sendable () -> Int)?
    /// Where its metrics go; nil: nothing is measured.
    public var metrics: MetricRegistry?
    /// Whom it tells whether it is well; nil: nobody.
    public var health: HealthMonitor?

    public init(
        group: String, start: StartPolicy = .complete, memoryLimit: Int = 512 << 20, spoolRoot: String,
        spoolLimit: Int? = nil, sessionTimeout: Duration = .seconds(10), videoTimeout: Duration? = .seconds(1800),
        exitWhenIdle: Bool = false,
        memberID: String? = nil, groupInstanceID: String? = nil, commitInterval: Duration = .milliseconds(100),
        heartbeatPath: String? = nil, memoryBudget: Int? = nil, decoderRestarts: (@Sendable () -> Int)? = nil
    ) {
        self.group = group
        self.start = start
        self.memoryLimit = memoryLimit
        self.spoolRoot = spoolRoot
        self.spoolLimit = spoolLimit
        self.sessionTimeout = sessionTimeout
        self.videoTimeout = videoTimeout
        self.exitWhenIdle = exitWhenIdle
        self.memberID = memberID
        self.groupInstanceID = groupInstanceID
        self.commitInterval = commitInterval
        self.heartbeatPath = heartbeatPath
        self.memoryBudget = memoryBudget
        self.decoderRestarts = decoderRestarts
    }

    /// Instead of ``maxPollBytes``, for tests that need records to come one by one.
    var pollBytes: Int?

    /// How much of a worker's time is looked at at once, to say what it is bound by.
    var watchInterval = Duration.seconds(30)

    /// How often the log is asked how far behind the group is.
    var lagInterval = Duration.seconds(5)

    /// About how many bytes of records one poll returns; part of the memory limit.
    var maxPollBytes: Int { pollBytes ?? min(4 << 20, max(1 << 20, memoryLimit / 8)) }
    /// How many bytes the log's client may have fetched ahead of that; part of the memory limit.
    var prefetchBytes: Int { min(16 << 20, max(2 << 20, memoryLimit / 8)) }
}
