extension EventLog {
    /// Reads every record that a partition holds now, in order, a few megabytes at a time.
    public func readAll(_ partition: TopicPartition, _ body: (LoggedRecord) throws -> Void) async throws {
        let range = try await offsets(of: partition)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let records = try await read(partition, from: offset)
            guard let last = records.last else { return }
            for record in records { try body(record) }
            offset = last.offset + 1
        }
    }
}
