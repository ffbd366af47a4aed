internal import CRdKafka
import EventLog

/// Owns a list of partitions with offsets.
struct RDKafkaTopicPartitionList: ~Copyable {
    private let list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: some Collection<TopicPartition>) {
        list = rd_kafka_topic_partition_list_new(Int32(clamping: partitions.count))
        for partition in partitions {
            rd_kafka_topic_partition_list_add(list, partition.topic, Int32(clamping: partition.partition))
        }
    }

    init(_ offsets: [TopicPartition: Int64]) {
        self.init(offsets.keys.sorted())
        for index in 0..<Int(list.pointee.cnt) {
            let element = list.pointee.elems + index
            element.pointee.offset = offsets[Self.partition(element)] ?? Int64(RD_KAFKA_OFFSET_INVALID)
        }
    }

    /// Topics, of which any partition is meant.
    init(topics: [String]) {
        self.init(topics.map { TopicPartition($0, Int(lapwing_RD_KAFKA_PARTITION_UA)) })
    }

    deinit { rd_kafka_topic_partition_list_destroy(list) }

    func withPointer<Result>(_ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) throws -> Result) rethrows
        -> Result
    {
        try body(list)
    }

    /// Throws the first partition's error that a call has left here.
    func checkErrors() throws(RDKafkaFailure) {
        for index in 0..<Int(list.pointee.cnt) { try RDKafkaFailure.check((list.pointee.elems + index).pointee.err) }
    }

    private static func partition(_ element: UnsafeMutablePointer<rd_kafka_topic_partition_t>) -> TopicPartition {
        TopicPartition(String(cString: element.pointee.topic), Int(element.pointee.partition))
    }

    /// The partitions in a list that is somebody else's.
    static func partitions(in list: UnsafePointer<rd_kafka_topic_partition_list_t>) -> [TopicPartition] {
        (0..<Int(list.pointee.cnt)).map { partition(list.pointee.elems + $0) }
    }

    static func partitions(in list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> [TopicPartition] {
        partitions(in: UnsafePointer(list))
    }

    /// The offsets in a list that is somebody else's; partitions without one are left out.
    ///
    /// - Throws: the first partition's error.
    static func offsets(in list: UnsafePointer<rd_kafka_topic_partition_list_t>) throws(RDKafkaFailure)
        -> [TopicPartition: Int64]
    {
        var offsets: [TopicPartition: Int64] = [:]
        for index in 0..<Int(list.pointee.cnt) {
            let element = list.pointee.elems + index
            try RDKafkaFailure.check(element.pointee.err)
            if element.pointee.offset >= 0 { offsets[partition(element)] = element.pointee.offset }
        }
        return offsets
    }
}
