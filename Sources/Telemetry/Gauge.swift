import Synchronization

/// A number that goes up and down; setting it takes no lock and allocates nothing.
public final class Gauge: Sendable {
    private let current = Atomic<Double>(0)

    init() {}

    public var value: Double { current.load(ordering: .relaxed) }

    public func set(_ value: Double) { current.store(value, ordering: .relaxed) }
    public func set(_ value: Int) { set(Double(value)) }
    public func set(_ isSo: Bool) { set(isSo ? 1.0 : 0.0) }
}
