import Foundation

/// The numbers of a summary, worked out once more from the JSON of the results: all of a video at hand at once, object by
/// object, with nothing of what adds them up record by record.
struct Recomputation {
    struct Place {
        var time: Int
        var frame: Int
        var label: String
        var confidence: Double
        var isConfirmed: Bool
        var x: Double
        var y: Double
    }

    /// The sightings of each object, in order, by track.
    private(set) var ways: [Int: [Place]] = [:]
    private(set) var confirmed: Set<Int> = []
    private(set) var frames = 0
    private(set) var skipped = 0
    private(set) var detections = 0
    private(set) var size = (width: 1.0, height: 1.0)
    /// Times of frames that were looked at.
    private(set) var times: [Int] = []
    /// What the video's last record says of its objects.
    private(set) var objectCounts: [String: Int] = [:]

    init(_ records: [[UInt8]]) throws {
        for json in records {
            let record = try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any] ?? [:]
            switch (record["type"] as? String, record["event"] as? String) {
            case ("frame", _) where record["skipped"] != nil: skipped += 1
            case ("frame", _): look(at: record)
            case ("track_event", "confirmed"): confirmed.insert(record["track_id"] as? Int ?? 0)
            case ("video_event", "ended"): objectCounts = record["object_counts"] as? [String: Int] ?? [:]
            default: break
            }
        }
    }

    private mutating func look(at record: [String: Any]) {
        let frame = record["frame"] as? Int ?? 0
        let time = Int((record["time_ms"] as? Double ?? 0).rounded())
        frames += 1
        times.append(time)
        size = (Double(record["width"] as? Int ?? 0), Double(record["height"] as? Int ?? 0))
        for object in record["objects"] as? [[String: Any]] ?? [] {
            guard let box = object["bbox"] as? [String: Double] else { continue }
            detections += 1
            guard let track = object["track_id"] as? Int else { continue }
            let isConfirmed = object["state"] as? String == "confirmed"
            if isConfirmed { confirmed.insert(track) }
            ways[track, default: []].append(
                Place(
                    time: time, frame: frame, label: object["label"] as? String ?? "",
                    confidence: object["confidence"] as? Double ?? 0, isConfirmed: isConfirmed,
                    // A point is known to the hundredth of a pixel.
                    x: (((box["x1"] ?? 0) + (box["x2"] ?? 0)) / 2 * 100).rounded() / 100, y: box["y2"] ?? 0))
        }
    }

    /// The ways of confirmed objects, and the class that each had in the end.
    var objects: [(label: String, way: [Place])] {
        ways.filter { confirmed.contains($0.key) }.map { ($0.value.last?.label ?? "", $0.value) }
    }

    var objectsByClass: [String: Int] { Dictionary(grouping: objects, by: \.label).mapValues(\.count) }

    /// Sightings of confirmed objects.
    var sightings: [Place] { ways.values.joined().filter(\.isConfirmed) }

    /// The most at once; nil: of all classes.
    func peak(_ label: String?) -> Int {
        Dictionary(grouping: sightings.filter { label == nil || $0.label == label }, by: \.frame).values
            .map(\.count).max() ?? 0
    }

    func dwell(_ label: String) -> [Int] {
        objects.filter { $0.label == label }.map { ($0.way.last?.time ?? 0) - ($0.way.first?.time ?? 0) }.sorted()
    }

    /// Frames, sightings and the most at once, by minute.
    var minutes: [Int: (frames: Int, sightings: Int, peak: Int, objects: Int)] {
        var minutes: [Int: (frames: Int, sightings: Int, peak: Int, objects: Int)] = [:]
        for time in times { minutes[time / 60_000, default: (0, 0, 0, 0)].frames += 1 }
        for (time, places) in Dictionary(grouping: sightings, by: \.time) {
            let before = minutes[time / 60_000]?.peak ?? 0
            minutes[time / 60_000]?.sightings += places.count
            minutes[time / 60_000]?.peak = max(before, places.count)
        }
        for (_, way) in objects { minutes[(way.first?.time ?? 0) / 60_000]?.objects += 1 }
        return minutes
    }

    func heatMap(columns: Int, rows: Int) -> [Int] {
        var cells = [Int](repeating: 0, count: columns * rows)
        for place in sightings {
            let column = min(max(Int(place.x * Double(columns) / size.width), 0), columns - 1)
            let row = min(max(Int(place.y * Double(rows) / size.height), 0), rows - 1)
            cells[row * columns + column] += 1
        }
        return cells
    }

    /// Crossings by class: [in, out].
    ///
    /// The places at which an object is clearly beside the line; between two of them on different sides, the last of its
    /// steps that changes sides, and where that meets the line.
    func crossings(
        from a: (x: Double, y: Double), to b: (x: Double, y: Double), hysteresis: Double
    ) -> [String: [Int]] {
        let length = hypot(b.x - a.x, b.y - a.y)
        // Turned so that the line is upright: how far along it a place lies, and how far to its right.
        func turned(_ place: Place) -> (along: Double, right: Double) {
            let (dx, dy) = (place.x - a.x, place.y - a.y)
            let (ux, uy) = ((b.x - a.x) / length, (b.y - a.y) / length)
            return (dx * ux + dy * uy, dy * ux - dx * uy)
        }
        var counts: [String: [Int]] = [:]
        for (label, way) in objects {
            let turnedWay = way.map(turned)
            let clear = turnedWay.indices.filter { abs(turnedWay[$0].right) > hysteresis }
            for (first, second) in zip(clear, clear.dropFirst()) {
                guard turnedWay[first].right * turnedWay[second].right < 0 else { continue }
                let inward = turnedWay[second].right > 0
                let last = (first..<second).last {
                    (turnedWay[$0].right > 0) != (turnedWay[$0 + 1].right > 0)
                }
                guard let last else { continue }
                let (p, q) = (turnedWay[last], turnedWay[last + 1])
                let along = p.along + (q.along - p.along) * p.right / (p.right - q.right)
                guard along >= 0, along <= length else { continue }
                counts[label, default: [0, 0]][inward ? 0 : 1] += 1
            }
        }
        return counts
    }

    /// Visits to an upright rectangle by class: [objects, visits, entries]; and how long each was.
    func visits(
        x: ClosedRange<Double>, y: ClosedRange<Double>, hysteresis: Double
    ) -> (counts: [String: [Int]], dwell: [Int]) {
        func outside(_ place: Place) -> Double {
            hypot(
                max(x.lowerBound - place.x, 0, place.x - x.upperBound),
                max(y.lowerBound - place.y, 0, place.y - y.upperBound))
        }
        var counts: [String: [Int]] = [:]
        var dwell: [Int] = []
        for (label, way) in objects {
            var visits: [(first: Int, last: Int)] = []
            var isIn = false
            for (index, place) in way.enumerated() {
                isIn = isIn ? outside(place) <= hysteresis : outside(place) == 0
                guard isIn else { continue }
                if let last = visits.last, last.last == index - 1 {
                    visits[visits.count - 1].last = index
                } else {
                    visits.append((index, index))
                }
            }
            guard !visits.isEmpty else { continue }
            let entries = visits.count { $0.first > 0 }
            counts[label] = zip(counts[label] ?? [0, 0, 0], [1, visits.count, entries]).map { $0 + $1 }
            dwell += visits.map { way[$0.last].time - way[$0.first].time }
        }
        return (counts, dwell.sorted())
    }
}
