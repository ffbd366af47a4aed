internal import CRdKafka
public import EventLog

/// What librdkafka says went wrong: a code, its words, and the three flags that say what to do.
struct RDKafkaFailure: Error, Sendable {
    var code: rd_kafka_resp_err_t
    var message: String
    /// The same call may succeed later.
    var isRetriable = false
    /// The transaction must be aborted before anything else.
    var requiresAbort = false
    /// The client is of no use any more.
    var isFatal = false
    /// Whether it was done all the same is not known.
    var isInDoubt = false

    init(_ code: rd_kafka_resp_err_t, _ message: String? = nil) {
        self.code = code
        self.message = message ?? String(cString: rd_kafka_err2str(code))
    }

    /// Takes the error over and frees it; nil when there is none.
    init?(taking error: OpaquePointer?) {
        guard let error else { return nil }
        defer { rd_kafka_error_destroy(error) }
        code = rd_kafka_error_code(error)
        message = String(cString: rd_kafka_error_string(error))
        isRetriable = rd_kafka_error_is_retriable(error) != 0
        requiresAbort = rd_kafka_error_txn_requires_abort(error) != 0
        isFatal = rd_kafka_error_is_fatal(error) != 0
    }

    /// The client is being closed.
    static var stopped: RDKafkaFailure { RDKafkaFailure(RD_KAFKA_RESP_ERR__DESTROY) }

    static func invalid(_ message: String) -> RDKafkaFailure { RDKafkaFailure(RD_KAFKA_RESP_ERR__INVALID_ARG, message) }

    /// Whether it only says that the client has failed for good, and not why.
    var isFatalMessage: Bool { code == RD_KAFKA_RESP_ERR__FATAL }

    /// The code as librdkafka and Kafka's documentation name it.
    var name: String { String(cString: rd_kafka_err2name(code)) }

    /// Throws unless the code says that all is well.
    static func check(_ code: rd_kafka_resp_err_t) throws(RDKafkaFailure) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw RDKafkaFailure(code) }
    }

    /// Whether it says that a member of a group, or a producer, has been replaced or removed.
    var isFenced: Bool {
        switch code {
        case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
            RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR__FENCED:
            true
        default: false
        }
    }

    /// Whether it says that the group was changing; the member may still own what it had.
    var isRebalance: Bool {
        code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION || code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS
    }

    /// Whether it says that a group's coordinator is elsewhere, or not ready.
    var isCoordination: Bool {
        switch code {
        case RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
            true
        default: false
        }
    }

    /// Whether a connection broke in mid-handshake, which librdkafka tells in the codes of a refusal.
    ///
    /// Brokers that stop do so, and those that are spoken to in another protocol than theirs.
    private var isBrokenOff: Bool {
        let signs = [
            "unexpected eof", "Disconnected", "Connection reset", "Broken pipe", "Broker transport failure", "imed out",
        ]
        return signs.contains { message.contains($0) }
    }

    /// Whether a connection failed at once, for a reason that seldom goes by itself: nobody listens there, there is no
    /// such host, or another protocol is spoken.
    var isDefinite: Bool {
        code == RD_KAFKA_RESP_ERR__RESOLVE || message.contains("Connection refused")
            || message.contains("security.protocol") || code != RD_KAFKA_RESP_ERR__TRANSPORT && isBrokenOff
    }

    /// Whether it is about a connection.
    var isConnection: Bool {
        switch code {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__SSL,
            RD_KAFKA_RESP_ERR__AUTHENTICATION:
            true
        default: false
        }
    }

    /// Whether it says nothing but that there is no connection.
    var isVague: Bool {
        switch code {
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN: true
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TIMED_OUT:
            message == String(cString: rd_kafka_err2str(code))
        default: false
        }
    }

    /// Whether it says that a group's coordinator is elsewhere.
    var isOtherCoordinator: Bool { code == RD_KAFKA_RESP_ERR_NOT_COORDINATOR }

    /// Whether whoever asks has no leave, which asking again does not change.
    var isRefused: Bool {
        switch code {
        case _ where isBrokenOff: false
        // A broker that wants another certificate says so in an alert and hangs up.
        case RD_KAFKA_RESP_ERR__TRANSPORT:
            message.contains("SSL routines") && (message.contains("certificate") || message.contains("alert"))
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL,
            RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
            true
        default: false
        }
    }

    /// Whether it says that a topic may not be read or written.
    var isTopicRefused: Bool { code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED }

    /// Whether it says that the log no longer holds an offset.
    var isOffsetGone: Bool {
        code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE || code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET
    }

    /// Whether nothing but a person can help.
    var isLasting: Bool { error("", "").recovery == .giveUp }

    /// Whether it says that somebody else leads a partition now.
    var isLeadership: Bool {
        switch code {
        case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH,
            RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
            true
        default: false
        }
    }

    /// As an error of the log.
    ///
    /// - Parameters:
    ///   - operation: what was attempted.
    ///   - subject: what it was applied to, as the beginning of a sentence.
    func error(_ operation: String, _ subject: String) -> EventLogError {
        let said = "\(subject): \(message) (\(name))"
        switch code {
        case _ where isInDoubt:
            return EventLogError(
                .inDoubt, operation: operation,
                detail: "\(said); whether it was written is not known: begin again from what is committed",
                recovery: .abort)
        case _ where isFenced:
            return EventLogError(
                .fenced, operation: operation,
                detail: "\(said); nothing was written: forget what was done, its new owner does it again",
                recovery: .abort)
        case _ where isRefused:
            return EventLogError(
                .refused, operation: operation,
                detail: "\(said): check user, password, certificates and security.protocol in --kafka-config and "
                    + "LAPWING_KAFKA_…",
                recovery: .giveUp)
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            return EventLogError(
                .refused, operation: operation,
                detail: "\(said): have the cluster's administrator allow it", recovery: .giveUp)
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
            return EventLogError(
                .invalidArgument, operation: operation,
                detail: "\(said): a topic's name is 1 to 249 letters, digits, '.', '_' and '-'", recovery: .giveUp)
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
            return EventLogError(
                .unknownTopic, operation: operation, detail: "\(said): create the topic first", recovery: .giveUp)
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            return EventLogError(.unknownPartition, operation: operation, detail: said, recovery: .giveUp)
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
            return EventLogError(
                .recordTooLarge, operation: operation,
                detail: "\(said): send it in smaller records, or raise message.max.bytes", recovery: .giveUp)
        case RD_KAFKA_RESP_ERR__DESTROY, RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
            return EventLogError(.closed, operation: operation, detail: said, recovery: .giveUp)
        case RD_KAFKA_RESP_ERR__INVALID_ARG, RD_KAFKA_RESP_ERR_INVALID_CONFIG, RD_KAFKA_RESP_ERR_INVALID_PARTITIONS,
            RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
            RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT,
            RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
            return EventLogError(.invalidArgument, operation: operation, detail: said, recovery: .giveUp)
        default:
            // What is left are brokers that are away, busy or not yet ready; the transaction, if any, is gone.
            return EventLogError(
                .unavailable, operation: operation, detail: said, recovery: .retry)
        }
    }
}

extension EventLogError.Code {
    /// The cluster does not let this user in, or does not let it do this.
    public static let refused = Self(rawValue: "refused")
    /// Whether it was written is not known.
    static let inDoubt = Self(rawValue: "in doubt")
}

extension EventLogError {
    static func closed(_ operation: String, _ name: String) -> EventLogError {
        EventLogError(.closed, operation: operation, detail: "\(name) was closed", recovery: .giveUp)
    }
}
