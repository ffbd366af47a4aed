import Foundation

/// Reads the MOTChallenge text format: `frame,id,x,y,w,h,score,…`, one box a line.
///
/// Columns are separated by commas or by blanks; lines may end with CR LF; empty lines and lines that begin with `#`
/// are passed over. Six columns are needed, ten are usual; what is missing gets the value that ``MOTRow`` documents, and
/// columns after the ninth are not looked at. Numbers must be finite. Frames are counted from 1.
public enum MOTFile {
    /// Frames beyond this are taken for a mistake: it is more than a month of video at 30 frames per second.
    public static let lastFrameAllowed = 100_000_000

    /// Reads a file; rows are in file order.
    public static func read(path: String) throws(MOTFileError) -> [MOTRow] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw MOTFileError(
                .unreadable, file: path,
                detail: "\(error.localizedDescription); give the path of a readable MOTChallenge text file")
        }
        return try parse([UInt8](data), file: path)
    }

    /// Parses a file's bytes; rows are in file order.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - file: the name that errors show.
    public static func parse(_ bytes: [UInt8], file: String) throws(MOTFileError) -> [MOTRow] {
        var rows: [MOTRow] = []
        var columns: [Range<Int>] = []
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0  // the byte order mark of some editors
        var line = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            line += 1
            split(bytes, start..<end, into: &columns)
            if let first = columns.first, first.isEmpty || bytes[first.lowerBound] != UInt8(ascii: "#") {
                do {
                    rows.append(try row(bytes, columns))
                } catch {
                    let text = String(decoding: bytes[start..<min(end, start + 120)], as: UTF8.self)
                    throw MOTFileError(
                        .malformed, file: file, line: line,
                        detail: "\(error.reason): '\(text.filter { !$0.isNewline })'; a line is frame,id,x,y,w,h,score")
                }
            }
            start = end + 1
        }
        return rows
    }

    private struct Malformed: Error {
        var reason: String
    }

    /// Finds the columns of a line, trimmed of blanks; none in a line of blanks only.
    private static func split(_ bytes: [UInt8], _ line: Range<Int>, into columns: inout [Range<Int>]) {
        columns.removeAll(keepingCapacity: true)
        let comma = UInt8(ascii: ",")
        let hasCommas = bytes[line].contains(comma)
        var position = line.lowerBound
        func skipBlanks() {
            while position < line.upperBound, isBlank(bytes[position]) { position += 1 }
        }
        skipBlanks()
        guard position < line.upperBound else { return }
        while true {
            skipBlanks()
            let start = position
            while position < line.upperBound, hasCommas ? bytes[position] != comma : !isBlank(bytes[position]) {
                position += 1
            }
            var end = position
            while end > start, isBlank(bytes[end - 1]) { end -= 1 }
            if hasCommas {
                columns.append(start..<end)
                guard position + 1 < line.upperBound else { return }  // a comma at the end begins no column
                position += 1
            } else {
                if end > start { columns.append(start..<end) }
                guard position < line.upperBound else { return }
            }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    private static func row(_ bytes: [UInt8], _ columns: [Range<Int>]) throws(Malformed) -> MOTRow {
        guard columns.count >= 6 else { throw Malformed(reason: "\(columns.count) columns where 6 or more belong") }
        func number(_ column: Int) throws(Malformed) -> Double {
            guard let value = DecimalText.parse(bytes[columns[column]]) else {
                let text = String(decoding: bytes[columns[column]], as: UTF8.self)
                throw Malformed(reason: "column \(column + 1), '\(text)', is not a finite number")
            }
            return value
        }
        let frame = try number(0)
        guard let frame = Int(exactly: frame), (1...lastFrameAllowed).contains(frame) else {
            throw Malformed(reason: "the frame is not a whole number from 1 to \(lastFrameAllowed)")
        }
        guard let id = Int(exactly: try number(1)) else {
            throw Malformed(reason: "the identity is not a whole number")
        }
        return MOTRow(
            frame: frame, id: id, x: try number(2), y: try number(3), width: try number(4), height: try number(5),
            score: columns.count > 6 ? try number(6) : 1,
            classID: columns.count > 7 ? Int(exactly: try number(7)) ?? -1 : -1,
            visibility: columns.count > 8 ? try number(8) : -1)
    }
}
