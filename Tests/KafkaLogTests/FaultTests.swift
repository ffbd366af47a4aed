import EventLog
import Foundation
import KafkaLog
import KafkaLogTesting
import Testing

/// What a cluster may do to its clients, on librdkafka's mock cluster.
@Suite(
    "When Kafka fails",
    .enabled(if: TestedKafka.isWanted, "takes minutes on a cluster in the process: make test-kafka"))
struct FaultTests {
    private let cluster = MockCluster()

    private func log(_ properties: [String: String] = [:]) throws -> MockClusterLog {
        try MockClusterLog(cluster, properties: properties, configuration: quiet)
    }

    private func makeTopics(_ log: MockClusterLog, _ names: String...) async throws {
        try await log.createTopics(names.map { .init(name: $0, partitions: 1, cleanup: .keep) })
    }

    private func record(_ topic: String, _ text: String) -> OutgoingRecord {
        OutgoingRecord(topic: topic, partition: 0, record: Record(key: "k", value: Array(text.utf8)))
    }

    private func values(_ log: MockClusterLog, _ topic: String) async throws -> [String] {
        var all: [String] = []
        try await log.readAll(TopicPartition(topic, 0)) { all.append(text($0)) }
        return all
    }

    private func text(_ record: LoggedRecord) -> String { String(decoding: record.record.value ?? [], as: UTF8.self) }

    /// Joins and polls until the member has its partition and that many records.
    private func join(_ log: MockClusterLog, _ topic: String, member: String? = nil, records: Int) async throws
        -> any LogConsumer
    {
        let consumer = try await log.join(.init(group: "group", topics: [topic], memberID: member))
        let found = try await poll(consumer, records: records)
        #expect(found.count == records)
        return consumer
    }

    @discardableResult
    private func poll(_ consumer: any LogConsumer, records: Int) async throws -> [LoggedRecord] {
        var found: [LoggedRecord] = []
        var isAssigned = false
        let deadline = ContinuousClock.now + .seconds(40)
        while ContinuousClock.now < deadline, found.count < records || records == 0 && !isAssigned {
            switch try await consumer.poll(timeout: .milliseconds(100)) {
            case .records(let records): found += records
            case .assigned: isAssigned = true
            default: break
            }
        }
        return found
    }

    // MARK: Appending

    @Test("appends go through an outage, in order and once", .timeLimit(.minutes(1)))
    func outageWhileAppending() async throws {
        let log = try log()
        try await makeTopics(log, "t")
        try await log.append([record("t", "0")])
        cluster.setDown(true)
        let appending = Task { try await log.append((1..<50).map { record("t", "\($0)") }) }
        try await Task.sleep(for: .seconds(1))
        cluster.setDown(false)
        try await appending.value
        #expect(try await values(log, "t") == (0..<50).map(String.init))
        await log.close()
    }

    @Test(
        "an append is tried again, and its records are there once", .timeLimit(.minutes(1)),
        arguments: [MockCluster.Fault.requestTimedOut, .notLeader, .connectionLoss])
    func appendFault(_ fault: MockCluster.Fault) async throws {
        let log = try log()
        try await makeTopics(log, "t")
        cluster.inject(fault, into: .produce, times: 2)
        try await log.append((0..<10).map { record("t", "\($0)") })
        #expect(try await values(log, "t") == (0..<10).map(String.init))
        await log.close()
    }

    @Test("an append that waits for a cluster that is away ends when it is cancelled", .timeLimit(.minutes(1)))
    func cancelledAppend() async throws {
        let log = try log()
        try await makeTopics(log, "t")
        try await log.append([record("t", "0")])
        cluster.setDown(true)
        let appending = Task { try await log.append([record("t", "1")]) }
        try await Task.sleep(for: .milliseconds(200))
        appending.cancel()
        await #expect(throws: CancellationError.self) { try await appending.value }
        cluster.setDown(false)
        await log.close()
    }

