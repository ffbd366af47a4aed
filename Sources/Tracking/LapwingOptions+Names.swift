extension LapwingOptions {
    /// One setting: how it is called, what it takes, and where it is kept.
    private enum Field {
        case number(any WritableKeyPath<LapwingOptions, Double> & Sendable)
        case integer(any WritableKeyPath<LapwingOptions, Int> & Sendable, ClosedRange<Int>)
        case boolean(any WritableKeyPath<LapwingOptions, Bool> & Sendable)
    }

    private static let fields: [(name: String, field: Field, summary: String)] = [
        ("track_thresh", .number(\.trackThreshold), "score above which a detection is in the first stage"),
        ("low_thresh", .number(\.lowThreshold), "score above which a detection is in the second stage"),
        ("new_thresh", .number(\.newThreshold), "smallest score of a detection that begins a track"),
        ("match_thresh", .number(\.matchThreshold), "largest cost, 1 - likeness x score, of the first stage"),
        ("buffer", .number(\.buffer), "part of their sides that boxes grow before overlap is measured"),
        ("height_weight", .number(\.heightWeight), "how much likeness goes by top and bottom"),
        ("min_hits", .integer(\.minHits, 1...1_000_000), "successive detections that make an object believed"),
        ("max_age", .integer(\.maxAge, 0...1_000_000), "frames that an object may go unseen"),
        ("coast", .integer(\.coast, 0...1_000_000), "frames that an unseen object's predicted box is put out"),
        (
            "coast_hidden", .integer(\.coastHidden, 0...1_000_000),
            "frames that it is put out while another object hides it"
        ),
        ("common_motion", .boolean(\.commonMotion), "whether common movement is taken for the camera's"),
        ("per_class", .boolean(\.perClass), "whether detections only associate with tracks of their class"),
    ]

    /// The options as named settings with their domains and defaults.
    static var table: [TrackerOption] {
        zip(fields, LapwingOptions().parameters).map { field, parameter in
            let domain: TrackerOption.Domain =
                switch field.field {
                case .number: .number(0...1)
                case .integer(_, let range): .integer(range)
                case .boolean: .boolean
                }
            return TrackerOption(name: field.name, domain: domain, default: parameter.value, summary: field.summary)
        }
    }

    /// The options as named settings, in the order of ``table``.
    public var parameters: [TrackerParameter] {
        Self.fields.map { name, field, _ in
            let value: TrackerParameter.Value =
                switch field {
                case .number(let path): .number(self[keyPath: path])
                case .integer(let path, _): .integer(self[keyPath: path])
                case .boolean(let path): .boolean(self[keyPath: path])
                }
            return TrackerParameter(name: name, value: value)
        }
    }

    /// Options from named settings; those not named keep their default.
    init(_ parameters: [TrackerParameter]) {
        self.init()
        for parameter in parameters {
            guard let (_, field, _) = Self.fields.first(where: { $0.name == parameter.name }) else { continue }
            switch (field, parameter.value) {
            case (.number(let path), .number(let value)): self[keyPath: path] = value
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
            case .number(let path):
                let value = try reader.readDouble()
                guard (0...1).contains(value) else { throw reader.corrupt("\(name) of \(value)") }
                self[keyPath: path] = value
            case .integer(let path, let range): self[keyPath: path] = try reader.readInt(in: range)
            case .boolean(let path): self[keyPath: path] = try reader.readBool()
            }
        }
    }
}
