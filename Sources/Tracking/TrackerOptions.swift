/// The settings of a tracker, all of which can be given by name.
public protocol TrackerOptions: Sendable, Hashable {
    /// All settings at their defaults.
    static var defaults: Self { get }

    /// Every setting, in the order they are listed and kept in snapshots.
    static var fields: [OptionField<Self>] { get }
}

/// One setting of some options: how it is called, what it takes, and where it is kept.
public struct OptionField<Options>: Sendable {
    let name: String
    let domain: TrackerOption.Domain
    let summary: String
    let value: @Sendable (Options) -> TrackerParameter.Value
    /// Does nothing with a value of another type.
    let set: @Sendable (inout Options, TrackerParameter.Value) -> Void

    static func number(
        _ name: String, _ path: any WritableKeyPath<Options, Double> & Sendable, _ range: ClosedRange<Double>,
        _ summary: String
    ) -> Self {
        Self(
            name: name, domain: .number(range), summary: summary, value: { .number($0[keyPath: path]) },
            set: { if case .number(let value) = $1 { $0[keyPath: path] = value } })
    }

    static func integer(
        _ name: String, _ path: any WritableKeyPath<Options, Int> & Sendable, _ range: ClosedRange<Int>,
        _ summary: String
    ) -> Self {
        Self(
            name: name, domain: .integer(range), summary: summary, value: { .integer($0[keyPath: path]) },
            set: { if case .integer(let value) = $1 { $0[keyPath: path] = value } })
    }

    static func boolean(
        _ name: String, _ path: any WritableKeyPath<Options, Bool> & Sendable, _ summary: String
    ) -> Self {
        Self(
            name: name, domain: .boolean, summary: summary, value: { .boolean($0[keyPath: path]) },
            set: { if case .boolean(let value) = $1 { $0[keyPath: path] = value } })
    }

    /// The same setting, as one of options that contain these.
    func of<Outer>(_ path: any WritableKeyPath<Outer, Options> & Sendable) -> OptionField<Outer> {
        let (value, set) = (value, set)
        return OptionField<Outer>(
            name: name, domain: domain, summary: summary, value: { value($0[keyPath: path]) },
            set: { set(&$0[keyPath: path], $1) })
    }
}

extension TrackerOptions {
    /// The settings with their domains and defaults.
    static var table: [TrackerOption] {
        return fields.map {
            TrackerOption(name: $0.name, domain: $0.domain, default: $0.value(defaults), summary: $0.summary)
        }
    }

    /// The settings by name, with their values, in the order of ``fields``.
    public var parameters: [TrackerParameter] {
        Self.fields.map { TrackerParameter(name: $0.name, value: $0.value(self)) }
    }

    /// Options from named settings; those not named keep their default.
    init(_ parameters: [TrackerParameter]) {
        self = Self.defaults
        for parameter in parameters {
            Self.fields.first { $0.name == parameter.name }?.set(&self, parameter.value)
        }
    }

    func write(to writer: inout SnapshotWriter) {
        for parameter in parameters {
            switch parameter.value {
            case .integer(let value): writer.append(value)
            case .number(let value): writer.append(value)
            case .boolean(let value): writer.append(value)
            }
        }
    }

    /// Takes back what ``write(to:)`` wrote.
    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        self = Self.defaults
        for field in Self.fields {
            switch field.domain {
            case .integer(let range): field.set(&self, .integer(try reader.readInt(in: range)))
            case .number(let range):
                let value = try reader.readDouble()
                guard range.contains(value) else { throw reader.corrupt("\(field.name) of \(value)") }
                field.set(&self, .number(value))
            case .boolean: field.set(&self, .boolean(try reader.readBool()))
            }
        }
    }
}
