/// Why a ``Worker`` has no chunk for a handler that has use for one.
enum Shortage: Hashable, CaseIterable {
    /// All that there is, is done.
    case input
    /// Videos wait for their last chunks, which are not in the log yet.
    case lastChunks
    /// There are chunks, but of videos that are in hand already.
    case videos
    /// No partition is the worker's.
    case partitions
    /// The memory budget is used up.
    case memory
    /// Chunks have been in the log for a while, and are on their way here.
    case fetching
    /// The log is slow to take what was done.
    case committing
}
