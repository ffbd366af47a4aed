import Foundation

/// Results of a video beside golden detections of it: who has a partner, who has none.
struct GoldenComparison: CustomStringConvertible {
    private struct Golden: Decodable {
        struct Detection: Decodable {
            var cls: Int
            var conf: Double
            var x1, y1, x2, y2: Double
        }
        var frame: Int
        var ptsMs: Double?
        var detections: [Detection]
    }

    private struct Found {
        var classID: Int
        var confidence: Double
        var box: [Double]
    }

    private(set) var total = 0
    private(set) var matched = 0
    private(set) var extra = 0
    private(set) var missingFrames = 0
    private(set) var repeatedFrames = 0
    private(set) var unknownFrames = 0
    private(set) var wrongTimes = 0
    private(set) var repeatedIDs = 0

    /// Nearly all the same; every frame once, at its time, and no ID twice.
    var isGood: Bool {
        Double(matched) >= 0.99 * Double(total) && Double(extra) <= 0.01 * Double(total)
            && [missingFrames, repeatedFrames, unknownFrames, wrongTimes, repeatedIDs].allSatisfy { $0 == 0 }
    }

    /// - Parameters:
    ///   - golden: `VIDEO.detections.jsonl`.
    ///   - minimumIoU: how much two boxes must overlap to be the same one, and how near their scores must be.
    init(golden text: String, results: JSONLines, minimumIoU: Double = 0.95, maximumDifference: Double = 0.02) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let golden = try text.split(separator: "\n").map { try decoder.decode(Golden.self, from: Data($0.utf8)) }
        let frames = Dictionary(grouping: results.frames) { $0["frame"] as? Int ?? -1 }
        unknownFrames = frames.keys.count { number in !golden.contains { $0.frame == number } }
        repeatedFrames = frames.values.count { $0.count > 1 }
        var ids: Set<String> = []
        for expected in golden {
            total += expected.detections.count
            guard let frame = frames[expected.frame]?.first else {
                missingFrames += 1
                continue
            }
            if let time = expected.ptsMs, abs((frame["time_ms"] as? Double ?? -1) - time) > 1 { wrongTimes += 1 }
            var free: [Found] = []
            for object in frame["objects"] as? [[String: Any]] ?? [] {
                guard object["predicted"] as? Bool != true, let id = object["detection_id"] as? String,
                    let classID = object["class_id"] as? Int, let confidence = object["confidence"] as? Double,
                    let box = object["bbox"] as? [String: Double]
                else { continue }
                if !ids.insert(id).inserted { repeatedIDs += 1 }
                // Below it there are only detections that prolong an object; the golden ones end here.
                guard confidence > 0.25 else { continue }
                free.append(
                    Found(
                        classID: classID, confidence: confidence,
                        box: ["x1", "y1", "x2", "y2"].map { box[$0] ?? .nan }))
            }
            for detection in expected.detections {
                let box = [detection.x1, detection.y1, detection.x2, detection.y2]
                let best = free.indices.filter {
                    free[$0].classID == detection.cls && abs(free[$0].confidence - detection.conf) <= maximumDifference
                }.map { (index: $0, overlap: Self.iou(free[$0].box, box)) }.max { $0.overlap < $1.overlap }
                guard let best, best.overlap >= minimumIoU else { continue }
                matched += 1
                free.remove(at: best.index)
            }
            extra += free.count
        }
    }

    private static func iou(_ a: [Double], _ b: [Double]) -> Double {
        let width = min(a[2], b[2]) - max(a[0], b[0])
        let height = min(a[3], b[3]) - max(a[1], b[1])
        guard width > 0, height > 0 else { return 0 }
        let common = width * height
        return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)
    }

    var description: String {
        "golden \(total), matched \(matched), extra \(extra); frames missing \(missingFrames), repeated \(repeatedFrames), "
            + "unknown \(unknownFrames), at a wrong time \(wrongTimes); repeated IDs \(repeatedIDs)"
    }
}
