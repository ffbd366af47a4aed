public import EventLog

/// The names of Lapwing's topics, and what they are made with.
public struct Topics: Sendable, Hashable {
    /// What every name starts with.
    public let prefix: String

    public init(prefix: String = "lapwing.") {
        self.prefix = prefix
    }

    /// Parts of chunks, on their way to the workers.
    public var chunks: String { prefix + "chunks" }
    /// What was found in chunks that stand alone, on its way to who tracks: parts, as in ``chunks``.
    public var detections: String { prefix + "detections" }
    /// One record per frame, track event and video event.
    public var results: String { prefix + "results" }
    /// Where each video stands: the next chunk, the tracker, the identities, the ledger.
    public var checkpoints: String { prefix + "checkpoints" }
    /// What could not be processed, with its reason.
    public var deadLetters: String { prefix + "deadletter" }
    /// What was submitted: one record per video, so that submitting again does no work twice.
    public var videos: String { prefix + "videos" }
    /// Results that were added up, over time or over a video: the newest of each key is all that counts.
    public var summaries: String { prefix + "summaries" }

    /// The consumer group of the workers.
    public var workerGroup: String { prefix + "workers" }
    /// The consumer group of those who track what was found in chunks that stand alone: every worker, once more.
    ///
    /// A group of its own, since groups share partitions out evenly over all of their topics and not of each: in one group
    /// a worker could have partitions of ``detections`` alone, and nothing to detect.
    public var trackerGroup: String { prefix + "trackers" }
    /// The consumer group of `lapwing collect`.
    public var collectGroup: String { prefix + "collect" }
    /// The consumer group of `lapwing aggregate`.
    ///
    /// - Parameter name: of one that stands beside the usual one; nil: the usual one.
    public func aggregatorGroup(_ name: String? = nil) -> String {
        prefix + "aggregators" + (name.map { "-\($0)" } ?? "")
    }

    /// All topics, with the same number of partitions, so that a video has one partition number in all of them.
    ///
    /// - Parameter chunkCapacity: bytes of chunks that may wait in an embedded log before producers wait.
    public func specifications(partitions: Int, chunkCapacity: Int? = nil) -> [TopicSpecification] {
        [
            // Whoever else reads chunks, they stay until workers have been through them.
            TopicSpecification(
                name: chunks, partitions: partitions, cleanup: .deleteConsumed, capacity: chunkCapacity,
                consumers: [workerGroup]),
            TopicSpecification(
                name: detections, partitions: partitions, cleanup: .deleteConsumed, consumers: [trackerGroup]),
            TopicSpecification(name: results, partitions: partitions, cleanup: .keep),
            TopicSpecification(name: checkpoints, partitions: partitions, cleanup: .compact),
            TopicSpecification(name: deadLetters, partitions: partitions, cleanup: .keep),
            TopicSpecification(name: videos, partitions: partitions, cleanup: .compact),
            TopicSpecification(name: summaries, partitions: partitions, cleanup: .compact),
        ]
    }
}
