import Tracking

extension SearchSpace {
    /// Reads `name`, `name=lo..hi` or `name=a,b,c`.
    static func parse(_ text: String, _ tracker: TrackerKind) throws(TuningError) -> (TrackerOption, SearchRange) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let what = "--vary \(text)"
        guard let option = tracker.options.first(where: { $0.name == parts[0] }) else {
            let names = tracker.options.map(\.name).joined(separator: ", ")
            throw TuningError(what, "\(tracker.displayName) has no setting '\(parts[0])'; it has \(names)")
        }
        guard parts.count == 2 else {
            guard let range = SearchRange.builtIn(option.name) else {
                throw TuningError(
                    what, "\(option.name) has no built-in range; give one, as \(option.name)=\(example(option))")
            }
            return (option, range.including(option.defaultValue))
        }
        let range = try range(parts[1], option, what)
        guard range.levels.count > 1 else {
            throw TuningError(what, "there is one value in it; use --tracker-option \(option.name)=\(parts[1])")
        }
        return (option, range)
    }

    private static func range(
        _ text: String, _ option: TrackerOption, _ what: String
    ) throws(TuningError) -> SearchRange {
        func value(_ text: String) throws(TuningError) -> TrackerParameter.Value {
            guard let value = option.domain.parse(text) else {
                throw TuningError(
                    what, "'\(text)' is not \(option.domain); give for example \(option.name)=\(example(option))")
            }
            return value
        }
        let ends = text.components(separatedBy: "..")
        guard ends.count == 2 else {
            var levels: [TrackerParameter.Value] = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                let level = try value(String(part))
                if !levels.contains(level) { levels.append(level) }
            }
            return SearchRange(levels.sorted { $0.order < $1.order })
        }
        let (low, high) = (try value(ends[0]), try value(ends[1]))
        guard low.order <= high.order else {
            throw TuningError(what, "the range is empty; give the lower end first: \(ends[1])..\(ends[0])")
        }
        let range: SearchRange =
            switch (low, high) {
            case (.integer(let low), .integer(let high)): .integers(low...high)
            case (.number(let low), .number(let high)): .numbers(low...high)
            default: .flag
            }
        let initial = option.defaultValue.order
        return (low.order...high.order).contains(initial) ? range.including(option.defaultValue) : range
    }

    private static func example(_ option: TrackerOption) -> String {
        switch option.domain {
        case .boolean: "true,false"
        case .integer(let range): "\(max(range.lowerBound, 1))..\(min(range.upperBound, 60))"
        case .number(let range): range.upperBound > 2 ? "0..1000 or 0,100,1000" : "0.3..0.8 or 0.3,0.5,0.7"
        }
    }
}

extension String {
    /// As Foundation's, for this one need.
    fileprivate func components(separatedBy separator: String) -> [String] {
        guard let range = firstRange(of: separator) else { return [self] }
        return [String(self[..<range.lowerBound]), String(self[range.upperBound...])]
    }
}
