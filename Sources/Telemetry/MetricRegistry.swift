import Synchronization

/// The metrics of one process, or of one test.
///
/// Whoever measures asks once for its handles, which are cheap to use from then on. The same description and label values
/// give the same handle.
public final class MetricRegistry: Sendable {
    enum Instrument: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
    }

    struct Family: Sendable {
        let description: MetricDescription
        var series: [[String]: Instrument] = [:]
    }

    private let families = Mutex<[String: Family]>([:])
    private let collectors = Mutex<[@Sendable () -> Void]>([])

    public init() {}

    /// - Parameter labels: one value for each label of the description.
    public func counter(_ description: MetricDescription, _ labels: [String] = []) -> Counter {
        guard case .counter(let counter) = instrument(description, labels, .counter) else { preconditionFailure() }
        return counter
    }

    /// - Parameter labels: one value for each label of the description.
    public func gauge(_ description: MetricDescription, _ labels: [String] = []) -> Gauge {
        guard case .gauge(let gauge) = instrument(description, labels, .gauge) else { preconditionFailure() }
        return gauge
    }

    /// - Parameter labels: one value for each label of the description.
    public func histogram(_ description: MetricDescription, _ labels: [String] = []) -> Histogram {
        guard case .histogram(let histogram) = instrument(description, labels, .histogram) else {
            preconditionFailure()
        }
        return histogram
    }

    /// Forgets a series, such as that of a partition that is another process's now.
    public func remove(_ description: MetricDescription, _ labels: [String]) {
        families.withLock { $0[description.name]?.series[labels] = nil }
    }

    /// Has something called each time before the metrics are read, which sets those that nobody keeps up to date.
    ///
    /// - Parameter collect: is quick, and waits for nobody.
    public func onRead(_ collect: @escaping @Sendable () -> Void) { collectors.withLock { $0.append(collect) } }

    /// All there is, by name.
    func read() -> [Family] {
        for collect in collectors.withLock({ $0 }) { collect() }
        return families.withLock { $0.values.sorted { $0.description.name < $1.description.name } }
    }

    private func instrument(
        _ description: MetricDescription, _ labels: [String], _ kind: MetricDescription.Kind
    ) -> Instrument {
        precondition(description.kind == kind, "\(description.name) is a \(description.kind.rawValue)")
        precondition(labels.count == description.labels.count, "\(description.name): one value for each label")
        return families.withLock { families in
            let family = families[description.name] ?? Family(description: description)
            precondition(family.description == description, "\(description.name) is described twice")
            if let there = family.series[labels] { return there }
            let made: Instrument =
                switch kind {
                case .counter: .counter(Counter())
                case .gauge: .gauge(Gauge())
                case .histogram: .histogram(Histogram(bounds: description.buckets))
                }
            families[description.name, default: family].series[labels] = made
            return made
        }
    }
}
