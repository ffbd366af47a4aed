public import EventLog

/// How the conformance checks get at the log under test.
public struct LogFixture: Sendable {
    /// A property that not every log has; checks that need a missing one do not apply.
    public enum Capability: String, Sendable, CaseIterable {
        /// A compacted topic holds the newest record of each key only, without delay.
        case promptCompaction
        /// What all groups have committed past is deleted, at latest by a later commit.
        case deletesConsumed
        /// Appends wait for a topic's capacity.
        case capacity
        /// A second handle onto the same log can be had.
        case secondHandle
        /// A member's heartbeat can be stopped.
        case suspendsHeartbeats
    }

    /// Opens a log with nothing in it, or one in which the topics of a check, whose names are random, do not exist.
    public var makeLog: @Sendable () async throws -> any EventLog
    /// Opens a second handle onto the same log, as another process would.
    public var reopen: (@Sendable (any EventLog) async throws -> any EventLog)?
    /// Stops a consumer's heartbeat, so that its lease runs out while it lives.
    public var suspendHeartbeats: (@Sendable (any LogConsumer) async throws -> Void)?
    public var capabilities: Set<Capability>
    /// The shortest session timeout that the log allows.
    public var sessionTimeout: Duration
    /// How long something that must happen may take.
    public var patience: Duration

    public init(
        capabilities: Set<Capability>, sessionTimeout: Duration, patience: Duration = .seconds(30),
        makeLog: @escaping @Sendable () async throws -> any EventLog,
        reopen: (@Sendable (any EventLog) async throws -> any EventLog)? = nil,
        suspendHeartbeats: (@Sendable (any LogConsumer) async throws -> Void)? = nil
    ) {
        self.capabilities = capabilities
        if reopen != nil { self.capabilities.insert(.secondHandle) }
        if suspendHeartbeats != nil { self.capabilities.insert(.suspendsHeartbeats) }
        self.sessionTimeout = sessionTimeout
        self.patience = patience
        self.makeLog = makeLog
        self.reopen = reopen
        self.suspendHeartbeats = suspendHeartbeats
    }
}
