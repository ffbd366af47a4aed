extension EventLog {
    /// Reads every record that a partition holds now, in order, a few megabytes at a time.
    ///
    /// - Parameter start: the first offset wanted; 0 for all.
    /// - Returns: the offset to go on from later.
    @discardableResult
    public func readAll(
        _ partition: TopicPartition, from start: Int64 = 0, _ body: (LoggedRecord) throws -> Void
    ) async throws -> Int64 {
        let range = try await offsets(of: partition)
        var offset = max(start, range.lowerBound)
        while offset < range.upperBound {
            let records = try await read(partition, from: offset)
            guard let last = records.last else { break }
            for record in records { try body(record) }
            offset = last.offset + 1
        }
        return offset
    }
}
