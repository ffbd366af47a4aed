internal import CRdKafka
public import EventLog
import Synchronization

/// librdkafka's mock cluster: brokers in this process that speak Kafka's protocol, and fail when they are told to.
///
/// What it cannot do (librdkafka 2.0.2): it makes topics for nobody but ``createTopic(_:)``, describes neither groups
/// nor settings, does not compact, keeps 5 MB per partition, shows aborted transactions to every reader, and forgets the
/// offsets of transactions, whoever commits them.
public final class MockCluster: @unchecked Sendable {  // librdkafka locks the cluster; the rest is behind a mutex.
    private let client: OpaquePointer
    private let cluster: OpaquePointer
    private let topics = Mutex<[String: TopicSpecification]>([:])
    private let groups = Mutex<Set<String>>([])

    /// A request of Kafka's protocol, by its key.
    public enum Request: Int16, Sendable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case leaveGroup = 13
        case syncGroup = 14
        case initProducerID = 22
        case addPartitionsToTransaction = 24
        case addOffsetsToTransaction = 25
        case endTransaction = 26
        case transactionOffsetCommit = 28
    }

    /// What a broker answers in place of doing what was asked, by Kafka's error codes.
    public enum Fault: Int32, Sendable {
        /// The broker closes the connection.
        case connectionLoss = -195
        case requestTimedOut = 7
        case notLeader = 6
        case coordinatorNotAvailable = 15
        case notCoordinator = 16
        case illegalGeneration = 22
        case unknownMember = 25
        case rebalanceInProgress = 27
        case topicAuthorizationFailed = 29
        case invalidProducerEpoch = 47
        case invalidTransactionState = 48
        case concurrentTransactions = 51
        case producerFenced = 90
    }

    /// Starts the brokers.
    public init(brokers: Int = 3) {
        var text = [CChar](repeating: 0, count: 256)
        let configuration = rd_kafka_conf_new()
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &text, text.count),
            let cluster = rd_kafka_mock_cluster_new(client, Int32(brokers))
        else { fatalError("the mock cluster cannot be started") }
        self.client = client
        self.cluster = cluster
    }

    deinit {
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(client)
    }

    /// Where it is, as `--log` takes it.
    public var url: String { "kafka://" + String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

    // MARK: Topics

    /// Makes a topic; as in `EventLog`, one that exists otherwise is a mismatch.
    public func createTopic(_ topic: TopicSpecification) throws(EventLogError) {
        let existing = topics.withLock { topics in
            defer { if topics[topic.name] == nil { topics[topic.name] = topic } }
            return topics[topic.name]
        }
        if let existing {
            guard existing.partitions == topic.partitions, existing.cleanup == topic.cleanup else {
                throw EventLogError(
                    .topicMismatch, operation: "create topics", detail: "topic '\(topic.name)' exists otherwise",
                    recovery: .giveUp)
            }
            return
        }
        let code = rd_kafka_mock_topic_create(cluster, topic.name, Int32(topic.partitions), 3)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw EventLogError(
                .invalidArgument, operation: "create topics", detail: String(cString: rd_kafka_err2str(code)),
                recovery: .giveUp)
        }
    }

    /// What a topic was made with; nil for topics that the cluster made by itself.
    func cleanup(of topic: String) -> TopicSpecification.Cleanup? { topics.withLock { $0[topic]?.cleanup } }

    /// All partitions of all topics.
    var partitions: [TopicPartition] {
        topics.withLock { topics in
            topics.values.flatMap { topic in (0..<topic.partitions).map { TopicPartition(topic.name, $0) } }.sorted()
        }
    }

    /// Whether a group was ever joined, which is when it begins to be.
    func hasGroup(_ name: String) -> Bool { groups.withLock { $0.contains(name) } }

    func noteGroup(_ name: String) { groups.withLock { _ = $0.insert(name) } }

    // MARK: Faults

    /// Has the next requests of this kind fail, whichever broker they reach.
    public func inject(_ fault: Fault, into request: Request, times: Int = 1) {
        let errors = [rd_kafka_resp_err_t](repeating: rd_kafka_resp_err_t(rawValue: fault.rawValue), count: times)
        rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, times, errors)
    }

    /// Takes brokers away, or brings them back.
    public func setDown(_ isDown: Bool, brokers: ClosedRange<Int32> = 1...3) {
        for broker in brokers {
            _ = isDown ? rd_kafka_mock_broker_set_down(cluster, broker) : rd_kafka_mock_broker_set_up(cluster, broker)
        }
    }

    /// How long each answer of a broker takes, in milliseconds.
    public func setLatency(_ milliseconds: Int32, brokers: ClosedRange<Int32> = 1...3) {
        for broker in brokers { rd_kafka_mock_broker_set_rtt(cluster, broker, milliseconds) }
    }

    /// Makes a broker (from 1) the leader of a partition.
    public func setLeader(of partition: TopicPartition, broker: Int32) {
        rd_kafka_mock_partition_set_leader(cluster, partition.topic, Int32(partition.partition), broker)
    }

    /// Makes a broker (from 1) the coordinator of a group.
    public func setCoordinator(ofGroup group: String, broker: Int32) {
        rd_kafka_mock_coordinator_set(cluster, "group", group, broker)
    }

    /// Makes a broker (from 1) the coordinator of a transactional ID.
    public func setCoordinator(ofTransactions id: String, broker: Int32) {
        rd_kafka_mock_coordinator_set(cluster, "transaction", id, broker)
    }
}
