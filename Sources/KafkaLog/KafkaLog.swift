public import EventLog
import Logging
import Synchronization

/// A log on an Apache Kafka cluster, by librdkafka.
///
/// Beyond the contract of `EventLog`:
/// - A cluster that has answered once and is away is waited for, with warnings in the log; one that never answered is
///   an error after ``KafkaLogConfiguration/requestTimeout``. One that does not let the user in is an error at once.
/// - Offsets have holes where transactions begin and end, and `offsets(of:)` waits for those that are open: what was
///   being committed when it was asked has been decided when it answers.
/// - Keys are spread by `Partitioner`, which is what Java's clients and librdkafka's `murmur2_random` do.
/// - An append is not atomic: when it fails, some of its records may be in the log.
/// - `deleteConsumed` topics keep their records for ``KafkaLogConfiguration/retention``; capacities are ignored.
public final class KafkaLog: EventLog {
    public let name: String
    let configuration: KafkaLogConfiguration
    private let servers: String
    private let listsAllTopics: Bool
    private let closing = StopSignal()
    /// Whether the cluster has ever answered.
    private let hasAnswered = Atomic(false)
    private let queue = BlockingQueue("lapwing.kafka", isConcurrent: true)
    private let producerQueue = BlockingQueue("lapwing.kafka.producer")
    private let shared = Mutex(Shared())

    private struct Shared {
        var admin: RDKafkaAdmin?
        /// Sees committed records only, while ``admin`` sees all.
        var observer: RDKafkaAdmin?
        var producer: RDKafkaProducer?
        var idleReaders: [RDKafkaReader] = []
        var topics: [String: (partitions: Int, since: ContinuousClock.Instant)] = [:]
        var consumers: [WeakConsumer] = []
    }

    private struct WeakConsumer {
        weak var consumer: KafkaConsumer?
    }

    /// Names the cluster; nothing is asked of it yet.
    ///
    /// - Parameter url: `kafka://host:port[,host:port…]`.
    /// - Throws: ``EventLogError`` for an address or a property that cannot be.
    public convenience init(url: String, configuration: KafkaLogConfiguration = .init()) throws(EventLogError) {
        try self.init(url: url, configuration: configuration, listsAllTopics: false)
    }

    /// - Parameter listsAllTopics: asks for all topics to find one; for librdkafka's mock cluster, which makes every
    ///   topic that is asked for by name.
    package init(url: String, configuration: KafkaLogConfiguration, listsAllTopics: Bool) throws(EventLogError) {
        servers = try Self.servers(of: url)
        name = "kafka://\(servers)"
        self.listsAllTopics = listsAllTopics
        self.configuration = configuration
        for property in configuration.properties.keys.sorted() {
            try KafkaProperties.check(property, origin: "Kafka properties")
        }
        // Properties that librdkafka does not take are said at once.
        _ = try admin(seesAll: true)
    }

    private static func servers(of url: String) throws(EventLogError) -> String {
        let scheme = "kafka://"
        let servers = url.hasPrefix(scheme) ? url.dropFirst(scheme.count) : ""
        let isValid = servers.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { server in
            let parts = server.split(separator: ":", omittingEmptySubsequences: false)
            guard let port = parts.last.flatMap({ UInt16($0) }), parts.count >= 2, port > 0 else { return false }
            // An IPv6 address stands in brackets.
            return !parts[0].isEmpty && (parts.count == 2 || server.hasPrefix("["))
        }
        guard isValid, !servers.contains(where: { $0.isWhitespace || "@/?#".contains($0) }) else {
            throw EventLogError(
                .invalidArgument, operation: "open",
                detail: "a Kafka log must be kafka://host:port[,host:port], for example kafka://localhost:9092; user "
                    + "and password are properties (--kafka-config)",
                recovery: .giveUp)
        }
        return String(servers)
    }

    /// librdkafka's version.
    public static var libraryVersion: String { RDKafkaAdmin.libraryVersion }

    // MARK: - Clients

    func properties(_ defaults: [(String, String)], insist: [(String, String)]) -> [(String, String)] {
        let common = [
            ("bootstrap.servers", servers), ("client.id", "lapwing"), ("log.connection.close", "false"),
            ("reconnect.backoff.max.ms", "5000"),
        ]
        let own = configuration.properties.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return common + defaults + own + insist
    }

    /// A consumer's properties.
    func consumerProperties(_ defaults: [(String, String)], insist: [(String, String)]) -> [(String, String)] {
        properties(
            [("fetch.wait.max.ms", "100"), ("queued.max.messages.kbytes", "8192")] + defaults,
            insist: [
                ("isolation.level", "read_committed"), ("enable.auto.commit", "false"),
                ("enable.auto.offset.store", "false"), ("allow.auto.create.topics", "false"),
            ] + insist)
    }

