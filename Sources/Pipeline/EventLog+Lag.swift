package import EventLog

extension EventLog {
    /// Whether a group has committed past every record of a topic; also where there is no such topic.
    package func isThrough(_ topic: String, group name: String) async throws -> Bool {
        let group = try await group(name) ?? GroupDescription(name: name, members: [], committed: [:])
        for number in 0..<(try await partitionCount(of: topic) ?? 0) {
            let partition = TopicPartition(topic, number)
            if try await lag(of: group, in: partition, holding: try await offsets(of: partition)) > 0 { return false }
        }
        return true
    }

    /// How many offsets of a partition a group has not committed past; 0 where no record is among them, as after the end of
    /// a transaction.
    ///
    /// - Parameter offsets: what the partition holds.
    package func lag(
        of group: GroupDescription, in partition: TopicPartition, holding offsets: Range<Int64>
    ) async throws -> Int64 {
        let lag = group.lag(of: partition, holding: offsets)
        guard lag > 0, try await read(partition, from: offsets.upperBound - lag, maxBytes: 1).isEmpty else {
            return lag
        }
        return 0
    }
}
