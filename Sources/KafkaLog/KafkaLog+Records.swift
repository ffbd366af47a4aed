public import EventLog
import Synchronization

extension KafkaLog {
    public func append(_ records: [OutgoingRecord], onWait: (@Sendable () -> Void)?) async throws {
        try checkOpen("append")
        let prepared = try await prepare(records, "append")
        guard let first = prepared.first else { return }
        let producer = try producer()
        producer.forgetRefusal()
        let delivery = RDKafkaDelivery(count: prepared.count)
        do {
            try await producerQueue.run { [self] signal in
                try producer.send(prepared, delivery) {
                    try signal.check()
                    try checkOpen("append")
                } onWait: {
                    onWait?()
                }
            }
            try await delivery.wait()
        } catch let failure as RDKafkaFailure {
            try checkOpen("append")
            throw (producer.refusal ?? failure).error("append", "topic '\(first.topic)'")
        }
    }

    public func isFull(_ topic: String) async throws -> Bool { false }

    public func offsets(of partition: TopicPartition) async throws -> Range<Int64> {
        try await checkPartition(partition, "look up offsets")
        let all = try await ask("look up offsets", "\(partition)") { (admin, timeout) throws(RDKafkaFailure) in
            try admin.offsets(partition, timeout: timeout)
        }
        // What is being committed is waited for: who restores a state must not miss the end of it.
        var pause = Duration.milliseconds(2)
        while true {
            let committed = try await committedOffsets(of: partition)
            if committed.upperBound >= all.upperBound { return committed }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(200))
        }
    }

    /// Up to where transactions have been decided.
    private func committedOffsets(of partition: TopicPartition) async throws -> Range<Int64> {
        try await ask("look up offsets", "\(partition)", seesAll: false) { (admin, timeout) throws(RDKafkaFailure) in
            try admin.offsets(partition, timeout: timeout)
        }
    }

    public func read(_ partition: TopicPartition, from offset: Int64, maxBytes: Int, wait: Duration) async throws
        -> [LoggedRecord]
    {
        let deadline = Deadline(after: wait)
        try await checkPartition(partition, "read")
        while true {
            let range = try await committedOffsets(of: partition)
            // What was forgotten is passed over.
            let start = max(offset, range.lowerBound)
            if start <= range.upperBound, start < range.upperBound || !deadline.hasPassed {
                let reader = try reader(at: partition, start)
                let found = try await queue.run { [self] signal in
                    try read(reader, partition, start, until: range.upperBound, maxBytes, deadline, signal)
                }
                if let found { return found }
                // The offset was forgotten meanwhile: look again.
                continue
            }
            if deadline.hasPassed { return [] }
            try await Task.sleep(for: .milliseconds(deadline.milliseconds(atMost: .milliseconds(50))))
        }
    }

    /// What there is from `start` to `end`, or, if that is nothing, what comes first; nil when `start` was forgotten.
    private func read(
        _ reader: RDKafkaReader, _ partition: TopicPartition, _ start: Int64, until end: Int64, _ maxBytes: Int,
        _ deadline: Deadline, _ signal: StopSignal
    ) throws -> [LoggedRecord]? {
        var found: [LoggedRecord] = []
        var bytes = 0
        do throws(RDKafkaFailure) { try reader.seek(partition, start) } catch {
            throw error.error("read", "\(partition)")
        }
        while bytes < maxBytes {
            if signal.isStopped { throw CancellationError() }
            try checkOpen("read")
            // What is there is worth waiting for; beyond it, only the first record.
            let isThere = reader.position < end
            if !isThere, deadline.hasPassed { break }
            let slice = found.isEmpty ? deadline.milliseconds(atMost: .milliseconds(100)) : 0
            guard let message = reader.next(milliseconds: isThere ? 100 : slice) else {
                if let refusal = reader.events.refusal { throw refusal.error("read", "\(partition)") }
                if !isThere, !found.isEmpty { break }
                continue
            }
            if let record = message.record() {
                found.append(record)
                bytes += record.record.byteCount
                reader.passed(record.offset)
            } else if let end = message.end {
                reader.reached(end)
            } else if let failure = message.failure {
                if failure.isOffsetGone { return nil }
                let error = failure.error("read", "\(partition)")
                if error.recovery != .retry { throw error }
                reader.events.heard(failure)
            }
        }
        giveBack(reader)
        return found
    }

    private func reader(at partition: TopicPartition, _ offset: Int64) throws(EventLogError) -> RDKafkaReader {
        let idle = shared.withLock { shared -> RDKafkaReader? in
            let index = shared.idleReaders.firstIndex { $0.isAt(partition, offset) }
            guard let index = index ?? shared.idleReaders.indices.first else { return nil }
            return shared.idleReaders.remove(at: index)
        }
        if let idle {
            idle.events.forgetRefusal()
            return idle
        }
        let properties = consumerProperties(
            [], insist: [("enable.partition.eof", "true"), ("auto.offset.reset", "error")])
        return try RDKafkaReader(owner, properties: properties)
    }

    private func giveBack(_ reader: RDKafkaReader) {
        shared.withLock { shared in
            // Each has threads and connections.
            if !closing.isStopped, shared.idleReaders.count < 3 { shared.idleReaders.append(reader) }
        }
    }
}
