import Synchronization

/// What may be held in memory, and how much is: above the high mark intake stops, below the low mark it goes on.
public final class MemoryBudget: Sendable {
    /// Bytes at which intake stops.
    public let high: Int
    /// Bytes below which it goes on.
    public let low: Int

    private let used = Atomic<Int>(0)

    /// - Parameter limit: bytes; intake stops at all of it and goes on below three quarters.
    public init(limit: Int) {
        high = max(limit, 1)
        low = max(limit / 4 * 3, 1)
    }

    public var bytesUsed: Int { used.load(ordering: .relaxed) }
    public var isAboveHigh: Bool { bytesUsed >= high }
    public var isBelowLow: Bool { bytesUsed < low }

    func reserve(_ bytes: Int) { used.add(bytes, ordering: .relaxed) }
    func release(_ bytes: Int) { used.subtract(bytes, ordering: .relaxed) }
}
