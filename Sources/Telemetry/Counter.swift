import Synchronization

/// A number that only grows; adding to it takes no lock and allocates nothing.
public final class Counter: Sendable {
    private let total = Atomic<Double>(0)

    init() {}

    public var value: Double { total.load(ordering: .relaxed) }

    /// Adds what is not negative; anything else is left out.
    public func add(_ amount: Double = 1) {
        guard amount > 0 else { return }
        var before = total.load(ordering: .relaxed)
        while true {
            let (isDone, now) = total.weakCompareExchange(
                expected: before, desired: before + amount, ordering: .relaxed)
            if isDone { return }
            before = now
        }
    }

    public func add(_ amount: Int) { add(Double(amount)) }

    /// Takes over what somebody else has counted from the beginning; less than before is left out.
    public func set(total newTotal: Double) {
        var before = total.load(ordering: .relaxed)
        while newTotal > before {
            let (isDone, now) = total.weakCompareExchange(expected: before, desired: newTotal, ordering: .relaxed)
            if isDone { return }
            before = now
        }
    }
}