    func makeProducer(transactionalID: String?) throws(EventLogError) -> RDKafkaProducer {
        var insist = [("enable.idempotence", "true"), ("partitioner", "murmur2_random")]
        var defaults = [("linger.ms", "2"), ("queue.buffering.max.kbytes", "65536")]
        if let transactionalID {
            insist.append(("transactional.id", transactionalID))
            // What a worker that was killed has left open is in the readers' way for so long.
            defaults.append(("transaction.timeout.ms", "30000"))
        } else {
            // A cluster that is away is waited for.
            defaults.append(("message.timeout.ms", "0"))
        }
        return try RDKafkaProducer(
            name: name, properties: properties(defaults, insist: insist), logger: configuration.logger)
    }

    private func admin(seesAll: Bool) throws(EventLogError) -> RDKafkaAdmin {
        try shared.withLock { (shared) throws(EventLogError) in
            if let client = seesAll ? shared.admin : shared.observer { return client }
            let level = ("isolation.level", seesAll ? "read_uncommitted" : "read_committed")
            let client = try RDKafkaAdmin(
                name: name, properties: consumerProperties([], insist: [level]), logger: configuration.logger)
            if seesAll { shared.admin = client } else { shared.observer = client }
            return client
        }
    }

    private func producer() throws(EventLogError) -> RDKafkaProducer {
        try shared.withLock { (shared) throws(EventLogError) in
            if let producer = shared.producer, !producer.isUseless { return producer }
            let producer = try makeProducer(transactionalID: nil)
            shared.producer = producer
            return producer
        }
    }

    func checkOpen(_ operation: String) throws(EventLogError) {
        if closing.isStopped { throw .closed(operation, name) }
    }

    // MARK: - Asking the cluster

    /// Asks until there is an answer; see the type for how long.
    ///
    /// - Parameters:
    ///   - subject: what is asked about, as the beginning of a sentence.
    ///   - slice: how long one attempt may take.
    ///   - patience: after which there is an error in any case; nil: see the type.
    func ask<Answer: Sendable>(
        _ operation: String, _ subject: String, seesAll: Bool = true, slice: Duration = .seconds(1),
        patience: Duration? = nil,
        _ body: @escaping @Sendable (RDKafkaAdmin, Duration) throws(RDKafkaFailure) -> Answer
    ) async throws -> Answer {
        try checkOpen(operation)
        try Task.checkCancellation()
        let admin = try admin(seesAll: seesAll)
        admin.events.forgetRefusal()
        return try await queue.run { [self] signal in
            let deadline = Deadline(after: patience ?? configuration.requestTimeout)
            var pause = 1
            while true {
                do throws(RDKafkaFailure) {
                    let answer = try body(admin, slice)
                    hasAnswered.store(true, ordering: .relaxed)
                    return answer
                } catch {
                    try signal.check()
                    try checkOpen(operation)
                    if let refusal = admin.events.refusal { throw refusal.error(operation, subject) }
                    let failure = error.error(operation, subject)
                    guard failure.recovery == .retry else { throw failure }
                    if deadline.hasPassed, patience != nil || !hasAnswered.load(ordering: .relaxed) {
                        throw EventLogError(
                            .unavailable, operation: operation,
                            detail: "\(name) does not answer (\(error.message)): check the address, and whether "
                                + "security.protocol is as the cluster wants it",
                            recovery: .retry)
                    }
                    admin.events.heard(error)
                    for _ in 0..<pause where !signal.isStopped && !closing.isStopped { sleepBriefly() }
                    pause = min(pause * 2, 100)
                }
            }
        }
    }

    // MARK: - Partitions

    public func partitionCount(of topic: String) async throws -> Int? {
        let remembered = shared.withLock { $0.topics[topic] }
        if let remembered, remembered.since.duration(to: .now) < .seconds(30) {
            try checkOpen("look up a topic")
            return remembered.partitions
        }
        let count = try await ask("look up a topic", "topic '\(topic)'") {
            [listsAllTopics] (admin, timeout) throws(RDKafkaFailure) in
            try admin.partitionCount(topic, listsAll: listsAllTopics, timeout: timeout)
        }
        shared.withLock { $0.topics[topic] = count.map { ($0, .now) } }
        return count
    }

    func forgetTopics() { shared.withLock { $0.topics = [:] } }

    private func checkPartition(_ partition: TopicPartition, _ operation: String) async throws {
        guard let count = try await partitionCount(of: partition.topic) else {
            throw Self.unknownTopic(partition.topic, operation)
        }
        guard (0..<count).contains(partition.partition) else {
            throw Self.unknownPartition(partition, count, operation)
        }
    }

