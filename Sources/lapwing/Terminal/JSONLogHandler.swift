import Foundation
import Logging

/// One JSON object per message: what `--log-format json` gives.
struct JSONLogHandler: LogHandler {
    let label: String
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    init(label: String) { self.label = label }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        Console.write(
            Self.line(
                event.level.rawValue, label: label, "\(event.message)", metadata.merging(event.metadata ?? [:]) { $1 }))
    }

    /// Facts that stand beside the message, since they say what it is about; the others are under `metadata`.
    private static let subjects = ["video_id", "chunk", "trace_id"]

    static func line(
        _ level: String, label: String, _ message: String, _ metadata: Logger.Metadata = [:], at time: Date = .now
    ) -> String {
        var object: [String: JSONOutput.Value] = [
            "time": .string(time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))),
            "level": .string(level), "label": .string(label), "message": .string(message),
        ]
        var others: [String: JSONOutput.Value] = [:]
        for (key, value) in metadata {
            let json = key == "chunk" ? Int("\(value)").map { .integer($0) } ?? json(value) : json(value)
            if subjects.contains(key) { object[key] = json } else { others[key] = json }
        }
        if !others.isEmpty { object["metadata"] = .object(others) }
        return JSONOutput.text(object)
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSONOutput.Value {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string("\(value)")
        case .array(let values): .list(values.map(json))
        case .dictionary(let values): .object(values.mapValues(json))
        }
    }
}
