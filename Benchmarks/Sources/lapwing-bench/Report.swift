import Foundation

/// All that was measured, as a table or as JSON.
struct Report: Encodable {
    var machine: MachineFacts
    var runs: Int
    var rows: [Row] = []
    /// What must be known to read the rows.
    var notes: [String] = []
    /// What was left out, and why.
    var skipped: [String] = []

    mutating func add(_ row: Row) { rows.append(row) }

    /// The machine, then one aligned table: the rows by stage, in the order in which they were added.
    var text: String {
        let ordered = Stage.allCases.flatMap { stage in rows.filter { $0.stage == stage } }
        var lines = [["STAGE", "WHAT", "MEDIAN", "", "MIN–MAX", "RATIO"]]
        var last: Stage?
        for row in ordered {
            lines.append([
                row.stage == last ? "" : row.stage.rawValue, row.what, Self.number(row.samples.median), row.unit,
                "\(Self.number(row.samples.least))–\(Self.number(row.samples.most))",
                row.ratio.map { ratio in
                    "\(Self.number(ratio.value)) of \(ratio.to)"
                        + (ratio.base.map { " \(Self.number($0.median))" } ?? "")
                } ?? "",
            ])
            last = row.stage
        }
        let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        let table = lines.map { line in
            var text = ""
            for (column, cell) in line.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                // Numbers to the right, with their unit behind.
                text += column == 2 || column == 4 ? padding + cell : cell + padding
                text += column == 2 ? " " : "  "
            }
            while text.last == " " { text.removeLast() }
            return text
        }
        return
            (machine.lines + ["one warm-up, then \(runs) runs of each; ratios are of medians", ""] + table
            + (notes.isEmpty ? [] : [""]) + notes + (skipped.isEmpty ? [] : [""]) + skipped.map { "skipped: \($0)" })
            .joined(separator: "\n")
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Three digits that count, or more before the decimal point: `0.912`, `48.3`, `1,234`.
    private static func number(_ value: Double) -> String {
        guard value < 100 else {
            var text = ""
            for (index, digit) in String(Int(value.rounded())).reversed().enumerated() {
                if index > 0, index % 3 == 0 { text.append(",") }
                text.append(digit)
            }
            return String(text.reversed())
        }
        return String(format: value < 10 ? "%.2f" : "%.1f", value)
    }
}
