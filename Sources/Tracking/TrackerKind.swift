/// The trackers that can be chosen by name: `--tracker`.
public enum TrackerKind: String, Sendable, CaseIterable {
    case sort
    case deepsort
    case bytetrack
    case ocsort
    case botsort
    case lapwing

    /// The name as its paper writes it.
    public var displayName: String {
        switch self {
        case .sort: "SORT"
        case .deepsort: "DeepSORT"
        case .bytetrack: "ByteTrack"
        case .ocsort: "OC-SORT"
        case .botsort: "BoT-SORT"
        case .lapwing: "Lapwing"
        }
    }

    /// Whether it looks at appearance vectors.
    public var usesAppearance: Bool {
        switch self {
        case .sort, .bytetrack, .ocsort: false
        case .deepsort, .botsort, .lapwing: true
        }
    }

    /// Whether it takes camera motion into account.
    public var usesCameraMotion: Bool {
        switch self {
        case .sort, .deepsort, .bytetrack, .ocsort: false
        case .botsort, .lapwing: true
        }
    }

    /// Whether it makes use of detections that are too faint to be believed by themselves: `--low-confidence`.
    ///
    /// Such a tracker lets an object go on with a faint detection, but begins none with it.
    public var usesLowConfidence: Bool {
        switch self {
        case .sort, .deepsort, .ocsort: false
        case .bytetrack, .botsort, .lapwing: true
        }
    }

    private var type: any ConfigurableTracker.Type {
        switch self {
        case .sort: SORTTracker.self
        case .deepsort: DeepSORTTracker.self
        case .bytetrack: ByteTrackTracker.self
        case .ocsort: OCSORTTracker.self
        case .botsort: BoTSORTTracker.self
        case .lapwing: LapwingTracker.self
        }
    }

    /// The settings it takes, in the order they are listed.
    public var options: [TrackerOption] { type.optionTable }

    /// All settings with the values they have under these options: given ones first checked, others at their default.
    ///
    /// - Parameter options: values by name; every name must be one of ``options``.
    public func parameters(options: [String: String] = [:]) throws(TrackerOptionError) -> [TrackerParameter] {
        let known = self.options
        // The least unknown name, so that the same mistake gives the same message.
        if let unknown = options.keys.filter({ name in !known.contains { $0.name == name } }).min() {
            throw TrackerOptionError(
                .unknownName, name: unknown, detail: "\(displayName) does not have it; it takes \(listing)")
        }
        var parameters: [TrackerParameter] = []
        for option in known {
            var value = option.defaultValue
            if let text = options[option.name] {
                guard let parsed = option.domain.parse(text) else {
                    throw TrackerOptionError(
                        .badValue, name: option.name,
                        detail: "'\(text)' is not \(option.domain); \(displayName) takes \(listing)")
                }
                value = parsed
            }
            parameters.append(TrackerParameter(name: option.name, value: value))
        }
        return parameters
    }

    /// A tracker at the start of a video.
    ///
    /// - Parameter options: values by name; see ``options``.
    public func make(options: [String: String] = [:]) throws(TrackerOptionError) -> any Tracker {
        type.init(parameters: try parameters(options: options))
    }

    /// The tracker that a snapshot was taken of, with its options, to go on where it stopped.
    public static func restore(_ snapshot: [UInt8]) throws(SnapshotError) -> any Tracker {
        try restoreWithParameters(snapshot).tracker
    }

    /// As ``restore(_:)``, but only a tracker of this kind with these settings.
    ///
    /// - Parameter parameters: what ``parameters(options:)`` gave when the tracker was made.
    public func restore(
        _ snapshot: [UInt8], parameters: [TrackerParameter]
    ) throws(SnapshotError) -> any Tracker {
        let (kind, found, tracker) = try Self.restoreWithParameters(snapshot)
        guard kind == self else {
            throw SnapshotError(
                .wrongKind, operation: rawValue,
                detail: "it is of \(kind.displayName), not of \(displayName); go on with \(kind.displayName)")
        }
        guard found == parameters else {
            let differing = found.filter { !parameters.contains($0) }.map(\.description).joined(separator: ", ")
            throw SnapshotError(
                .differentOptions, operation: rawValue,
                detail: "it was taken with \(differing); go on with the options that the video was begun with")
        }
        return tracker
    }

    private static func restoreWithParameters(
        _ snapshot: [UInt8]
    ) throws(SnapshotError) -> (kind: TrackerKind, parameters: [TrackerParameter], tracker: any Tracker) {
        let name = try SnapshotReader.kind(of: snapshot)
        guard let kind = TrackerKind(rawValue: name) else {
            let known = allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw SnapshotError(
                .wrongKind, operation: "a tracker",
                detail: "it holds '\(name)', and the trackers known here are \(known); use the Lapwing that wrote it")
        }
        let tracker = try kind.type.init(restoring: snapshot)
        return (kind, tracker.parameters, tracker)
    }

    private var listing: String {
        options.map { "\($0.name) (\($0.domain), default \($0.defaultValue))" }.joined(separator: "; ")
    }
}

/// A tracker that ``TrackerKind`` makes and restores.
private protocol ConfigurableTracker: Tracker {
    associatedtype Options: TrackerOptions

    var options: Options { get }

    init(options: Options)
    init(restoring snapshot: [UInt8]) throws(SnapshotError)
}

extension ConfigurableTracker {
    static var optionTable: [TrackerOption] { Options.table }

    var parameters: [TrackerParameter] { options.parameters }

    init(parameters: [TrackerParameter]) { self.init(options: Options(parameters)) }
}

extension SORTTracker: ConfigurableTracker {}
extension DeepSORTTracker: ConfigurableTracker {}
extension ByteTrackTracker: ConfigurableTracker {}
extension OCSORTTracker: ConfigurableTracker {}
extension BoTSORTTracker: ConfigurableTracker {}
extension LapwingTracker: ConfigurableTracker {}
