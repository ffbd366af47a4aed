internal import CRdKafka
import EventLog

/// Owns a message that was fetched.
struct RDKafkaMessage: ~Copyable {
    private let message: UnsafeMutablePointer<rd_kafka_message_t>

    /// Takes a message over; nil when there is none.
    init?(taking message: UnsafeMutablePointer<rd_kafka_message_t>?) {
        guard let message else { return nil }
        self.message = message
    }

    deinit { rd_kafka_message_destroy(message) }

    /// What came instead of a record.
    var failure: RDKafkaFailure? {
        guard message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var failure = RDKafkaFailure(
            message.pointee.err, rd_kafka_message_errstr(message).map { String(cString: $0) })
        if failure.code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, let topic = message.pointee.rkt {
            failure.message = "topic '\(String(cString: rd_kafka_topic_name(topic)))': \(failure.message)"
        }
        return failure
    }

    /// Where the partition ends, if that is all that it says.
    var end: Int64? { message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF ? message.pointee.offset : nil }

    /// The partition that ends, if that is all that it says.
    var endedPartition: TopicPartition? {
        guard end != nil, let topic = message.pointee.rkt else { return nil }
        return TopicPartition(String(cString: rd_kafka_topic_name(topic)), Int(message.pointee.partition))
    }

    /// The record, copied. Keys that are not UTF-8 are repaired; a value that is null is a tombstone.
    func record() -> LoggedRecord? {
        guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR, let topic = message.pointee.rkt else { return nil }
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = rd_kafka_message_timestamp(message, &type)
        let key = message.pointee.key.map {
            String(decoding: UnsafeRawBufferPointer(start: $0, count: message.pointee.key_len), as: UTF8.self)
        }
        let value = message.pointee.payload.map {
            Array(UnsafeRawBufferPointer(start: $0, count: message.pointee.len))
        }
        return LoggedRecord(
            topicPartition: TopicPartition(
                String(cString: rd_kafka_topic_name(topic)), Int(message.pointee.partition)),
            offset: message.pointee.offset, timestamp: max(0, timestamp),
            record: Record(key: key, value: value, headers: headers()))
    }

    private func headers() -> [Record.Header] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        var headers: [Record.Header] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(list, headers.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let name
        {
            headers.append(
                Record.Header(
                    String(cString: name), value.map { Array(UnsafeRawBufferPointer(start: $0, count: size)) } ?? []))
        }
        return headers
    }
}
