public import Telemetry

/// How an aggregator goes about its work; nothing here changes the final summaries.
public struct AggregatorConfiguration: Sendable {
    /// A group of its own, whose summaries stand beside the usual ones; nil: the usual group.
    public var group: String?
    /// Drop summaries that were made with other settings, and begin with the first result in the log; otherwise they are an
    /// error.
    public var fromBeginning: Bool
    /// Provisional summaries are published at most this often.
    public var publishInterval: Duration
    /// How long an aggregator that no longer answers keeps its partitions.
    public var sessionTimeout: Duration
    /// Whether to leave once every result in the log has been added up.
    public var exitWhenIdle: Bool
    /// What to call the aggregator; nil: a name is made up.
    public var memberID: String?
    /// Makes it a static member of that name.
    public var groupInstanceID: String?
    /// A file that is touched about once a second while the aggregator lives.
    public var heartbeatPath: String?
    /// Where its metrics go; nil: nothing is measured.
    public var metrics: MetricRegistry?
    /// Whom it tells whether it is well; nil: nobody.
    public var health: HealthMonitor?

    public init(
        group: String? = nil, fromBeginning: Bool = false, publishInterval: Duration = .seconds(5),
        sessionTimeout: Duration = .seconds(10), exitWhenIdle: Bool = false, memberID: String? = nil,
        groupInstanceID: String? = nil, heartbeatPath: String? = nil
    ) {
        self.group = group
        self.fromBeginning = fromBeginning
        self.publishInterval = publishInterval
        self.sessionTimeout = sessionTimeout
        self.exitWhenIdle = exitWhenIdle
        self.memberID = memberID
        self.groupInstanceID = groupInstanceID
        self.heartbeatPath = heartbeatPath
    }

    /// Instead of what is usual, for tests that need records to come a few at a time.
    var pollBytes: Int?

    /// How often the log is asked how far behind the group is.
    var lagInterval = Duration.seconds(5)
}
