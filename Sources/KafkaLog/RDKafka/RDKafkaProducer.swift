internal import CRdKafka
import EventLog
import Synchronization

/// An idempotent producer, with transactions if it has an ID for them.
///
/// Calls that wait are made on the owner's queue. When it has failed for good (``isUseless``) its owner makes another.
final class RDKafkaProducer: Sendable {
    /// A record and where it goes; nil: any partition.
    struct Prepared: Sendable {
        var topic: String
        var partition: Int?
        var record: Record
    }

    private let client: RDKafkaClient
    private let pump: RDKafkaPump

    init(_ owner: RDKafkaOwner, properties: [(String, String)]) throws(EventLogError) {
        client = try RDKafkaClient(.producer, owner, properties: properties)
        pump = RDKafkaPump(client)
    }

    /// Whether it has failed for good.
    var isUseless: Bool { client.events.state.withLock { $0.fatal != nil } }

    /// Why the cluster does not let it in.
    var refusal: RDKafkaFailure? { client.events.refusal }

    func heard(_ failure: RDKafkaFailure) { client.events.heard(failure) }

    func forgetRefusal() { client.events.forgetRefusal() }

    /// Hands records to librdkafka, in order; waits while its queue is full.
    ///
    /// - Parameters:
    ///   - delivery: told of each record; nil: of none, as in a transaction.
    ///   - shouldStop: asked while waiting.
    func send(
        _ records: [Prepared], _ delivery: RDKafkaDelivery?, shouldStop: () throws -> Void, onWait: () -> Void = {}
    ) throws {
        var hasWaited = false
        for (index, record) in records.enumerated() {
            while true {
                let code = produce(record, delivery)
                if code == RD_KAFKA_RESP_ERR_NO_ERROR { break }
                do {
                    guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL else { throw RDKafkaFailure(code) }
                    try shouldStop()
                } catch {
                    delivery?.finish(records.count - index, error as? RDKafkaFailure)
                    throw error
                }
                if !hasWaited { onWait() }
                hasWaited = true
                // The pump's thread hears of deliveries, which make room.
                sleepBriefly()
            }
        }
    }

    private func produce(_ outgoing: Prepared, _ delivery: RDKafkaDelivery?) -> rd_kafka_resp_err_t {
        let record = outgoing.record
        var headers: OpaquePointer?
        if !record.headers.isEmpty {
            headers = rd_kafka_headers_new(record.headers.count)
            for header in record.headers {
                Self.withBytes(header.value) { value, size in
                    _ = rd_kafka_header_add(headers, header.name, -1, value, size)
                }
            }
        }
        let opaque = delivery.map { Unmanaged.passRetained($0) }
        let code = Self.withBytes(record.key.map { Array($0.utf8) }) { key, keySize in
            Self.withBytes(record.value) { value, valueSize in
                client.withHandle {
                    lapwing_produce(
                        $0, outgoing.topic,
                        outgoing.partition.map { Int32(clamping: $0) } ?? lapwing_RD_KAFKA_PARTITION_UA,
                        key, keySize, value, valueSize, headers, opaque?.toOpaque())
                }
            }
        }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            opaque?.release()
            if let headers { rd_kafka_headers_destroy(headers) }
        }
        return code
    }

    /// Lends bytes; a pointer to none if there are no bytes, null if there is no array.
    private static func withBytes<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawPointer?, Int) -> Result) -> Result {
        guard let bytes else { return body(nil, 0) }
        if bytes.isEmpty { return withUnsafeBytes(of: 0) { body($0.baseAddress, 0) } }
        return bytes.withUnsafeBytes { body($0.baseAddress, $0.count) }
    }

    /// Gives up what has not been delivered; deliveries end with an error.
    func stop() {
        client.withHandle { _ = rd_kafka_purge($0, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT) }
    }

    // MARK: Transactions

    /// Makes this producer the only one with its ID; whatever an earlier one left open is aborted. Waits.
    func initTransactions(timeout: Duration) throws(RDKafkaFailure) {
        try check(client.withHandle { rd_kafka_init_transactions($0, timeout.milliseconds) })
    }

    func beginTransaction() throws(RDKafkaFailure) {
        client.events.state.withLock { $0.undelivered = nil }
        try check(client.withHandle { rd_kafka_begin_transaction($0) })
    }

    /// Makes a group's offsets part of the transaction. Waits.
    func sendOffsets(
        _ offsets: [TopicPartition: Int64], of consumer: RDKafkaGroupConsumer, timeout: Duration
    ) throws(RDKafkaFailure) {
        let list = RDKafkaTopicPartitionList(offsets)
        let error = consumer.withGroupMetadata { metadata in
            list.withPointer { list in
                client.withHandle { rd_kafka_send_offsets_to_transaction($0, list, metadata, timeout.milliseconds) }
            }
        }
        try check(error)
    }

    /// Flushes and commits. Waits; what timed out is taken up by calling again.
    func commitTransaction(timeout: Duration) throws(RDKafkaFailure) {
        try check(client.withHandle { rd_kafka_commit_transaction($0, timeout.milliseconds) })
    }

    func abortTransaction(timeout: Duration) throws(RDKafkaFailure) {
        try check(client.withHandle { rd_kafka_abort_transaction($0, timeout.milliseconds) })
    }

    /// Why a record of the transaction could not be delivered, which the transaction's own error does not say.
    var undelivered: RDKafkaFailure? { client.events.state.withLock { $0.undelivered } }

    private func check(_ error: OpaquePointer?) throws(RDKafkaFailure) {
        guard let failure = RDKafkaFailure(taking: error) else { return }
        if failure.isFatal { client.events.state.withLock { $0.fatal = failure } }
        throw failure
    }
}