    static func unknownTopic(_ topic: String, _ operation: String) -> EventLogError {
        EventLogError(
            .unknownTopic, operation: operation, detail: "there is no topic '\(topic)': create it first",
            recovery: .giveUp)
    }

    private static func unknownPartition(_ partition: TopicPartition, _ count: Int, _ operation: String)
        -> EventLogError
    {
        EventLogError(
            .unknownPartition, operation: operation,
            detail: "topic '\(partition.topic)' has no partition \(partition.partition): it has \(count), from 0",
            recovery: .giveUp)
    }

    /// Chooses each record's partition: the one asked for, the key's, or any.
    func prepare(_ records: [OutgoingRecord], _ operation: String) async throws -> [RDKafkaProducer.Prepared] {
        var counts: [String: Int] = [:]
        for topic in Set(records.map(\.topic)).sorted() {
            guard let count = try await partitionCount(of: topic), count > 0 else {
                throw Self.unknownTopic(topic, operation)
            }
            counts[topic] = count
        }
        return try records.map { outgoing in
            let count = counts[outgoing.topic] ?? 1
            var partition = outgoing.partition
            if let partition, !(0..<count).contains(partition) {
                throw Self.unknownPartition(TopicPartition(outgoing.topic, partition), count, operation)
            }
            if partition == nil, let key = outgoing.record.key {
                partition = Partitioner.partition(forKey: key, partitions: count)
            }
            return .init(topic: outgoing.topic, partition: partition, record: outgoing.record)
        }
    }

    // MARK: - Records

    public func append(_ records: [OutgoingRecord], onWait: (@Sendable () -> Void)?) async throws {
        try checkOpen("append")
        let prepared = try await prepare(records, "append")
        guard let first = prepared.first else { return }
        let producer = try producer()
        producer.forgetRefusal()
        let delivery = RDKafkaDelivery(count: prepared.count)
        do {
            try await producerQueue.run { [self] signal in
                try producer.send(prepared, delivery) {
                    try signal.check()
                    try checkOpen("append")
                } onWait: {
                    onWait?()
                }
            }
            try await delivery.wait()
        } catch let failure as RDKafkaFailure {
            try checkOpen("append")
            throw (producer.refusal ?? failure).error("append", "topic '\(first.topic)'")
        }
    }

    public func isFull(_ topic: String) async throws -> Bool { false }

