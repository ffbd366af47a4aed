public import Logging

/// How a ``KafkaLog`` reaches its cluster, and what it makes topics with.
public struct KafkaLogConfiguration: Sendable {
    /// Properties of librdkafka, by name; they win over Lapwing's own defaults.
    ///
    /// Those that exactly-once processing rests on cannot be set (``KafkaProperties/reserved``).
    public var properties: [String: String]
    /// How long a call waits for a cluster that does not answer before it fails with an error that says so.
    public var requestTimeout: Duration
    /// Copies of each partition of new topics; nil: as the cluster is set up.
    public var replicationFactor: Int?
    /// How long new topics of `deleteConsumed` keep their records.
    public var retention: Duration
    /// How many bytes of each partition new topics of `deleteConsumed` keep; nil: as the cluster is set up.
    public var retentionBytes: Int?
    /// Told of brokers that are away, and, at level debug, what librdkafka says.
    public var logger: Logger

    public init(
        properties: [String: String] = [:], requestTimeout: Duration = .seconds(30), replicationFactor: Int? = nil,
        retention: Duration = .seconds(7 * 86400), retentionBytes: Int? = nil,
        logger: Logger = Logger(label: "lapwing.kafka")
    ) {
        self.properties = properties
        self.requestTimeout = requestTimeout
        self.replicationFactor = replicationFactor
        self.retention = retention
        self.retentionBytes = retentionBytes
        self.logger = logger
    }
}
