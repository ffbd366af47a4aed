import EventLog
import Synchronization

/// Commits records and offsets of one consumer in transactions, one after the other.
///
/// librdkafka's flags are acted on here: what may be tried again is, what aborts the transaction has it aborted, and a
/// producer that has failed for good is replaced by the next commit.
final class KafkaCommitter: Sendable {
    private let log: KafkaLog
    private let transactionalID: String
    private let queue = BlockingQueue("lapwing.kafka.transactions")
    private let producer = Mutex<RDKafkaProducer?>(nil)
    private let stopping = StopSignal()
    /// How long one call of librdkafka may wait.
    private let slice = Duration.seconds(5)

    init(log: KafkaLog, transactionalID: String) {
        self.log = log
        self.transactionalID = transactionalID
    }

    /// Commits all of it or none of it.
    ///
    /// - Parameter check: throws once the offsets are not the consumer's to commit; asked before each attempt.
    func commit(
        _ records: [RDKafkaProducer.Prepared], _ offsets: [TopicPartition: Int64], of consumer: RDKafkaGroupConsumer,
        check: @escaping @Sendable () throws(EventLogError) -> Void
    ) async throws {
        guard !records.isEmpty || !offsets.isEmpty else { return }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.start { [self] in
                continuation.resume(with: Result { try attempt(records, offsets, consumer, check) })
            }
        }
    }

    func stop() async {
        stopping.stop()
        await withCheckedContinuation { continuation in
            queue.start { [self] in
                producer.withLock { $0 = nil }
                continuation.resume()
            }
        }
    }

    /// Tries again while the group changes, which a member that keeps its partitions survives.
    private func attempt(
        _ records: [RDKafkaProducer.Prepared], _ offsets: [TopicPartition: Int64], _ consumer: RDKafkaGroupConsumer,
        _ check: () throws(EventLogError) -> Void
    ) throws(EventLogError) {
        let deadline = Deadline(after: .seconds(10))
        while true {
            try check()
            do throws(RDKafkaFailure) {
                // Offsets alone need no transaction: the group's coordinator knows who commits them.
                if records.isEmpty { return try consumer.commit(offsets) }
                return try transact(records, offsets, consumer)
            } catch {
                if error.isRebalance, !deadline.hasPassed {
                    for _ in 0..<10 { sleepBriefly() }
                    continue
                }
                var subject = "a transaction of '\(transactionalID)'"
                // Which of them is not said.
                if error.isTopicRefused {
                    let topics = Set(records.map(\.topic)).sorted().map { "'\($0)'" }
                    subject += " to write to \(topics.joined(separator: ", "))"
                }
                throw error.error("commit", subject)
            }
        }
    }

    private func transact(
        _ records: [RDKafkaProducer.Prepared], _ offsets: [TopicPartition: Int64], _ consumer: RDKafkaGroupConsumer
    ) throws(RDKafkaFailure) {
        let producer = try ready()
        try producer.beginTransaction()
        var isCommitting = false
        do throws(RDKafkaFailure) {
            do {
                try producer.send(records, nil) { if stopping.isStopped { throw RDKafkaFailure.stopped } }
            } catch {
                throw error as? RDKafkaFailure ?? RDKafkaFailure.stopped
            }
            if !offsets.isEmpty {
                try retrying(producer) { () throws(RDKafkaFailure) in
                    try producer.sendOffsets(offsets, of: consumer, timeout: slice)
                }
            }
            isCommitting = true
            try retrying(producer) { () throws(RDKafkaFailure) in try producer.commitTransaction(timeout: slice) }
        } catch {
            let cause = producer.undelivered ?? error
            guard !error.isFatal, !producer.isUseless else {
                // The cluster may have heard of the commit. To write all of it again might write it twice.
                var failure = error
                failure.isInDoubt = isCommitting && !error.requiresAbort
                throw failure
            }
            // What cannot be aborted is left to the cluster, which does it when the next producer begins.
            do throws(RDKafkaFailure) {
                try retrying(producer) { () throws(RDKafkaFailure) in try producer.abortTransaction(timeout: slice) }
            } catch {
                self.producer.withLock { $0 = nil }
            }
            // A producer remembers what a topic refused, also when it has been allowed since.
            if cause.isLasting { self.producer.withLock { $0 = nil } }
            throw error.isFenced || error.isRebalance ? error : cause
        }
    }

    /// The producer, made and the only one of its ID.
    private func ready() throws(RDKafkaFailure) -> RDKafkaProducer {
        if let producer = producer.withLock({ $0 }), !producer.isUseless { return producer }
        let made: RDKafkaProducer
        do {
            made = try log.makeProducer(transactionalID: transactionalID)
        } catch {
            throw RDKafkaFailure.invalid(error.detail)
        }
        try retrying(made) { () throws(RDKafkaFailure) in try made.initTransactions(timeout: slice) }
        producer.withLock { $0 = made }
        return made
    }

    /// Calls until it succeeds, fails, or nobody wants it any more.
    private func retrying(_ producer: RDKafkaProducer, _ call: () throws(RDKafkaFailure) -> Void)
        throws(RDKafkaFailure)
    {
        while true {
            do throws(RDKafkaFailure) {
                return try call()
            } catch {
                if let refusal = producer.refusal { throw refusal }
                guard error.isRetriable, !error.requiresAbort, !error.isFatal else { throw error }
                if stopping.isStopped { throw RDKafkaFailure.stopped }
                producer.heard(error)
                sleepBriefly()
            }
        }
    }
}
