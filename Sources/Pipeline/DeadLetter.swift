internal import EventLog

/// A record that cannot be processed, on its way to topic `deadletter` with its reason and its origin.
struct DeadLetter: Sendable {
    /// The header that carries reason and origin as JSON; the value and the other headers are the record's own.
    static let headerName = "lapwing-deadletter"

    var record: LoggedRecord
    var reason: String

    static let currentSchema = 1

    /// What the header says.
    struct Facts: Decodable {
        var reason: String
        var topic: String
        var partition: Int
        var offset: Int64
    }

    func outgoing(topics: Topics) -> OutgoingRecord {
        var json = JSONWriter()
        json.object {
            $0.key("schema")
            $0.integer(Self.currentSchema)
            $0.key("reason")
            $0.string(reason)
            $0.key("topic")
            $0.string(record.topicPartition.topic)
            $0.key("partition")
            $0.integer(record.topicPartition.partition)
            $0.key("offset")
            $0.integer(record.offset)
        }
        var copy = record.record
        copy.headers.append(Record.Header(Self.headerName, json.bytes))
        return OutgoingRecord(topic: topics.deadLetters, partition: record.topicPartition.partition, record: copy)
    }
}
