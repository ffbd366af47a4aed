internal import Pipeline

/// The list of detections that `COCO.loadRes` of pycocotools reads, with images and categories numbered as ``COCOEncoder``
/// numbers them.
struct COCOResultsEncoder: ExportEncoder {
    private var count = 0
    private var isFinished = false

    mutating func add(_ record: ResultRecord, json: [UInt8], rows: [DetectionRow]) -> [UInt8] {
        var bytes: [UInt8] = []
        for row in rows where !row.isPredicted {
            bytes += Array((count == 0 ? "[\n" : ",\n").utf8) + Self.detection(row)
            count += 1
        }
        return bytes
    }

    mutating func finish() -> [UInt8] {
        guard !isFinished else { return [] }
        isFinished = true
        return Array((count == 0 ? "[]\n" : "\n]\n").utf8)
    }

    private static func detection(_ row: DetectionRow) -> [UInt8] {
        var json = JSONWriter()
        json.object {
            $0.key("image_id")
            $0.integer(COCOEncoder.image(ofFrame: row.frame))
            $0.key("category_id")
            $0.integer(COCOEncoder.category(ofClass: row.classID))
            $0.key("bbox")
            $0.array {
                for value in [row.x1, row.y1, max(0, row.x2 - row.x1), max(0, row.y2 - row.y1)] {
                    $0.decimal(value, decimals: 2)
                }
            }
            $0.key("score")
            $0.decimal(row.confidence ?? 1, decimals: 4)
            if let trackID = row.trackID {
                $0.key("track_id")
                $0.integer(trackID)
            }
        }
        return json.bytes
    }
}
