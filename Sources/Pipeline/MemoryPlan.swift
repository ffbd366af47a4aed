internal import Foundation

/// What of a process's memory budget is left for chunks, once everything else has its part.
///
/// The budget is for the whole process. What is resident when the model is loaded and warm is spent; the log's caches
/// and what moves between the parts get an allowance; the rest is for chunks, those that the log's client has fetched
/// ahead among them, for decoded pictures and for outcomes. Those are counted as they come and go (``MemoryBudget``).
public struct MemoryPlan: Sendable, Hashable {
    /// The whole budget.
    public var total: Int
    /// What was resident when the plan was made.
    public var resident: Int
    /// What else the process holds: the log's caches, records on their way, the allocator's loss.
    public var allowance: Int

    /// What is left, less an eighth: memory that is taken and given back in pieces of all sizes is not all of use again.
    public var chunks: Int {
        let rest = total - resident - allowance
        return rest - rest / 8
    }

    /// What the log's caches and the allocator take.
    static let usualAllowance = 48 << 20
    /// Below this there would be no room for one poll, one chunk and the pictures of a common video.
    static let leastForChunks = 32 << 20

    /// - Parameters:
    ///   - total: bytes for the whole process.
    ///   - resident: what it has in memory already; by default what the system says now.
    ///   - more: what it will hold besides, such as a producer's chunk in the same process.
    /// - Throws: ``PipelineError`` with code `.budgetTooSmall`, which says how much is needed.
    public init(total: Int, resident: Int = ResidentMemory.current ?? 0, more: Int = 0) throws(PipelineError) {
        self.total = total
        self.resident = resident
        allowance = Self.usualAllowance + more
        guard chunks >= Self.leastForChunks else {
            let needed = resident + allowance + Self.leastForChunks / 7 * 8
            // A little more than now: what is resident differs from start to start.
            let mebibytes = ((needed + needed / 32) >> 20) + 1
            throw PipelineError(
                .budgetTooSmall,
                "--memory \(total >> 20)MiB is too little: \(resident >> 20) MiB are in use before the first chunk; "
                    + "give \(mebibytes)MiB or more")
        }
    }

    /// What is planned with when nothing is said: half of what the system allows.
    public static func usualTotal(of allowance: MemoryAllowance) -> Int { allowance.bytes / 2 }
}
