internal import EventLog

/// A record that cannot be processed, on its way to topic `deadletter` with its reason and its origin.
struct DeadLetter: Sendable {
    /// The header that carries reason and origin as JSON; the value and the other headers are the record's own.
    static let headerName = "lapwing-deadletter"

    /// Why, in one word of a few, for metrics.
    enum Cause: String, Sendable, Hashable, CaseIterable {
        /// It is no part of a chunk that this version understands.
        case unreadable
        /// The chunk is not what its header says, or does not follow the one before.
        case damaged
        /// The chunk is whole, but no pictures come of it.
        case undecodable
        /// What was found in a chunk cannot be read.
        case detections
    }

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

    /// Bytes of a letter at most: a Kafka client takes a million per record, unless told otherwise.
    static let maxBytes = 990_000

    /// A record that is too large to be written once more with its reason is left out, and the reason says so.
    func outgoing(topics: Topics) -> OutgoingRecord {
        var copy = record.record
        let size = copy.byteCount + reason.utf8.count
        var reason = reason
        if size > Self.maxBytes {
            reason = "\(reason.prefix(1000)) (the record has \(size) bytes, too many for a letter: it is left out)"
            copy = Record(key: copy.key.map { String($0.prefix(1000)) }, value: nil)
        }
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
        copy.headers.append(Record.Header(Self.headerName, json.bytes))
        return OutgoingRecord(topic: topics.deadLetters, partition: record.topicPartition.partition, record: copy)
    }
}
