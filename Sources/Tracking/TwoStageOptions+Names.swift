extension TwoStageOptions {
    /// One setting: how it is called, what it takes, and where it is kept.
    private enum Field {
        case number(any WritableKeyPath<TwoStageOptions, Double> & Sendable, ClosedRange<Double>)
        case integer(any WritableKeyPath<TwoStageOptions, Int> & Sendable, ClosedRange<Int>)
        case boolean(any WritableKeyPath<TwoStageOptions, Bool> & Sendable)
    }

    private static let fields: [(name: String, field: Field, summary: String)] = [
        ("track_thresh", .number(\.trackThreshold, 0...1), "score above which a detection is in the first stage"),
        ("low_thresh", .number(\.lowThreshold, 0...1), "score above which a detection is in the second stage"),
        ("new_thresh", .number(\.newThreshold, 0...1), "smallest score of a detection that begins a track"),
        ("match_thresh", .number(\.matchThreshold, 0...1), "largest cost, 1 - overlap x score, of the first stage"),
        ("low_match_thresh", .number(\.lowMatchThreshold, 0...1), "largest cost, 1 - overlap, of the second stage"),
        (
            "unconfirmed_match_thresh", .number(\.unconfirmedMatchThreshold, 0...1),
            "largest cost of a track's second detection"
        ),
        ("fuse_score", .boolean(\.fuseScore), "whether overlaps are multiplied by the detection's score"),
        ("track_buffer", .integer(\.trackBuffer, 0...1_000_000), "frames that a track may go unseen"),
        ("duplicate_iou", .number(\.duplicateOverlap, 0...1), "overlap above which two tracks are one object"),
        ("min_area", .number(\.minArea, 0...1e12), "square pixels that a box must exceed to be put out; 0: any"),
        ("max_aspect", .number(\.maxAspect, 0...1e6), "largest width / height of a box that is put out; 0: any"),
        ("per_class", .boolean(\.perClass), "whether detections only associate with tracks of their class"),
    ]

    /// The options as named settings with their domains, at these values by default.
    var table: [TrackerOption] {
        zip(Self.fields, parameters).map { field, parameter in
            let domain: TrackerOption.Domain =
                switch field.field {
                case .number(_, let range): .number(range)
                case .integer(_, let range): .integer(range)
                case .boolean: .boolean
                }
            return TrackerOption(
                name: field.name, domain: domain, default: parameter.value, summary: field.summary)
        }
    }

    /// The options as named settings, in the order of ``table``.
    public var parameters: [TrackerParameter] {
        Self.fields.map { name, field, _ in
            let value: TrackerParameter.Value =
                switch field {
                case .number(let path, _): .number(self[keyPath: path])
                case .integer(let path, _): .integer(self[keyPath: path])
                case .boolean(let path): .boolean(self[keyPath: path])
                }
            return TrackerParameter(name: name, value: value)
        }
    }

    /// Options from named settings; those not named keep their default.
    init(_ parameters: [TrackerParameter]) {
        self.init()
        take(parameters)
    }

    /// Takes over those of the named settings that are known here.
    mutating func take(_ parameters: [TrackerParameter]) {
        for parameter in parameters {
            guard let (_, field, _) = Self.fields.first(where: { $0.name == parameter.name }) else { continue }
            switch (field, parameter.value) {
            case (.number(let path, _), .number(let value)): self[keyPath: path] = value
            case (.integer(let path, _), .integer(let value)): self[keyPath: path] = value
            case (.boolean(let path), .boolean(let value)): self[keyPath: path] = value
            default: break
            }
        }
    }

    func write(to writer: inout SnapshotWriter) {
        for parameter in parameters {
            switch parameter.value {
            case .number(let value): writer.append(value)
            case .integer(let value): writer.append(value)
            case .boolean(let value): writer.append(value)
            }
        }
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        self.init()
        for (name, field, _) in Self.fields {
            switch field {
            case .number(let path, let range):
                let value = try reader.readDouble()
                guard range.contains(value) else { throw reader.corrupt("\(name) of \(value)") }
                self[keyPath: path] = value
            case .integer(let path, let range): self[keyPath: path] = try reader.readInt(in: range)
            case .boolean(let path): self[keyPath: path] = try reader.readBool()
            }
        }
    }
}