    @Test("a slow cluster is only slow", .timeLimit(.minutes(1)))
    func slowness() async throws {
        let log = try log()
        try await makeTopics(log, "t")
        try await log.append([record("t", "0")])
        cluster.setLatency(200)
        try await log.append([record("t", "1")])
        #expect(try await values(log, "t") == ["0", "1"])
        cluster.setLatency(0)
        await log.close()
    }

    @Test("a partition's leader may change", .timeLimit(.minutes(1)))
    func newLeader() async throws {
        let log = try log()
        try await makeTopics(log, "t")
        for broker: Int32 in 1...3 {
            cluster.setLeader(of: TopicPartition("t", 0), broker: broker)
            try await log.append([record("t", "\(broker)")])
        }
        #expect(try await values(log, "t") == ["1", "2", "3"])
        await log.close()
    }

    // MARK: Consuming

    @Test(
        "a group survives its coordinator's troubles", .timeLimit(.minutes(1)),
        arguments: [MockCluster.Request.findCoordinator, .joinGroup, .syncGroup, .offsetFetch])
    func coordinatorFault(_ request: MockCluster.Request) async throws {
        let log = try log()
        try await makeTopics(log, "t")
        try await log.append((0..<5).map { record("t", "\($0)") })
        let fault: MockCluster.Fault = request == .findCoordinator ? .coordinatorNotAvailable : .notCoordinator
        cluster.inject(fault, into: request, times: 2)
        let consumer = try await join(log, "t", records: 5)
        try await consumer.commit(.init(offsets: [TopicPartition("t", 0): 5]))
        try await consumer.leave()
        #expect(try await log.group("group")?.committed == [TopicPartition("t", 0): 5])
        await log.close()
    }

    @Test("a consumer goes on after an outage", .timeLimit(.minutes(1)))
    func outageWhilePolling() async throws {
        let log = try log()
        try await makeTopics(log, "t")
        try await log.append([record("t", "0")])
        let consumer = try await join(log, "t", records: 1)
        try await consumer.commit(.init(offsets: [TopicPartition("t", 0): 1]))
        cluster.setDown(true)
        for _ in 0..<10 { _ = try await consumer.poll(timeout: .milliseconds(100)) }
        cluster.setDown(false)
        try await log.append([record("t", "1")])
        #expect(try await poll(consumer, records: 1).map(text) == ["1"])
        try await consumer.leave()
        await log.close()
    }

    @Test("one that leaves before it was given anything does so in peace", .timeLimit(.minutes(1)))
    func earlyLeave() async throws {
        let log = try log()
        try await makeTopics(log, "t")
        for milliseconds in [0, 300, 3100] {
            let consumer = try await log.join(.init(group: "group-\(milliseconds)", topics: ["t"]))
            try await Task.sleep(for: .milliseconds(milliseconds))
            try await consumer.leave()
        }
        await log.close()
    }

    @Test("one that leaves in the middle of giving partitions back does so at once", .timeLimit(.minutes(1)))
    func leaveWhileRevoked() async throws {
        let log = try log()
        try await log.createTopics([.init(name: "t", partitions: 2, cleanup: .keep)])
        let first = try await join(log, "t", records: 0)
        let second = try await log.join(.init(group: "group", topics: ["t"]))
        var isRevoked = false
        let deadline = ContinuousClock.now + .seconds(30)
        while !isRevoked, ContinuousClock.now < deadline {
            if case .revoked = try await first.poll(timeout: .milliseconds(20)) { isRevoked = true }
            if !isRevoked { _ = try await second.poll(timeout: .milliseconds(20)) }
        }
        #expect(isRevoked)
        let time = try await ContinuousClock().measure { try await first.leave() }
        #expect(time < .seconds(9))
        try await second.leave()
        await log.close()
    }

    // MARK: Committing

