internal import DequeModule

/// Knows the safe offset of one partition: the smallest offset that is still needed, or where reading goes on.
///
/// Committing that and no more is what lets a restarted worker find every record that an unfinished video needs.
struct OffsetTracker {
    /// Where reading goes on.
    private(set) var position: Int64
    /// Offsets in use, ascending, since records come in order.
    private var needed: Deque<Int64> = []
    /// Those in `needed` that no longer are, waiting for the ones before them.
    private var released: Set<Int64> = []

    init(position: Int64) {
        self.position = position
    }

    /// What may be committed.
    var safeOffset: Int64 { needed.first ?? position }

    /// Notes that a record was read and will be needed until it is released.
    mutating func need(_ offset: Int64) {
        pass(offset)
        needed.append(offset)
    }

    /// Notes that a record was read and is not needed.
    mutating func pass(_ offset: Int64) {
        position = max(position, offset + 1)
    }

    mutating func release(_ offsets: some Sequence<Int64>) {
        released.formUnion(offsets)
        while let first = needed.first, released.remove(first) != nil { needed.removeFirst() }
    }
}
