import ArgumentParser
import Foundation
import Pipeline

/// What results can be printed as.
enum ResultFormat: String, ExpressibleByArgument, CaseIterable {
    case jsonl
    case csv
    case mot
}

/// Turns result records into lines of a format.
struct ResultPrinter {
    let format: ResultFormat

    var header: [UInt8]? {
        guard format == .csv else { return nil }
        // The first eight are supervision's, in its order and spelling.
        let columns = [
            "x_min", "y_min", "x_max", "y_max", "class_id", "confidence", "tracker_id", "class_name", "frame",
            "time_ms",
            "object_id", "detection_id", "state",
        ]
        return Array((columns.joined(separator: ",") + "\n").utf8)
    }

    mutating func lines(for json: [UInt8]) throws -> [UInt8] {
        if format == .jsonl { return json + [UInt8(ascii: "\n")] }
        guard ResultsReader.isFrame(json) else { return [] }
        let record = try ResultRecord.decode(json, what: "a result")
        guard let frame = record.frame else { return [] }
        var text = ""
        for object in record.objects ?? [] {
            switch format {
            case .jsonl: break
            case .csv:
                guard let box = object.bbox ?? object.trackBox else { continue }
                let fields = [
                    decimal(box.x1), decimal(box.y1), decimal(box.x2), decimal(box.y2), "\(object.classID)",
                    object.confidence.map { String(format: "%.4f", $0) } ?? "", object.trackID.map { "\($0)" } ?? "",
                    Self.quoted(object.label), "\(frame)",
                    record.timeMilliseconds.map { String(format: "%.3f", $0) } ?? "",
                    Self.quoted(object.objectID ?? ""), Self.quoted(object.detectionID ?? ""), object.state ?? "",
                ]
                text += fields.joined(separator: ",") + "\n"
            case .mot:
                guard object.state == "confirmed", let id = object.trackID, let box = object.bbox else { continue }
                text += "\(frame + 1),\(id),\(decimal(box.x1)),\(decimal(box.y1)),"
                text += "\(decimal(box.x2 - box.x1)),\(decimal(box.y2 - box.y1)),"
                text += "\(String(format: "%.4f", object.confidence ?? 1)),-1,-1,-1\n"
            }
        }
        return Array(text.utf8)
    }

    private func decimal(_ value: Double) -> String { String(format: "%.2f", value) }

    /// A text as a field of a CSV file.
    static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
