import CRdKafkaBaseline
import Foundation

/// librdkafka by itself, in C, on the same cluster.
struct Baseline {
    private let common: [String: String]

    /// - Parameters:
    ///   - servers: the cluster's addresses.
    ///   - properties: how it is reached, as for `KafkaLog`.
    init(servers: String, properties: [String: String]) {
        common = properties.merging(["bootstrap.servers": servers]) { own, _ in own }
    }

    /// Sends a value so many times and waits until all of it is acknowledged; returns the seconds that it took.
    ///
    /// With what `KafkaLog` promises (idempotent, acknowledged by all), and as much in the queue.
    func produce(_ value: [UInt8], times count: Int, keys: Int, to topic: String) throws -> Double {
        let properties = [
            "enable.idempotence": "true", "acks": "all", "partitioner": "murmur2_random", "linger.ms": "2",
            "queue.buffering.max.kbytes": "65536", "message.timeout.ms": "0",
        ]
        var seconds = 0.0
        try call("produce", properties) { properties in
            value.withUnsafeBytes {
                baseline_produce(properties, topic, $0.baseAddress, $0.count, Int32(count), Int32(keys), &seconds)
            }
        }
        return seconds
    }

    /// Receives so many bytes of a topic as a group of its own; returns how many a second, from the first that come.
    ///
    /// With librdkafka's defaults of how much is fetched at once, which are larger than `KafkaLog`'s.
    func consume(bytes: Int, of topic: String) throws -> Double {
        let properties = [
            "group.id": "lapwing-bench-\(UUID().uuidString)", "auto.offset.reset": "earliest",
            "enable.auto.commit": "false", "isolation.level": "read_committed",
            "partition.assignment.strategy": "cooperative-sticky",
        ]
        var speed = 0.0
        try call("consume", properties) { baseline_consume($0, topic, Int64(bytes), &speed) }
        return speed
    }

    func delete(_ topic: String) throws { try call("delete topics", [:]) { baseline_delete_topic($0, topic) } }

    private func call(
        _ operation: String, _ more: [String: String], _ body: (baseline_properties) -> UnsafePointer<CChar>?
    ) throws {
        let all = common.merging(more) { own, _ in own }
        let names = all.keys.map { UnsafePointer(strdup($0)) }
        let values = all.values.map { UnsafePointer(strdup($0)) }
        defer { for text in names + values { free(UnsafeMutablePointer(mutating: text)) } }
        let failure = names.withUnsafeBufferPointer { names in
            values.withUnsafeBufferPointer { values in
                body(baseline_properties(names: names.baseAddress, values: values.baseAddress, count: all.count))
            }
        }
        if let failure { throw BenchError("librdkafka: \(operation): \(String(cString: failure))") }
    }
}
