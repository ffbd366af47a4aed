package import EventLog

extension SQLiteLog {
    /// Stops a consumer's heartbeat, as if its process hung, or lets it go on; for tests of leases that run out.
    ///
    /// Does nothing with a consumer of another kind of log.
    package static func suspendHeartbeats(of consumer: any LogConsumer, _ suspended: Bool = true) {
        (consumer as? SQLiteConsumer)?.suspendHeartbeats(suspended)
    }
}
