import CRdKafka
import EventLog
import Testing

@Suite("Partitions of keys")
struct PartitioningTests {
    @Test("are those of librdkafka's murmur2_random, which is Java's")
    func agrees() {
        let keys = (0..<500).map { "video-\($0)" } + ["a", "ab", "abc", "abcd", "ключ", "große Länge", ""]
        for partitions in [1, 2, 7, 12, 16, 1000] {
            for key in keys {
                var bytes = Array(key.utf8)
                // An empty key is a key; it needs an address.
                if bytes.isEmpty { bytes.reserveCapacity(1) }
                let theirs = bytes.withUnsafeBytes {
                    rd_kafka_msg_partitioner_murmur2(
                        nil, $0.baseAddress, $0.count, Int32(partitions), nil, nil)
                }
                #expect(Partitioner.partition(forKey: key, partitions: partitions) == Int(theirs), "\(key)")
            }
        }
    }
}
