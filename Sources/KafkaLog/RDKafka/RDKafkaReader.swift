internal import CRdKafka
import EventLog

/// Reads one partition at a time, without a group; one thread at a time.
final class RDKafkaReader: @unchecked Sendable {  // The log lends it to one read at a time.
    private let client: RDKafkaClient
    private var topic: RDKafkaTopic?
    private(set) var partition: TopicPartition?
    /// The offset that the next message will have at least.
    private(set) var position: Int64 = 0
    /// From here to ``position`` there are only marks of transactions, and what was aborted.
    private var nothingFrom: Int64 = 0

    init(_ owner: RDKafkaOwner, properties: [(String, String)]) throws(EventLogError) {
        client = try RDKafkaClient(.consumer, owner, properties: properties)
    }

    deinit { stop() }

    var events: RDKafkaEvents { client.events }

    /// Whether the next message is the one that comes next from this offset on.
    func isAt(_ partition: TopicPartition, _ offset: Int64) -> Bool {
        self.partition == partition && nothingFrom <= offset && offset <= position
    }

    /// Goes to an offset; does nothing where it is there already.
    func seek(_ partition: TopicPartition, _ offset: Int64) throws(RDKafkaFailure) {
        if isAt(partition, offset) { return }
        stop()
        let topic = try RDKafkaTopic(partition.topic, of: client)
        try topic.start(partition.partition, offset)
        self.topic = topic
        self.partition = partition
        position = offset
        nothingFrom = offset
    }

    /// The next message, or nil when none came in time.
    func next(milliseconds: Int32) -> RDKafkaMessage? {
        // Errors of connections come by the client's main queue.
        client.withHandle { _ = rd_kafka_poll($0, 0) }
        guard let topic, let partition else { return nil }
        return topic.next(partition.partition, milliseconds: milliseconds)
    }

    /// Takes note of a record that was delivered.
    func passed(_ offset: Int64) {
        position = offset + 1
        nothingFrom = position
    }

    /// Takes note of an end that was reached, which librdkafka tells once.
    func reached(_ end: Int64) { position = max(position, end) }

    /// Lets go of the partition.
    func stop() {
        if let topic, let partition { topic.stop(partition.partition) }
        topic = nil
        partition = nil
    }
}

/// Owns a client's handle of a topic, and keeps the client.
private final class RDKafkaTopic {
    private let client: RDKafkaClient
    private let handle: OpaquePointer

    init(_ name: String, of client: RDKafkaClient) throws(RDKafkaFailure) {
        self.client = client
        guard let handle = client.withHandle({ rd_kafka_topic_new($0, name, nil) }) else {
            throw RDKafkaFailure(rd_kafka_last_error())
        }
        self.handle = handle
    }

    deinit { rd_kafka_topic_destroy(handle) }

    func start(_ partition: Int, _ offset: Int64) throws(RDKafkaFailure) {
        if rd_kafka_consume_start(handle, Int32(clamping: partition), offset) != 0 {
            throw RDKafkaFailure(rd_kafka_last_error())
        }
    }

    func stop(_ partition: Int) { _ = rd_kafka_consume_stop(handle, Int32(clamping: partition)) }

    func next(_ partition: Int, milliseconds: Int32) -> RDKafkaMessage? {
        RDKafkaMessage(taking: rd_kafka_consume(handle, Int32(clamping: partition), milliseconds))
    }
}
