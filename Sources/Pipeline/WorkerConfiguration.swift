/// How a worker goes about its work; nothing here changes the results.
public struct WorkerConfiguration: Sendable {
    /// The consumer group.
    public var group: String
    /// When a video's first chunk may be processed.
    public var start: StartPolicy
    /// Bytes of chunks held in memory before intake stops or the spool is used.
    public var memoryLimit: Int
    /// Where the spool's folder is made.
    public var spoolRoot: String
    /// How long a worker that no longer answers keeps its partitions.
    public var sessionTimeout: Duration
    /// How long a video whose chunks stopped coming is waited for; nil: for ever.
    public var videoTimeout: Duration?
    /// Whether to leave once every chunk in the log has been processed.
    public var exitWhenIdle: Bool
    /// A name for the worker that survives restarts; nil: one is made up.
    public var memberID: String?

    public init(
        group: String, start: StartPolicy = .complete, memoryLimit: Int = 512 << 20, spoolRoot: String,
        sessionTimeout: Duration = .seconds(10), videoTimeout: Duration? = .seconds(1800), exitWhenIdle: Bool = false,
        memberID: String? = nil
    ) {
        self.group = group
        self.start = start
        self.memoryLimit = memoryLimit
        self.spoolRoot = spoolRoot
        self.sessionTimeout = sessionTimeout
        self.videoTimeout = videoTimeout
        self.exitWhenIdle = exitWhenIdle
        self.memberID = memberID
    }
}
