import Foundation

@testable import Exports

/// The whole file that records give.
func exported(_ records: [String], as format: ExportFormat) throws -> [UInt8] {
    var export = ResultExport(format)
    var bytes: [UInt8] = []
    for record in records { bytes += try export.add(Array(record.utf8)) }
    while case let end = try export.finish(), !end.isEmpty { bytes += end }
    return bytes
}

func exportedText(_ records: [String], as format: ExportFormat) throws -> String {
    String(decoding: try exported(records, as: format), as: UTF8.self)
}

/// An object of an exported JSON file.
func exportedJSON(_ records: [String], as format: ExportFormat) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(try exported(records, as: format)))
}
