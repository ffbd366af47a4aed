internal import CRdKafka
import EventLog
import Logging
import Synchronization

/// What a client's callbacks have heard; librdkafka's threads write it, the owner of the client reads it.
final class RDKafkaEvents: Sendable {
    /// What a group's rebalance asks for.
    struct Rebalance: Sendable {
        enum Kind { case assign, revoke, lose }
        var kind: Kind
        var partitions: [TopicPartition]
    }

    struct State {
        /// Why the cluster does not let this client in.
        var refusal: RDKafkaFailure?
        /// Why the client is of no use any more.
        var fatal: RDKafkaFailure?
        /// Why the first record of the transaction that could not be delivered was not.
        var undelivered: RDKafkaFailure?
        var rebalances: [Rebalance] = []
        /// Whether the group has ever given this consumer partitions, or told it that it has none.
        var hasBeenAssigned = false
        /// A consumer that is closing gives everything back at once.
        var isClosing = false
        var lastWarning: ContinuousClock.Instant?
        /// Why the last connection failed, and when.
        var lostConnection: (why: RDKafkaFailure, since: ContinuousClock.Instant)?
    }

    let state = Mutex(State())
    private let logger: Logger
    private let name: String

    init(name: String, logger: Logger) {
        self.name = name
        self.logger = logger
    }

    /// Forgets an earlier refusal: what follows is a new attempt.
    func forgetRefusal() { state.withLock { $0.refusal = nil } }

    var refusal: RDKafkaFailure? { state.withLock { $0.refusal } }

    /// What a failure that only says that there is no connection comes from, as far as is known.
    func cause(of failure: RDKafkaFailure) -> RDKafkaFailure {
        guard failure.isVague, let lost = state.withLock({ $0.lostConnection }) else { return failure }
        // librdkafka says the same thing again after half a minute only.
        return lost.since.duration(to: .now) < .seconds(60) ? lost.why : failure
    }

    func heard(_ failure: RDKafkaFailure) {
        var failure = failure
        // How long the connection lived, and how often it was the same.
        failure.message.replace(#/ \(after \d+ms in state [^()]*(\(s\)[^()]*)?\)/#, with: "")
        failure = cause(of: failure)
        let isWorthSaying = state.withLock { state in
            if failure.isFatal { state.fatal = failure }
            if failure.isRefused { state.refusal = failure }
            if !failure.isVague, failure.isConnection { state.lostConnection = (failure, .now) }
            // That brokers are away says nothing without why, which comes at once or never.
            if failure.code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN { return false }
            // Every broker reports itself again and again.
            let now = ContinuousClock.now
            if let last = state.lastWarning, last.duration(to: now) < .seconds(10), !failure.isFatal { return false }
            state.lastWarning = now
            return true
        }
        guard isWorthSaying else { return }
        logger.warning(
            failure.isFatal || failure.isRefused ? "Kafka refuses" : "Kafka is away: trying again",
            metadata: ["log": "\(name)", "reason": "\(failure.message)", "code": "\(failure.name)"])
    }

    func said(_ facility: String, _ text: String) {
        logger.debug("librdkafka: \(text)", metadata: ["log": "\(name)", "facility": "\(facility)"])
    }

    // MARK: Callbacks

    /// The object that a client's opaque pointer stands for; the client keeps it.
    private static func of(_ opaque: UnsafeMutableRawPointer?) -> RDKafkaEvents? {
        opaque.map { Unmanaged<RDKafkaEvents>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Has the callbacks of a configuration write to this object, which must live as long as the client.
    func install(in configuration: OpaquePointer, of kind: RDKafkaClient.Kind) {
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
        rd_kafka_conf_set_error_cb(configuration) { client, code, reason, opaque in
            guard let events = RDKafkaEvents.of(opaque) else { return }
            var failure = RDKafkaFailure(
                rd_kafka_resp_err_t(rawValue: code), reason.map { String(cString: $0) })
            if failure.code == RD_KAFKA_RESP_ERR__FATAL {
                failure = RDKafkaEvents.fatalError(of: client) ?? failure
                failure.isFatal = true
            }
            events.heard(failure)
        }
        rd_kafka_conf_set_log_cb(configuration) { client, _, facility, text in
            guard let client, let events = RDKafkaEvents.of(rd_kafka_opaque(client)), let facility, let text else {
                return
            }
            events.said(String(cString: facility), String(cString: text))
        }
        switch kind {
        case .producer:
            rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
                guard let message else { return }
                let code = message.pointee.err
                if let delivery = message.pointee._private {
                    Unmanaged<RDKafkaDelivery>.fromOpaque(delivery).takeRetainedValue().delivered(code)
                } else if code != RD_KAFKA_RESP_ERR_NO_ERROR, let events = RDKafkaEvents.of(opaque) {
                    events.failed(code, topic: message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) })
                }
            }
        case .groupConsumer:
            rd_kafka_conf_set_rebalance_cb(configuration) { client, code, list, opaque in
                guard let client, let events = RDKafkaEvents.of(opaque) else { return }
                events.rebalance(client, code, list.map { RDKafkaTopicPartitionList.partitions(in: $0) } ?? [])
            }
        case .consumer: break
        }
    }

    /// Notes why a record of a transaction was not delivered.
    private func failed(_ code: rd_kafka_resp_err_t, topic: String?) {
        // Those that went down with it say nothing of why.
        if code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT { return }
        var failure = RDKafkaFailure(code)
        if let topic { failure.message = "topic '\(topic)': \(failure.message)" }
        state.withLock { state in if state.undelivered == nil { state.undelivered = failure } }
    }

    /// What made a client useless.
    static func fatalError(of client: OpaquePointer?) -> RDKafkaFailure? {
        guard let client, rd_kafka_fatal_error(client, nil, 0) != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var text = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(client, &text, text.count)
        var failure = RDKafkaFailure(
            code, String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        failure.isFatal = true
        return failure
    }

    /// Notes what is asked for, so that the poll that called can tell its caller before it obeys.
    private func rebalance(_ client: OpaquePointer, _ code: rd_kafka_resp_err_t, _ partitions: [TopicPartition]) {
        let kind: Rebalance.Kind =
            switch code {
            case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS: .assign
            case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS: rd_kafka_assignment_lost(client) != 0 ? .lose : .revoke
            default: .lose
            }
        let isClosing = state.withLock { state in
            if kind == .assign { state.hasBeenAssigned = true }
            if !state.isClosing { state.rebalances.append(Rebalance(kind: kind, partitions: partitions)) }
            return state.isClosing
        }
        if isClosing { RDKafkaGroupConsumer.obey(client, kind == .assign ? .assign([]) : .unassign(partitions)) }
    }
}