    @Test(
        "a transaction is tried again until it is committed, once", .timeLimit(.minutes(1)),
        arguments: [
            (MockCluster.Request.initProducerID, MockCluster.Fault.notCoordinator),
            (.addPartitionsToTransaction, .concurrentTransactions), (.addPartitionsToTransaction, .notCoordinator),
            (.addOffsetsToTransaction, .coordinatorNotAvailable), (.transactionOffsetCommit, .notCoordinator),
            (.produce, .requestTimedOut), (.endTransaction, .notCoordinator), (.endTransaction, .connectionLoss),
        ])
    func retriedCommit(_ request: MockCluster.Request, _ fault: MockCluster.Fault) async throws {
        let log = try log()
        try await makeTopics(log, "source", "results")
        try await log.append([record("source", "0")])
        let consumer = try await join(log, "source", records: 1)
        cluster.inject(fault, into: request, times: 2)
        try await consumer.commit(
            .init(records: [record("results", "a"), record("results", "b")], offsets: [TopicPartition("source", 0): 1]))
        #expect(try await values(log, "results") == ["a", "b"])
        try await consumer.leave()
        await log.close()
    }

    @Test("a transaction goes through an outage", .timeLimit(.minutes(1)))
    func outageWhileCommitting() async throws {
        let log = try log()
        try await makeTopics(log, "source", "results")
        try await log.append([record("source", "0")])
        let consumer = try await join(log, "source", records: 1)
        let partition = TopicPartition("source", 0)
        try await consumer.commit(.init(records: [record("results", "a")], offsets: [partition: 1]))
        cluster.setDown(true)
        let committing = Task { try await consumer.commit(.init(records: [record("results", "b")])) }
        try await Task.sleep(for: .seconds(1))
        cluster.setDown(false)
        try await committing.value
        #expect(try await values(log, "results") == ["a", "b"])
        try await consumer.leave()
        await log.close()
    }

    @Test("a commit while the group changes is tried again", .timeLimit(.minutes(1)))
    func changingGroup() async throws {
        let log = try log()
        try await makeTopics(log, "source", "results")
        try await log.append([record("source", "0")])
        let consumer = try await join(log, "source", records: 1)
        cluster.inject(.illegalGeneration, into: .transactionOffsetCommit)
        try await consumer.commit(
            .init(records: [record("results", "a")], offsets: [TopicPartition("source", 0): 1]))
        // Twice on the mock cluster, which shows aborted transactions.
        #expect(Set(try await values(log, "results")) == ["a"])
        try await consumer.leave()
        await log.close()
    }

