public import Tracking

/// Which settings of a tracker are searched, at which values, and which are fixed.
public struct SearchSpace: Sendable {
    /// A setting that is searched.
    public struct Setting: Sendable {
        public var name: String
        /// What it is when nobody sets it.
        public var defaultValue: TrackerParameter.Value
        /// The values tried.
        public var range: SearchRange
        /// The level of the default, or the one nearest to it.
        public var start: Int
    }

    public let tracker: TrackerKind
    /// Settings that are not searched but differ from their default, or were given: values by name.
    public let fixed: [String: String]
    /// In the tracker's order.
    public let settings: [Setting]

    /// A search over all settings of a tracker that have a built-in range, or over those named.
    ///
    /// - Parameters:
    ///   - tracker: whose settings.
    ///   - fixed: settings that keep a value, by name.
    ///   - vary: what to search, as `name`, `name=lo..hi` or `name=a,b,c`; empty for all that are not fixed.
    ///   - hasAppearance: whether the tracker is shown what detections look like.
    /// - Throws: ``TuningError`` for a name that the tracker does not have, a value that it does not take, an empty range,
    ///   a setting named twice, or nothing left to search.
    public init(
        tracker: TrackerKind, fixed: [String: String] = [:], vary: [String] = [], hasAppearance: Bool = false
    ) throws(TuningError) {
        self.tracker = tracker
        self.fixed = fixed
        do {
            _ = try tracker.parameters(options: fixed)
        } catch {
            throw TuningError("--tracker-option", "\(error)")
        }
        var ranges: [String: SearchRange] = [:]
        for text in vary {
            let (option, range) = try Self.parse(text, tracker)
            let name = option.name
            guard fixed[name] == nil else {
                throw TuningError(
                    "--vary \(text)", "--tracker-option \(name)=\(fixed[name] ?? "") fixes it; leave one of them out")
            }
            guard ranges.updateValue(range, forKey: name) == nil else {
                throw TuningError("--vary \(text)", "\(name) is given twice; leave one of them out")
            }
            guard hasAppearance || !SearchRange.ofAppearance.contains(name) else {
                throw TuningError("--vary \(text)", "it does nothing without --embeddings; give them, or leave it out")
            }
        }
        var settings: [Setting] = []
        for option in tracker.options {
            let isSearched =
                vary.isEmpty && fixed[option.name] == nil
                && (hasAppearance || !SearchRange.ofAppearance.contains(option.name))
            guard var range = ranges[option.name] ?? (isSearched ? SearchRange.builtIn(option.name) : nil) else {
                continue
            }
            if ranges[option.name] == nil { range = range.including(option.defaultValue) }
            settings.append(Self.setting(option, range))
        }
        guard !settings.isEmpty else {
            throw TuningError("--tracker \(tracker.rawValue)", "every setting is fixed; give --vary what to search")
        }
        self.settings = settings
    }

    private static func setting(_ option: TrackerOption, _ range: SearchRange) -> Setting {
        let wanted = option.defaultValue.order
        let start = range.levels.indices.min {
            (range.levels[$0].order - wanted).magnitude < (range.levels[$1].order - wanted).magnitude
        }
        return Setting(name: option.name, defaultValue: option.defaultValue, range: range, start: start ?? 0)
    }

    /// The grid of all combinations.
    public var axes: [GridSearch.Axis] {
        settings.map {
            GridSearch.Axis(levels: $0.range.levels.count, start: $0.start, isOrdered: $0.range.isOrdered)
        }
    }

    /// What a tracker is made with at a point of the grid: values by name, without those that are as by default.
    public func options(at point: GridSearch.Point) -> [String: String] {
        var options = fixed
        for (setting, level) in zip(settings, point) where setting.range.levels[level] != setting.defaultValue {
            options[setting.name] = setting.range.levels[level].description
        }
        return options
    }
}
