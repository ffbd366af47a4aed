import EventLog

/// What a check works with: logs that are closed after it, names that nobody else uses, and deadlines.
actor CheckContext {
    nonisolated let fixture: LogFixture
    private let suffix = String(UInt32.random(in: 0...UInt32.max), radix: 36)
    private var logs: [any EventLog] = []

    init(_ fixture: LogFixture) { self.fixture = fixture }

    nonisolated var patience: Duration { fixture.patience }

    /// A log for this check.
    func log() async throws -> any EventLog {
        let log = try await fixture.makeLog()
        logs.append(log)
        return log
    }

    /// The same log by another handle.
    func reopen(_ log: any EventLog) async throws -> any EventLog {
        guard let reopen = fixture.reopen else { throw ConformanceFailure("the fixture has no second handle") }
        let second = try await reopen(log)
        logs.append(second)
        return second
    }

    func close() async {
        for log in logs { await log.close() }
    }

    /// A topic's or a group's name that no other run uses.
    nonisolated func unique(_ name: String) -> String { "\(name)-\(suffix)" }

    /// Makes a topic and returns its name.
    nonisolated func topic(
        _ log: any EventLog, _ name: String = "topic", partitions: Int = 1,
        _ cleanup: TopicSpecification.Cleanup = .keep, capacity: Int? = nil
    ) async throws -> String {
        let name = unique(name)
        try await log.createTopics([.init(name: name, partitions: partitions, cleanup: cleanup, capacity: capacity)])
        return name
    }

    nonisolated func join(
        _ log: any EventLog, _ topics: String..., group: String = "group", member: String? = nil,
        sessionTimeout: Duration? = nil, maxPollBytes: Int = 4 << 20
    ) async throws -> TrackedConsumer {
        let consumer = try await log.join(
            .init(
                group: unique(group), topics: topics, memberID: member,
                sessionTimeout: sessionTimeout ?? max(.seconds(10), fixture.sessionTimeout),
                maxPollBytes: maxPollBytes))
        return TrackedConsumer(consumer)
    }

    /// Polls the members in turn until `isDone`; throws when that takes longer than the fixture's patience.
    nonisolated func poll(
        _ members: [TrackedConsumer], until what: String, _ isDone: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now.advanced(by: patience)
        while try await !isDone() {
            guard ContinuousClock.now < deadline else {
                let states = members.map { "\($0.assigned.sorted()), \($0.records.count) records" }
                throw ConformanceFailure("not within \(patience): \(what); members have: \(states)")
            }
            for member in members { try await member.poll(.milliseconds(20)) }
        }
    }

    /// Waits until `isDone`, without polling anything.
    nonisolated func wait(until what: String, _ isDone: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now.advanced(by: patience)
        while try await !isDone() {
            guard ContinuousClock.now < deadline else { throw ConformanceFailure("not within \(patience): \(what)") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

/// Runs `body`, which must throw an ``EventLogError`` of this code.
func expectError(_ code: EventLogError.Code, _ what: String, _ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as EventLogError {
        try expectEqual(error.code.rawValue, code.rawValue, what)
        return
    } catch {
        throw ConformanceFailure("\(what): expected an EventLogError of code '\(code.rawValue)', found \(error)")
    }
    throw ConformanceFailure("\(what): expected an error of code '\(code.rawValue)', found none")
}