    @Test(
        "a fenced commit says so, and the partition comes again from what is committed", .timeLimit(.minutes(1)),
        arguments: [
            (MockCluster.Request.endTransaction, MockCluster.Fault.producerFenced),
            (.addPartitionsToTransaction, .invalidProducerEpoch), (.transactionOffsetCommit, .unknownMember),
        ])
    func fenced(_ request: MockCluster.Request, _ fault: MockCluster.Fault) async throws {
        let log = try log()
        try await makeTopics(log, "source", "results")
        try await log.append((0..<3).map { record("source", "\($0)") })
        let consumer = try await join(log, "source", records: 3)
        let partition = TopicPartition("source", 0)
        try await consumer.commit(.init(offsets: [partition: 1]))
        cluster.inject(fault, into: request)
        let error = await #expect(throws: EventLogError.self) {
            try await consumer.commit(.init(records: [record("results", "never")], offsets: [partition: 3]))
        }
        #expect(error?.code == .fenced)
        #expect(error?.recovery == .abort)
        var wasLost = false
        var again: [String] = []
        let deadline = ContinuousClock.now + .seconds(30)
        while again.count < 2, ContinuousClock.now < deadline {
            switch try await consumer.poll(timeout: .milliseconds(100)) {
            case .lost: wasLost = true
            case .records(let records): again += records.map(text)
            default: break
            }
        }
        #expect(wasLost)
        #expect(again == ["1", "2"])
        // The producer was replaced.
        try await consumer.commit(.init(records: [record("results", "once")], offsets: [partition: 3]))
        #expect(try await values(log, "results").last == "once")
        try await consumer.leave()
        await log.close()
    }

    @Test(
        "a commit of which nobody knows whether it was done is not done again: the partition begins again",
        .timeLimit(.minutes(1)))
    func commitInDoubt() async throws {
        let log = try log()
        try await makeTopics(log, "source", "results")
        try await log.append([record("source", "0")])
        let consumer = try await join(log, "source", records: 1)
        cluster.inject(.invalidTransactionState, into: .endTransaction)
        let partition = TopicPartition("source", 0)
        for _ in 1...2 {
            let error = await #expect(throws: EventLogError.self) {
                try await consumer.commit(.init(records: [record("results", "a")], offsets: [partition: 1]))
            }
            #expect(error?.code == .fenced)
            #expect(error?.recovery == .abort)
        }
        #expect(try await poll(consumer, records: 1).map(text) == ["0"])
        try await consumer.commit(.init(records: [record("results", "a")], offsets: [partition: 1]))
        try await consumer.leave()
        await log.close()
    }

    @Test("what is not allowed aborts the transaction and is said; the next one succeeds", .timeLimit(.minutes(1)))
    func refused() async throws {
        let log = try log()
        try await makeTopics(log, "source", "results")
        let consumer = try await join(log, "source", records: 0)
        cluster.inject(.topicAuthorizationFailed, into: .produce)
        let error = await #expect(throws: EventLogError.self) {
            try await consumer.commit(.init(records: [record("results", "never")]))
        }
        #expect(error?.code == .refused)
        #expect(error?.recovery == .giveUp)
        // Not that the others were purged with it.
        #expect(error?.detail.contains("topic 'results': ") == true, "\(String(describing: error))")
        try await consumer.commit(.init(records: [record("results", "a")]))
        #expect(try await values(log, "results") == ["a"])
        try await consumer.leave()
        await log.close()
    }

    // MARK: Reaching it

    @Test("a cluster that never answers is an error that says so", .timeLimit(.minutes(1)))
    func nobodyThere() async throws {
        var configuration = quiet
        configuration.requestTimeout = .seconds(1)
        let log = try KafkaLog(url: "kafka://127.0.0.1:1", configuration: configuration)
        let clock = ContinuousClock()
        let time = await clock.measure {
            let error = await #expect(throws: EventLogError.self) { _ = try await log.partitionCount(of: "t") }
            #expect(error?.code == .unavailable)
            #expect(error?.detail.contains("kafka://127.0.0.1:1 does not answer") == true)
        }
        #expect(time < .seconds(10))
        await log.close()
    }

    @Test(
        "where nobody listens or there is no such host is an error after ten seconds that says why",
        .timeLimit(.minutes(1)),
        arguments: [("127.0.0.1:1", "Connection refused"), ("no-such-host.invalid:9092", "Failed to resolve")])
    func wrongAddress(_ server: String, _ why: String) async throws {
        let log = try KafkaLog(url: "kafka://\(server)", configuration: quiet)
        let time = await ContinuousClock().measure {
            let error = await #expect(throws: EventLogError.self) { _ = try await log.partitionCount(of: "t") }
            #expect(error?.detail.contains(why) == true, "\(String(describing: error))")
        }
        #expect((.seconds(9)..<(.seconds(20))).contains(time))
        await log.close()
    }

    @Test("a cluster that answered once is waited for", .timeLimit(.minutes(1)))
    func backAgain() async throws {
        var configuration = quiet
        configuration.requestTimeout = .milliseconds(100)
        let log = try MockClusterLog(cluster, configuration: configuration)
        try await makeTopics(log, "t")
        try await log.append([record("t", "0")])
        cluster.setDown(true)
        let asking = Task { try await log.offsets(of: TopicPartition("t", 0)) }
        try await Task.sleep(for: .seconds(2))
        cluster.setDown(false)
        #expect(try await asking.value == 0..<1)
        await log.close()
    }
}
