/// What is written to a log: a key, a value, headers.
public struct Record: Sendable, Hashable {
    /// Decides the partition, and what compaction keeps; in Lapwing the video ID.
    public var key: String?
    /// The bytes; nil is a tombstone, which compaction takes as "this key is gone".
    public var value: [UInt8]?
    /// Named bytes beside the value, in the order written; names may repeat.
    public var headers: [Header]

    public init(key: String?, value: [UInt8]?, headers: [Header] = []) {
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// One header of a record.
    public struct Header: Sendable, Hashable {
        public var name: String
        public var value: [UInt8]

        public init(_ name: String, _ value: [UInt8]) {
            self.name = name
            self.value = value
        }

        public init(_ name: String, _ value: String) {
            self.init(name, Array(value.utf8))
        }
    }

    /// The value of the last header of that name.
    public func header(_ name: String) -> [UInt8]? {
        headers.last { $0.name == name }?.value
    }

    /// Bytes that this record holds: key, value and headers, without any log's own overhead.
    public var byteCount: Int {
        headers.reduce((key?.utf8.count ?? 0) + (value?.count ?? 0)) { $0 + $1.name.utf8.count + $1.value.count }
    }
}

/// A record on its way into a topic.
public struct OutgoingRecord: Sendable, Hashable {
    public var topic: String
    /// Nil: chosen from the key by ``Partitioner``.
    public var partition: Int?
    public var record: Record

    public init(topic: String, partition: Int? = nil, record: Record) {
        self.topic = topic
        self.partition = partition
        self.record = record
    }
}

/// A record as it lies in a log.
public struct LoggedRecord: Sendable, Hashable {
    public var topicPartition: TopicPartition
    /// Position in the partition, ascending; compaction and retention leave holes.
    public var offset: Int64
    /// When the log took it, in milliseconds since 1970.
    public var timestamp: Int64
    public var record: Record

    public init(topicPartition: TopicPartition, offset: Int64, timestamp: Int64, record: Record) {
        self.topicPartition = topicPartition
        self.offset = offset
        self.timestamp = timestamp
        self.record = record
    }
}
