internal import EventLog

/// Outcomes that wait to be committed, and what is committed already.
///
/// One task owns it; nothing here waits.
struct CommitQueue {
    private struct Partition {
        var committed: Int64?
        var outcomes: [ChunkOutcome] = []
        var bytes = 0
    }

    private var partitions: [TopicPartition: Partition] = [:]
    /// What the commit loop has in hand.
    private(set) var writing: Set<TopicPartition> = []
    private var bytes = 0
    /// When the last commit began.
    private(set) var lastCommit: ContinuousClock.Instant?
    /// Whether somebody waits for the next commit, which then does not wait for its interval.
    var isUrgent = false
    var workHasEnded = false
    /// Whether the commit loop has ended, so that nobody needs to wait for it.
    var hasEnded = false

    /// Bytes of outcomes above which no more work is done until some are committed.
    static let limit = 16 << 20

    /// How many outcomes wait.
    var count: Int { partitions.values.reduce(0) { $0 + $1.outcomes.count } }

    var isFull: Bool { bytes > Self.limit && !hasEnded }
    var isEmpty: Bool { hasEnded || writing.isEmpty && partitions.values.allSatisfy(\.outcomes.isEmpty) }

    /// Begins a partition with the offset that its group has committed.
    mutating func begin(_ partition: TopicPartition, committed: Int64?) {
        partitions[partition] = Partition(committed: committed)
    }

    /// Forgets a partition; returns the bytes that its outcomes held.
    mutating func drop(_ partition: TopicPartition) -> Int {
        guard let dropped = partitions.removeValue(forKey: partition) else { return 0 }
        bytes -= dropped.bytes
        return dropped.bytes
    }

    /// Appends an outcome; returns the bytes that it holds.
    mutating func add(_ outcome: ChunkOutcome, of partition: TopicPartition) -> Int {
        guard partitions[partition] != nil else { return 0 }
        let size = outcome.records.reduce(0) { $0 + $1.record.byteCount }
        partitions[partition]?.outcomes.append(outcome)
        partitions[partition]?.bytes += size
        bytes += size
        return size
    }

    func committed(_ partition: TopicPartition) -> Int64? { partitions[partition]?.committed }

    func isWaiting(anyOf wanted: [TopicPartition]) -> Bool {
        !hasEnded && wanted.contains { partitions[$0]?.outcomes.isEmpty == false }
    }

    func isWriting(anyOf wanted: [TopicPartition]) -> Bool { !hasEnded && !writing.isDisjoint(with: wanted) }

    /// Takes a partition's outcomes out, to be written; returns them and their bytes.
    mutating func take(_ partition: TopicPartition) -> (outcomes: [ChunkOutcome], bytes: Int) {
        guard let taken = partitions[partition] else { return ([], 0) }
        partitions[partition]?.outcomes = []
        partitions[partition]?.bytes = 0
        return (taken.outcomes, taken.bytes)
    }

    mutating func beginWriting(_ written: Set<TopicPartition>) {
        writing = written
        lastCommit = .now
        isUrgent = false
    }

    /// Ends a commit, of which so many bytes were taken.
    mutating func endWriting(bytes taken: Int) {
        writing = []
        bytes -= taken
    }

    mutating func note(committed offset: Int64, of partition: TopicPartition) {
        partitions[partition]?.committed = offset
    }
}
