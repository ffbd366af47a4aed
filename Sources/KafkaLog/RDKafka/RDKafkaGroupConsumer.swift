internal import CRdKafka
import EventLog
import Synchronization

/// A member of a consumer group. One thread polls and closes; pausing and the group's metadata may be asked for by any.
final class RDKafkaGroupConsumer: Sendable {
    /// An answer to a rebalance.
    enum Answer {
        case assign([TopicPartition])
        case unassign([TopicPartition])
    }

    private let client: RDKafkaClient

    init(
        _ owner: RDKafkaOwner, properties: [(String, String)], topics: [String]
    ) throws(EventLogError) {
        client = try RDKafkaClient(.groupConsumer, owner, properties: properties)
        let list = RDKafkaTopicPartitionList(topics: topics)
        let code = client.withHandle { handle in
            // From here on polling the consumer serves everything.
            _ = rd_kafka_poll_set_consumer(handle)
            return list.withPointer { rd_kafka_subscribe(handle, $0) }
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw RDKafkaFailure(code).error("join", owner.name) }
    }

    var events: RDKafkaEvents { client.events }

    /// What made it useless; nil while nothing did. librdkafka calls no callback for it.
    var fatalError: RDKafkaFailure? { client.withHandle { RDKafkaEvents.fatalError(of: $0) } }

    /// The next message, or nil when none came in time. Callbacks are called from in here.
    func poll(milliseconds: Int32) -> RDKafkaMessage? {
        RDKafkaMessage(taking: client.withHandle { rd_kafka_consumer_poll($0, milliseconds) })
    }

    /// The oldest rebalance that has not been answered yet.
    func nextRebalance() -> RDKafkaEvents.Rebalance? {
        client.events.state.withLock { $0.rebalances.isEmpty ? nil : $0.rebalances.removeFirst() }
    }

    func answer(_ answer: Answer) { client.withHandle { Self.obey($0, answer) } }

    /// Answers a rebalance, in the words of the group's protocol.
    static func obey(_ client: OpaquePointer, _ answer: Answer) {
        let isCooperative = rd_kafka_rebalance_protocol(client).map { String(cString: $0) } == "COOPERATIVE"
        switch answer {
        case .assign(let partitions):
            let list = RDKafkaTopicPartitionList(partitions)
            list.withPointer { list in
                if isCooperative {
                    if let error = rd_kafka_incremental_assign(client, list) { rd_kafka_error_destroy(error) }
                } else {
                    _ = rd_kafka_assign(client, list)
                }
                // They may have been paused when they were this member's before.
                _ = rd_kafka_resume_partitions(client, list)
            }
        case .unassign(let partitions):
            if isCooperative {
                let list = RDKafkaTopicPartitionList(partitions)
                list.withPointer {
                    if let error = rd_kafka_incremental_unassign(client, $0) { rd_kafka_error_destroy(error) }
                }
            } else {
                _ = rd_kafka_assign(client, nil)
            }
        }
    }

    func pause(_ partitions: Set<TopicPartition>) {
        let list = RDKafkaTopicPartitionList(partitions)
        list.withPointer { list in client.withHandle { _ = rd_kafka_pause_partitions($0, list) } }
    }

    func resume(_ partitions: Set<TopicPartition>) {
        let list = RDKafkaTopicPartitionList(partitions)
        list.withPointer { list in client.withHandle { _ = rd_kafka_resume_partitions($0, list) } }
    }

    /// Lends what says which member of which generation this is.
    func withGroupMetadata<Result>(_ body: (OpaquePointer?) -> Result) -> Result {
        client.withHandle { handle in
            let metadata = rd_kafka_consumer_group_metadata(handle)
            defer { if let metadata { rd_kafka_consumer_group_metadata_destroy(metadata) } }
            return body(metadata)
        }
    }

    /// Commits offsets by themselves, in the name of this member of its generation. Waits.
    func commit(_ offsets: [TopicPartition: Int64]) throws(RDKafkaFailure) {
        let list = RDKafkaTopicPartitionList(offsets)
        try RDKafkaFailure.check(list.withPointer { list in client.withHandle { rd_kafka_commit($0, list, 0) } })
        try list.checkErrors()
    }

    /// Gives everything back and leaves the group. Waits.
    func close() {
        client.events.state.withLock { $0.isClosing = true }
        client.withHandle { handle in
            // A rebalance that has not been answered would be waited for.
            if nextRebalance() != nil { _ = rd_kafka_assign(handle, nil) }
            _ = rd_kafka_consumer_close(handle)
        }
    }
}
