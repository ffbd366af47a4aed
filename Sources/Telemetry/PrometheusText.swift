/// Prometheus' text-based exposition format, version 0.0.4.
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/
public enum PrometheusText {
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// What a registry has measured, by name and then by labels.
    public static func of(_ registry: MetricRegistry) -> String {
        var text = ""
        for family in registry.read() where !family.series.isEmpty { write(family, into: &text) }
        return text
    }

    private static func write(_ family: MetricRegistry.Family, into text: inout String) {
        let description = family.description
        let name = description.name
        text += "# HELP \(name) \(escapedHelp(description.help))\n# TYPE \(name) \(description.kind.rawValue)\n"
        for (values, instrument) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let labels = Array(zip(description.labels, values))
            switch instrument {
            case .counter(let counter): line(name, labels, counter.value, into: &text)
            case .gauge(let gauge): line(name, labels, gauge.value, into: &text)
            case .histogram(let histogram): write(histogram, name, labels, into: &text)
            }
        }
    }

    private static func write(
        _ histogram: Histogram, _ name: String, _ labels: [(String, String)], into text: inout String
    ) {
        let snapshot = histogram.snapshot
        var count = 0
        for (bound, inBucket) in zip(histogram.bounds + [.infinity], snapshot.counts) {
            count += inBucket
            line(name + "_bucket", labels + [("le", number(bound))], Double(count), into: &text)
        }
        line(name + "_sum", labels, snapshot.sum, into: &text)
        line(name + "_count", labels, Double(count), into: &text)
    }

    private static func line(
        _ name: String, _ labels: [(String, String)], _ value: Double, into text: inout String
    ) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0)=\"\(escapedValue($1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(number(value))\n"
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int(exactly: value).map(String.init) ?? "\(value)"
    }

    static func escapedHelp(_ text: String) -> String { escaped(text, quotes: false) }
    static func escapedValue(_ text: String) -> String { escaped(text, quotes: true) }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        // By scalars: "\r\n" is one character.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += #"\\"#
            case "\n": result += #"\n"#
            case "\"" where quotes: result += #"\""#
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