    public func offsets(of partition: TopicPartition) async throws -> Range<Int64> {
        try await checkPartition(partition, "look up offsets")
        let all = try await ask("look up offsets", "\(partition)") { (admin, timeout) throws(RDKafkaFailure) in
            try admin.offsets(partition, timeout: timeout)
        }
        // What is being committed is waited for: who restores a state must not miss the end of it.
        var pause = Duration.milliseconds(2)
        while true {
            let committed = try await committedOffsets(of: partition)
            if committed.upperBound >= all.upperBound { return committed }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(200))
        }
    }

    /// Up to where transactions have been decided.
    private func committedOffsets(of partition: TopicPartition) async throws -> Range<Int64> {
        try await ask("look up offsets", "\(partition)", seesAll: false) { (admin, timeout) throws(RDKafkaFailure) in
            try admin.offsets(partition, timeout: timeout)
        }
    }

    public func read(_ partition: TopicPartition, from offset: Int64, maxBytes: Int, wait: Duration) async throws
        -> [LoggedRecord]
    {
        let deadline = Deadline(after: wait)
        try await checkPartition(partition, "read")
        while true {
            let range = try await committedOffsets(of: partition)
            // What was forgotten is passed over.
            let start = max(offset, range.lowerBound)
            if start <= range.upperBound, start < range.upperBound || !deadline.hasPassed {
                let reader = try reader(at: partition, start)
                let found = try await queue.run { [self] signal in
                    try read(reader, partition, start, until: range.upperBound, maxBytes, deadline, signal)
                }
                if let found { return found }
                // The offset was forgotten meanwhile: look again.
                continue
            }
            if deadline.hasPassed { return [] }
            try await Task.sleep(for: .milliseconds(deadline.milliseconds(atMost: .milliseconds(50))))
        }
    }

    /// What there is from `start` to `end`, or, if that is nothing, what comes first; nil when `start` was forgotten.
    private func read(
        _ reader: RDKafkaReader, _ partition: TopicPartition, _ start: Int64, until end: Int64, _ maxBytes: Int,
        _ deadline: Deadline, _ signal: StopSignal
    ) throws -> [LoggedRecord]? {
        var found: [LoggedRecord] = []
        var bytes = 0
        do throws(RDKafkaFailure) { try reader.seek(partition, start) } catch {
            throw error.error("read", "\(partition)")
        }
        while bytes < maxBytes {
            if signal.isStopped { throw CancellationError() }
            try checkOpen("read")
            // What is there is worth waiting for; beyond it, only the first record.
            let isThere = reader.position < end
            if !isThere, deadline.hasPassed { break }
            let slice = found.isEmpty ? deadline.milliseconds(atMost: .milliseconds(100)) : 0
            guard let message = reader.next(milliseconds: isThere ? 100 : slice) else {
                if let refusal = reader.events.refusal { throw refusal.error("read", "\(partition)") }
                if !isThere, !found.isEmpty { break }
                continue
            }
            if let record = message.record() {
                found.append(record)
                bytes += record.record.byteCount
                reader.passed(record.offset)
            } else if let reached = message.end {
                // Only marks of transactions, and what was aborted, lay before the end. What an earlier read came to
                // may be told late.
                if reached >= end, isThere || !found.isEmpty || deadline.hasPassed { break }
            } else if let failure = message.failure {
                if failure.isOffsetGone { return nil }
                let error = failure.error("read", "\(partition)")
                if error.recovery != .retry { throw error }
                reader.events.heard(failure)
            }
        }
        giveBack(reader)
        return found
    }

    private func reader(at partition: TopicPartition, _ offset: Int64) throws(EventLogError) -> RDKafkaReader {
        let idle = shared.withLock { shared -> RDKafkaReader? in
            let index = shared.idleReaders.firstIndex { $0.partition == partition && $0.position == offset }
            guard let index = index ?? shared.idleReaders.indices.first else { return nil }
            return shared.idleReaders.remove(at: index)
        }
        if let idle {
            idle.events.forgetRefusal()
            return idle
        }
        let properties = consumerProperties(
            [], insist: [("enable.partition.eof", "true"), ("auto.offset.reset", "error")])
        return try RDKafkaReader(name: name, properties: properties, logger: configuration.logger)
    }

    private func giveBack(_ reader: RDKafkaReader) {
        shared.withLock { shared in
            // Each has threads and connections.
            if !closing.isStopped, shared.idleReaders.count < 3 { shared.idleReaders.append(reader) }
        }
    }

    // MARK: - Groups

    /// Joins a consumer group; the topics must exist.
    ///
    /// The member's name is its client ID. With the property `group.instance.id` it is a static member of that name:
    /// one that leaves keeps its partitions until its session has timed out.
    public func join(_ configuration: ConsumerConfiguration) async throws -> any LogConsumer {
        try checkOpen("join")
        try Task.checkCancellation()
        func failure(_ detail: String) -> EventLogError {
            EventLogError(.invalidArgument, operation: "join", detail: detail, recovery: .giveUp)
        }
        guard !configuration.group.isEmpty else { throw failure("the group has no name: give it one") }
        guard !configuration.topics.isEmpty else { throw failure("no topics: name one at least") }
        guard configuration.sessionTimeout > .zero else { throw failure("the session timeout must be more than 0") }
        guard configuration.memberID != "" else {
            throw failure("the member has no name: give it one, or none to have one made up")
        }
        for topic in configuration.topics where try await partitionCount(of: topic) == nil {
            throw Self.unknownTopic(topic, "join")
        }
        let consumer = try KafkaConsumer(configuration, log: self)
        shared.withLock { shared in
            shared.consumers.removeAll { $0.consumer == nil }
            shared.consumers.append(WeakConsumer(consumer: consumer))
        }
        return consumer
    }

    public func group(_ name: String) async throws -> GroupDescription? {
        let members = try await ask("describe a group", "group '\(name)'", slice: .seconds(5)) {
            (admin, timeout) throws(RDKafkaFailure) in try admin.members(ofGroup: name, timeout: timeout)
        }
        let committed = try await committedOffsets(ofGroup: name, nil)
        if members == nil, committed.isEmpty { return nil }
        return GroupDescription(
            name: name, members: (members ?? []).sorted { $0.id < $1.id }, committed: committed)
    }

    /// What a group has committed.
    ///
    /// - Parameter partitions: nil: all that it has committed.
    package func committedOffsets(ofGroup name: String, _ partitions: [TopicPartition]?) async throws
        -> [TopicPartition: Int64]
    {
        try await ask("describe a group", "group '\(name)'", slice: .seconds(5)) {
            (admin, timeout) throws(RDKafkaFailure) in
            try admin.committed(byGroup: name, partitions, timeout: timeout)
        }
    }

    // MARK: - Closing

    /// Ends all waiting calls, takes this instance's consumers out of their groups, and lets go of the connections.
    public func close() async {
        closing.stop()
        let (producer, consumers) = shared.withLock { shared in
            defer {
                shared.idleReaders = []
                shared.producer = nil
                shared.admin = nil
                shared.observer = nil
            }
            return (shared.producer, shared.consumers.compactMap(\.consumer))
        }
        producer?.stop()
        for consumer in consumers { try? await consumer.leave() }
    }
}
