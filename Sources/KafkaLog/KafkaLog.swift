public import EventLog
import Logging
import Synchronization

/// A log on an Apache Kafka cluster, by librdkafka.
///
/// Beyond the contract of `EventLog`:
/// - A cluster that has answered once and is away is waited for, with warnings in the log; one that never answered is
///   an error after ``KafkaLogConfiguration/requestTimeout``, or ten seconds where nobody listens, there is no such
///   host, or another protocol is spoken. One that does not let the user in is an error at once.
/// - Offsets have holes where transactions begin and end, and `offsets(of:)` waits for those that are open: what was
///   being committed when it was asked has been decided when it answers.
/// - Keys are spread by `Partitioner`, which is what Java's clients and librdkafka's `murmur2_random` do.
/// - An append is not atomic: when it fails, some of its records may be in the log.
/// - `deleteConsumed` topics keep their records for ``KafkaLogConfiguration/retention``, and no more than
///   ``KafkaLogConfiguration/retentionBytes`` of them; capacities are ignored.
public final class KafkaLog: EventLog {
    public let name: String
    let configuration: KafkaLogConfiguration
    let owner: RDKafkaOwner
    private let servers: String
    let listsAllTopics: Bool
    let closing = StopSignal()
    /// Whether the cluster has ever answered.
    let hasAnswered = Atomic(false)
    let queue = BlockingQueue("lapwing.kafka", isConcurrent: true)
    let producerQueue = BlockingQueue("lapwing.kafka.producer")
    let shared = Mutex(Shared())

    /// What all calls have in common: clients are made when they are first needed.
    struct Shared {
        var admin: RDKafkaAdmin?
        /// Sees committed records only, while ``admin`` sees all.
        var observer: RDKafkaAdmin?
        var producer: RDKafkaProducer?
        var idleReaders: [RDKafkaReader] = []
        var topics: [String: (partitions: Int, since: ContinuousClock.Instant)] = [:]
        var consumers: [WeakConsumer] = []
        /// Whether the cluster did not show a topic's settings when it was asked; it is not asked again.
        var hidesSettings = false
    }

    struct WeakConsumer {
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
        owner = RDKafkaOwner(name: name, logger: configuration.logger)
        self.listsAllTopics = listsAllTopics
        self.configuration = configuration
        for property in configuration.properties.keys.sorted() {
            try KafkaProperties.check(property, origin: "Kafka properties")
        }
        try KafkaProperties.checkTokens(configuration.properties)
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
            ("bootstrap.servers", servers), ("client.id", "lapwing"),
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
        // A batch waits for more records until it is full, and large records shall not wait.
        var defaults = [("linger.ms", "2"), ("batch.size", "524288"), ("queue.buffering.max.kbytes", "65536")]
        if let transactionalID {
            insist.append(("transactional.id", transactionalID))
            // What a worker that was killed has left open is in the readers' way for so long.
            defaults.append(("transaction.timeout.ms", "30000"))
        } else {
            // A cluster that is away is waited for.
            defaults.append(("message.timeout.ms", "0"))
        }
        return try RDKafkaProducer(
            owner, properties: properties(defaults, insist: insist))
    }

    func admin(seesAll: Bool) throws(EventLogError) -> RDKafkaAdmin {
        try shared.withLock { (shared) throws(EventLogError) in
            if let client = seesAll ? shared.admin : shared.observer { return client }
            let level = ("isolation.level", seesAll ? "read_uncommitted" : "read_committed")
            let client = try RDKafkaAdmin(
                owner, properties: consumerProperties([], insist: [level]))
            if seesAll { shared.admin = client } else { shared.observer = client }
            return client
        }
    }

    /// Another client instead of one that must forget what it knows.
    func replace(_ client: RDKafkaAdmin, seesAll: Bool) throws(EventLogError) -> RDKafkaAdmin {
        shared.withLock { shared in
            if shared.admin === client { shared.admin = nil }
            if shared.observer === client { shared.observer = nil }
        }
        return try admin(seesAll: seesAll)
    }

    func producer() throws(EventLogError) -> RDKafkaProducer {
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
        await owner.waitForEnd(within: .seconds(5))
    }
}
