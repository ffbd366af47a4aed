internal import Pipeline

/// A data set of one video in the format of COCO (cocodataset.org, "Data format", object detection), with the `videos` and
/// `tracks` that TAO adds.
///
/// Annotations come first and as they are found; images, of which there is one per frame, wait in a ``Spool``.
struct COCOEncoder: ExportEncoder {
    private struct Track {
        var id: Int
        var category: Int
        var objectID: String
        var isConfirmed: Bool
    }

    private var isOpen = false
    private var annotations = 0
    private var images = Spool()
    private var imageCount = 0
    private var tracks: [String: Track] = [:]
    private var categories: [Int: String] = [:]
    private var video: (id: String, width: Int, height: Int)?
    private var step = Step.images

    private enum Step {
        case images, rest, done
    }

    /// COCO counts categories from 1, and several tools take 0 for the background.
    static func category(ofClass classID: Int) -> Int { classID == .max ? classID : classID + 1 }

    /// From 1, as COCO's and MOTChallenge's.
    static func image(ofFrame frame: Int) -> Int { frame == .max ? frame : frame + 1 }

    mutating func add(_ record: ResultRecord, json: [UInt8], rows: [DetectionRow]) throws -> [UInt8] {
        var bytes = open()
        if video == nil { video = (record.videoID.rawValue, 0, 0) }
        // A frame that was not looked at says nothing about what is in it.
        guard record.type == .frame, let frame = record.frame, record.skipped == nil else { return bytes }
        if let width = record.width, let height = record.height, video?.width == 0 {
            video = (record.videoID.rawValue, width, height)
        }
        try images.append(image(record, frame: frame))
        for row in rows where !row.isPredicted { bytes += annotation(row) }
        return bytes
    }

    mutating func finish() throws -> [UInt8] {
        switch step {
        case .images:
            if !isOpen { return open() }
            let bytes = try images.next()
            if !bytes.isEmpty { return bytes }
            step = .rest
            // What begins the images stands with the first of them.
            return imageCount == 0 ? Array(#"],"images":["#.utf8) + (try finish()) : try finish()
        case .rest:
            step = .done
            return rest()
        case .done: return []
        }
    }

    private mutating func open() -> [UInt8] {
        guard !isOpen else { return [] }
        isOpen = true
        return Array(#"{"annotations":["#.utf8)
    }

    private mutating func image(_ record: ResultRecord, frame: Int) -> [UInt8] {
        var json = JSONWriter()
        json.object {
            $0.key("id")
            $0.integer(Self.image(ofFrame: frame))
            $0.key("file_name")
            $0.string(Self.fileName(record.videoID.rawValue, frame))
            $0.key("width")
            $0.integer(record.width ?? 0)
            $0.key("height")
            $0.integer(record.height ?? 0)
            $0.key("video_id")
            $0.integer(1)
            // TAO's name and that of COCO-VID.
            $0.key("frame_index")
            $0.integer(frame)
            $0.key("frame_id")
            $0.integer(frame)
            $0.key("time_ms")
            if let time = record.timeMilliseconds { $0.decimal(time, decimals: 3) } else { $0.null() }
        }
        imageCount += 1
        return Array((imageCount == 1 ? #"],"images":["# : ",").utf8) + json.bytes
    }

    /// The picture's name once frames have been saved as files numbered from 0: `street/000012.jpg`.
    private static func fileName(_ video: String, _ frame: Int) -> String {
        let digits = String(frame)
        return "\(video)/\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).jpg"
    }

    private mutating func annotation(_ row: DetectionRow) -> [UInt8] {
        let category = Self.category(ofClass: row.classID)
        if categories[category] == nil { categories[category] = row.className }
        if let objectID = row.objectID, let trackID = row.trackID {
            // A class that is voted over is known best at the end.
            var track =
                tracks[objectID] ?? Track(id: trackID, category: category, objectID: objectID, isConfirmed: false)
            track.category = category
            if row.state == "confirmed" { track.isConfirmed = true }
            tracks[objectID] = track
        }
        annotations += 1
        let (width, height) = (max(0, row.x2 - row.x1), max(0, row.y2 - row.y1))
        var json = JSONWriter()
        json.object {
            $0.key("id")
            $0.integer(annotations)
            $0.key("image_id")
            $0.integer(Self.image(ofFrame: row.frame))
            $0.key("category_id")
            $0.integer(category)
            $0.key("bbox")
            $0.array {
                for value in [row.x1, row.y1, width, height] { $0.decimal(value, decimals: 2) }
            }
            $0.key("area")
            $0.decimal(width * height, decimals: 2)
            $0.key("iscrowd")
            $0.integer(0)
            $0.key("segmentation")
            $0.array { _ in }
            if let confidence = row.confidence {
                $0.key("score")
                $0.decimal(confidence, decimals: 4)
            }
            $0.key("video_id")
            $0.integer(1)
            if let trackID = row.trackID {
                $0.key("track_id")
                $0.integer(trackID)
            }
            if let detectionID = row.detectionID {
                $0.key("detection_id")
                $0.string(detectionID)
            }
        }
        return annotations == 1 ? json.bytes : [UInt8(ascii: ",")] + json.bytes
    }

    /// What follows the images.
    private func rest() -> [UInt8] {
        var json = JSONWriter()
        json.object {
            $0.key("videos")
            $0.array { videos in
                guard let video else { return }
                videos.object {
                    $0.key("id")
                    $0.integer(1)
                    $0.key("name")
                    $0.string(video.id)
                    $0.key("width")
                    $0.integer(video.width)
                    $0.key("height")
                    $0.integer(video.height)
                }
            }
            $0.key("tracks")
            $0.array { array in
                for track in tracks.values.sorted(by: { ($0.id, $0.objectID) < ($1.id, $1.objectID) }) {
                    array.object {
                        $0.key("id")
                        $0.integer(track.id)
                        $0.key("category_id")
                        $0.integer(track.category)
                        $0.key("video_id")
                        $0.integer(1)
                        $0.key("object_id")
                        $0.string(track.objectID)
                        $0.key("confirmed")
                        $0.boolean(track.isConfirmed)
                    }
                }
            }
            $0.key("categories")
            $0.array { array in
                for (category, name) in categories.sorted(by: { $0.key < $1.key }) {
                    array.object {
                        $0.key("id")
                        $0.integer(category)
                        $0.key("name")
                        $0.string(name)
                        $0.key("supercategory")
                        $0.string("object")
                    }
                }
            }
            $0.key("info")
            $0.object {
                $0.key("description")
                $0.string(video.map { "Objects that Lapwing found in \($0.id)" } ?? "Nothing yet")
            }
            $0.key("licenses")
            $0.array { _ in }
        }
        // The object goes on that the first byte of the file began.
        return Array("],".utf8) + json.bytes.dropFirst() + [UInt8(ascii: "\n")]
    }
}
