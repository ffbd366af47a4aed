public import Tracking

/// Which tracker follows the objects, with all its settings.
public struct TrackerConfiguration: Sendable {
    public let kind: TrackerKind
    /// Every setting, given or by default, in the tracker's order.
    public let parameters: [TrackerParameter]
    private let options: [String: String]

    /// - Throws: ``TrackerOptionError`` for a name that the tracker does not have or a value that it does not take.
    public init(_ kind: TrackerKind, options: [String: String] = [:]) throws(TrackerOptionError) {
        self.kind = kind
        self.options = options
        parameters = try kind.parameters(options: options)
    }

    /// A tracker at the start of a video.
    public func make() -> any Tracker {
        do {
            return try kind.make(options: options)
        } catch {
            preconditionFailure("options that were checked are refused: \(error)")
        }
    }

    /// A tracker in the middle of one.
    func restore(_ snapshot: [UInt8]) throws(SnapshotError) -> any Tracker {
        try kind.restore(snapshot, parameters: parameters)
    }
}
