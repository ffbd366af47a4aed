internal import CRdKafka
import EventLog

/// Asks a cluster about topics, partitions and groups, and makes topics. Every call waits.
final class RDKafkaAdmin: Sendable {
    private let client: RDKafkaClient
    private let pump: RDKafkaPump

    /// A consumer's client: asking about a topic must not make it, as a producer's client does.
    init(_ owner: RDKafkaOwner, properties: [(String, String)]) throws(EventLogError) {
        client = try RDKafkaClient(.consumer, owner, properties: properties)
        pump = RDKafkaPump(client)
    }

    var events: RDKafkaEvents { client.events }

    static var libraryVersion: String { String(cString: rd_kafka_version_str()) }

    // MARK: Topics and partitions

    /// What brokers tell about a topic.
    struct Topic: Sendable {
        var partitions: Int
        /// On how many brokers its partitions lie: each on as many at least.
        var replicationFactor: Int
    }

    /// A topic by its name; nil when there is none.
    ///
    /// - Parameter listsAll: asks for all topics and looks for it, which makes no topic on clusters that make every one
    ///   that is asked for by name.
    func topic(_ name: String, listsAll: Bool, timeout: Duration) throws(RDKafkaFailure) -> Topic? {
        guard !listsAll else { return try topic(name, nil, timeout) }
        guard let handle = client.withHandle({ rd_kafka_topic_new($0, name, nil) }) else {
            throw RDKafkaFailure(rd_kafka_last_error())
        }
        defer { rd_kafka_topic_destroy(handle) }
        return try topic(name, handle, timeout)
    }

