extension MOTFile {
    /// Appends a row as trackers' results are written: `frame,id,x,y,w,h,score,class,-1,-1`, four decimals, and a
    /// newline.
    public static func append(_ row: MOTRow, to text: inout [UInt8]) {
        let comma = UInt8(ascii: ",")
        DecimalText.append(row.frame, to: &text)
        text.append(comma)
        DecimalText.append(row.id, to: &text)
        for value in [row.x, row.y, row.width, row.height, row.score] {
            text.append(comma)
            DecimalText.append(value, to: &text)
        }
        text.append(comma)
        DecimalText.append(row.classID, to: &text)
        text.append(contentsOf: ",-1,-1\n".utf8)
    }

    /// The text of a file of trackers' results; see ``append(_:to:)``.
    public static func text(of rows: some Sequence<MOTRow>) -> [UInt8] {
        var text: [UInt8] = []
        for row in rows { append(row, to: &text) }
        return text
    }
}
