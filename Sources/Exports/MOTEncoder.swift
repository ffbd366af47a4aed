internal import Pipeline

/// MOTChallenge text, `frame,id,x,y,w,h,confidence,-1,-1,-1`: confirmed objects where they were detected, frames counted
/// from 1.
struct MOTEncoder: ExportEncoder {
    func add(_ record: ResultRecord, json: [UInt8], rows: [DetectionRow]) -> [UInt8] {
        var text: [UInt8] = []
        for row in rows where row.state == "confirmed" && !row.isPredicted {
            guard let id = row.trackID else { continue }
            text.append(number: COCOEncoder.image(ofFrame: row.frame))
            text.append(UInt8(ascii: ","))
            text.append(number: id)
            for value in [row.x1, row.y1, row.x2 - row.x1, row.y2 - row.y1] {
                text.append(UInt8(ascii: ","))
                text.append(number: value, decimals: 2)
            }
            text.append(UInt8(ascii: ","))
            text.append(number: row.confidence ?? 1, decimals: 4)
            text.append(contentsOf: ",-1,-1,-1\n".utf8)
        }
        return text
    }

    func finish() -> [UInt8] { [] }
}