    private func topic(_ name: String, _ handle: OpaquePointer?, _ timeout: Duration) throws(RDKafkaFailure) -> Topic? {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try RDKafkaFailure.check(
            client.withHandle {
                rd_kafka_metadata($0, handle == nil ? 1 : 0, handle, &metadata, timeout.milliseconds)
            })
        guard let metadata else { return nil }
        defer { rd_kafka_metadata_destroy(metadata) }
        let topics = UnsafeBufferPointer(start: metadata.pointee.topics, count: Int(metadata.pointee.topic_cnt))
        guard let found = topics.first(where: { String(cString: $0.topic) == name }) else { return nil }
        switch found.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR: break
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC: return nil
        case let code: throw RDKafkaFailure(code)
        }
        let partitions = UnsafeBufferPointer(start: found.partitions, count: Int(found.partition_cnt))
        for partition in partitions where partition.err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE {
            // A new topic's partitions get their leaders one after the other.
            throw RDKafkaFailure(partition.err)
        }
        return Topic(
            partitions: partitions.count, replicationFactor: partitions.map { Int($0.replica_cnt) }.min() ?? 0)
    }

    /// The first offset held and the one after the last committed record.
    func offsets(_ partition: TopicPartition, timeout: Duration) throws(RDKafkaFailure) -> Range<Int64> {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = client.withHandle {
            rd_kafka_query_watermark_offsets(
                $0, partition.topic, Int32(clamping: partition.partition), &low, &high, timeout.milliseconds)
        }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            let failure = RDKafkaFailure(code)
            // librdkafka keeps to the leader that it knows; asking about the topic tells it of the new one.
            if failure.isLeadership {
                _ = try? topic(partition.topic, listsAll: false, timeout: timeout)
            }
            throw failure
        }
        return max(0, low)..<max(0, low, high)
    }

    /// A topic to be made.
    struct NewTopic: Sendable {
        var name: String
        var partitions: Int
        /// Nil: as the cluster is set up.
        var replicationFactor: Int?
        var configuration: [(String, String)]
    }

    /// Makes a topic; one that is there already is left alone.
    func create(_ topic: NewTopic, timeout: Duration) throws(RDKafkaFailure) {
        var text = [CChar](repeating: 0, count: 256)
        guard
            let new = rd_kafka_NewTopic_new(
                topic.name, Int32(clamping: topic.partitions), Int32(clamping: topic.replicationFactor ?? -1), &text,
                text.count)
        else {
            throw RDKafkaFailure(
                RD_KAFKA_RESP_ERR__INVALID_ARG,
                String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        defer { rd_kafka_NewTopic_destroy(new) }
        for (name, value) in topic.configuration {
            try RDKafkaFailure.check(rd_kafka_NewTopic_set_config(new, name, value))
        }
        try ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout: timeout) { client, options, queue in
            var topics: [OpaquePointer?] = [new]
            rd_kafka_CreateTopics(client, &topics, 1, options, queue)
        } answer: { event throws(RDKafkaFailure) in
            var count = 0
            guard let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            else { return }
            for index in 0..<count {
                let code = rd_kafka_topic_result_error(results[index])
                if code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { continue }
                throw RDKafkaFailure(
                    code, rd_kafka_topic_result_error_string(results[index]).map { String(cString: $0) })
            }
        }
    }

    /// A topic's settings, by name.
    func configuration(ofTopic topic: String, timeout: Duration) throws(RDKafkaFailure) -> [String: String] {
        let resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic)
        defer { rd_kafka_ConfigResource_destroy(resource) }
        return try ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout: timeout) { client, options, queue in
            var resources: [OpaquePointer?] = [resource]
            rd_kafka_DescribeConfigs(client, &resources, 1, options, queue)
        } answer: { event throws(RDKafkaFailure) in
            var found: [String: String] = [:]
            var count = 0
            let result = rd_kafka_event_DescribeConfigs_result(event)
            guard let resources = rd_kafka_DescribeConfigs_result_resources(result, &count), count > 0 else {
                return found
            }
            try RDKafkaFailure.check(rd_kafka_ConfigResource_error(resources[0]))
            var entryCount = 0
            guard let entries = rd_kafka_ConfigResource_configs(resources[0], &entryCount) else { return found }
            for index in 0..<entryCount {
                guard let name = rd_kafka_ConfigEntry_name(entries[index]),
                    let value = rd_kafka_ConfigEntry_value(entries[index])
                else { continue }
                found[String(cString: name)] = String(cString: value)
            }
            return found
        }
    }

    // MARK: Groups

    /// A group's members by the name that they go by; nil when there is no such group.
    func members(ofGroup group: String, timeout: Duration) throws(RDKafkaFailure) -> [GroupDescription.Member]? {
        try ask(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, timeout: timeout) { client, options, queue in
            group.withCString { name in
                var names: [UnsafePointer<CChar>?] = [name]
                rd_kafka_DescribeConsumerGroups(client, &names, 1, options, queue)
            }
        } answer: { event throws(RDKafkaFailure) -> [GroupDescription.Member]? in
            var count = 0
            let result = rd_kafka_event_DescribeConsumerGroups_result(event)
            guard let groups = rd_kafka_DescribeConsumerGroups_result_groups(result, &count), count > 0,
                let found = groups[0]
            else { return nil }
            if let error = rd_kafka_ConsumerGroupDescription_error(found) {
                let code = rd_kafka_error_code(error)
                if code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND { return nil }
                throw RDKafkaFailure(code, String(cString: rd_kafka_error_string(error)))
            }
            if rd_kafka_ConsumerGroupDescription_state(found) == RD_KAFKA_CONSUMER_GROUP_STATE_DEAD { return nil }
            return (0..<rd_kafka_ConsumerGroupDescription_member_count(found)).compactMap { index in
                guard let member = rd_kafka_ConsumerGroupDescription_member(found, index) else { return nil }
                let name =
                    rd_kafka_MemberDescription_group_instance_id(member)
                    ?? rd_kafka_MemberDescription_client_id(member)
                let partitions = rd_kafka_MemberDescription_assignment(member)
                    .flatMap { rd_kafka_MemberAssignment_partitions($0) }
                    .map { RDKafkaTopicPartitionList.partitions(in: $0) }
                return GroupDescription.Member(
                    id: name.map { String(cString: $0) } ?? "", partitions: (partitions ?? []).sorted())
            }
        }
    }

    /// What a group has committed, also in transactions that are just ending.
    ///
    /// - Parameter partitions: nil: all that it has committed.
    func committed(
        byGroup group: String, _ partitions: [TopicPartition]?, timeout: Duration
    ) throws(RDKafkaFailure) -> [TopicPartition: Int64] {
        let list = partitions.map { RDKafkaTopicPartitionList($0) }
        let request: OpaquePointer
        switch list {
        case .some(let list): request = list.withPointer { rd_kafka_ListConsumerGroupOffsets_new(group, $0) }
        case .none: request = rd_kafka_ListConsumerGroupOffsets_new(group, nil)
        }
        defer { rd_kafka_ListConsumerGroupOffsets_destroy(request) }
        return try ask(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, timeout: timeout) { client, options, queue in
            if let error = rd_kafka_AdminOptions_set_require_stable_offsets(options, 1) {
                rd_kafka_error_destroy(error)
            }
            var requests: [OpaquePointer?] = [request]
            rd_kafka_ListConsumerGroupOffsets(client, &requests, 1, options, queue)
        } answer: { event throws(RDKafkaFailure) in
            var count = 0
            let result = rd_kafka_event_ListConsumerGroupOffsets_result(event)
            guard let groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count), count > 0 else {
                return [:]
            }
            if let error = rd_kafka_group_result_error(groups[0]) {
                let code = rd_kafka_error_code(error)
                if code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND { return [:] }
                throw RDKafkaFailure(code, String(cString: rd_kafka_error_string(error)))
            }
            guard let partitions = rd_kafka_group_result_partitions(groups[0]) else { return [:] }
            return try RDKafkaTopicPartitionList.offsets(in: partitions)
        }
    }

    // MARK: Asking

    /// Sends one request and takes its answer apart while it lives.
    private func ask<Answer>(
        _ operation: rd_kafka_admin_op_t, timeout: Duration,
        _ send: (_ client: OpaquePointer, _ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void,
        answer: (_ event: OpaquePointer) throws(RDKafkaFailure) -> Answer
    ) throws(RDKafkaFailure) -> Answer {
        let event = client.withHandle { client -> OpaquePointer? in
            let queue = rd_kafka_queue_new(client)
            defer { rd_kafka_queue_destroy(queue) }
            let options = rd_kafka_AdminOptions_new(client, operation)
            defer { rd_kafka_AdminOptions_destroy(options) }
            var text = [CChar](repeating: 0, count: 256)
            _ = rd_kafka_AdminOptions_set_request_timeout(options, timeout.milliseconds, &text, text.count)
            send(client, options, queue)
            return rd_kafka_queue_poll(queue, timeout.milliseconds &+ 1000)
        }
        guard let event else { throw RDKafkaFailure(RD_KAFKA_RESP_ERR__TIMED_OUT) }
        defer { rd_kafka_event_destroy(event) }
        let code = rd_kafka_event_error(event)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw RDKafkaFailure(code, rd_kafka_event_error_string(event).map { String(cString: $0) })
        }
        return try answer(event)
    }
}
