import ArgumentParser

/// What is measured, in the order in which a frame goes through it.
enum Stage: String, CaseIterable, Encodable, ExpressibleByArgument {
    /// Cutting a file into chunks.
    case split
    /// The producer: cutting, hashing, appending.
    case submit
    /// The embedded log alone.
    case log
    /// The log on a cluster, beside librdkafka by itself.
    case kafka
    /// What the log on a cluster keeps in memory.
    case kafkaMemory = "kafka-memory"
    /// Decoding, and fitting pictures into a detector's input.
    case decode
    /// The detector alone, its input prepared: the ceiling of everything behind it.
    case inference
    /// SORT alone, and with identities.
    case sort
    /// All trackers, beside other people's; only when asked for.
    case trackers
    /// The most memory that a worker uses, beside its budget; only when asked for.
    case budget
    /// Many videos at once.
    case many
    /// One video on several workers; only when asked for.
    case parallel
    /// From a file to its results.
    case endToEnd = "end-to-end"

    /// What is measured when nothing else is said.
    static let usual = Set(allCases).subtracting([.trackers, .budget, .parallel])
}
