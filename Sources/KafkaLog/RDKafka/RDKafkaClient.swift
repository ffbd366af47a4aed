internal import CRdKafka
@preconcurrency import Dispatch
import EventLog
internal import Foundation
import Synchronization

/// Owns a client of librdkafka: a producer or a consumer, with its threads and connections.
///
/// The library's functions may be called on a client from any thread; what needs an order is ordered by its owner.
/// Sendable, since the handle is never changed and librdkafka locks what is behind it.
final class RDKafkaClient: @unchecked Sendable {
    enum Kind { case producer, consumer, groupConsumer }

    private let handle: OpaquePointer
    private let kind: Kind
    private let owner: RDKafkaOwner
    let events: RDKafkaEvents

    /// - Parameter properties: by name; later ones win.
    /// - Throws: ``EventLogError`` for properties that librdkafka does not take; their secrets are not in it.
    init(
        _ kind: Kind, _ owner: RDKafkaOwner, properties: [(String, String)]
    ) throws(EventLogError) {
        self.kind = kind
        self.owner = owner
        events = RDKafkaEvents(name: owner.name, logger: owner.logger)
        let configuration: OpaquePointer = rd_kafka_conf_new()
        var text = [CChar](repeating: 0, count: 512)
        func said() -> String {
            String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        for (property, value) in properties {
            if rd_kafka_conf_set(configuration, property, value, &text, text.count) == RD_KAFKA_CONF_OK { continue }
            rd_kafka_conf_destroy(configuration)
            let reason = KafkaProperties.isSecret(property) ? "its value is not taken" : said()
            throw EventLogError(
                .invalidArgument, operation: "configure", detail: "Kafka property '\(property)': \(reason)",
                recovery: .giveUp)
        }
        events.install(in: configuration, of: kind)
        let type = kind == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER
        // On success the configuration is the client's.
        guard let handle = rd_kafka_new(type, configuration, &text, text.count) else {
            rd_kafka_conf_destroy(configuration)
            throw EventLogError(
                .invalidArgument, operation: "configure",
                detail: "\(owner.name): \(said()): check the properties in --kafka-config and LAPWING_KAFKA_…",
                recovery: .giveUp)
        }
        self.handle = handle
        // A member of a group is held by whoever joined, for as long as they like.
        if kind != .groupConsumer { owner.began() }
    }

    deinit {
        // Waits for the library's threads, which may take a while; callbacks may come until then.
        let client = ClientToDestroy(handle: handle, events: events)
        // Up to librdkafka 2.2 destroying a member that joined but was never assigned anything fails an assertion of the
        // cooperative-sticky assignor, which ends the process. It has left its group: rather leave it lying.
        let isFixed = rd_kafka_version() >= 0x0203_0000
        if kind == .groupConsumer, !isFixed, !events.state.withLock({ $0.hasBeenAssigned }) {
            _ = Unmanaged.passRetained(events)
            return
        }
        DispatchQueue.global(qos: .utility).async { [kind, owner] in
            rd_kafka_destroy_flags(client.handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
            withExtendedLifetime(client.events) {}
            if kind != .groupConsumer { owner.ended() }
        }
    }

    private struct ClientToDestroy: @unchecked Sendable {  // Nobody else has the handle any more.
        let handle: OpaquePointer
        let events: RDKafkaEvents
    }

    /// Lends the client to librdkafka's functions.
    func withHandle<Result>(_ body: (OpaquePointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(handle) }
    }
}

/// Serves a client's callbacks on a thread of its own until it is stopped.
final class RDKafkaPump: Sendable {
    private let signal = StopSignal()

    init(_ client: RDKafkaClient) {
        let signal = signal
        Thread.detachNewThread {
            while !signal.isStopped {
                client.withHandle { _ = rd_kafka_poll($0, 100) }
                // Records would wait for minutes for a cluster that does not let them in.
                if client.events.refusal != nil {
                    client.withHandle {
                        _ = rd_kafka_purge($0, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
                    }
                }
            }
        }
    }

    deinit { signal.stop() }

    func stop() { signal.stop() }
}
