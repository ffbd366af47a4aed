import Foundation
import Testing
import Tracking
import Vision

@testable import Aggregation
@testable import Pipeline

@Suite("Over real videos")
struct RecomputationTests {
    /// `LAPWING_ASSETS`, or `shared/assets` beside the package.
    private static let folder: String = {
        let named = ProcessInfo.processInfo.environment["LAPWING_ASSETS"]
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return (named ?? root.appendingPathComponent("shared/assets").path) + "/golden"
    }()

    private struct GoldenFrame: Decodable {
        struct Track: Decodable {
            var id: Int?
            var cls: Int
            var conf: Double
            var x1, y1, x2, y2: Double
        }
        var frame: Int
        var time: Double
        var tracks: [Track]

        enum CodingKeys: String, CodingKey {
            case frame
            case time = "pts_ms"
            case tracks
        }
    }

    @Test(
        "all is as worked out from the whole of the reference tracks",
        .enabled(if: FileManager.default.fileExists(atPath: folder), "the assets are not there"),
        arguments: ["car-detection", "one-by-one-person-detection"])
    func realVideos(name: String) throws {
        let text = try String(contentsOfFile: "\(Self.folder)/\(name).tracks-bytetrack.jsonl", encoding: .utf8)
        var footage = try Footage(name, startTime: "2026-11-23T17:59:28.123Z", width: 768, height: 432)
        for line in text.split(separator: "\n") {
            let golden = try JSONDecoder().decode(GoldenFrame.self, from: Data(line.utf8))
            func box(_ track: GoldenFrame.Track) -> BoundingBox {
                BoundingBox(x1: track.x1, y1: track.y1, x2: track.x2, y2: track.y2)
            }
            footage.frame(
                golden.tracks.filter { $0.id != nil }.map {
                    .init(track: $0.id ?? 0, classID: min($0.cls, 2), box: box($0), confidence: $0.conf)
                },
                untracked: golden.tracks.filter { $0.id == nil }.map {
                    Detection(box: box($0), confidence: $0.conf, classID: $0.cls)
                }, time: golden.time)
        }
        footage.end()
        try Self.compare(footage.records, footage.id)
    }

    /// Compares a summary, with lines and zones all over the picture, with what is worked out otherwise.
    static func compare(_ records: [[UInt8]], _ id: VideoID) throws {
        let plain = try Recomputation(records)
        let (w, h) = plain.size
        var lines: [CountingLine] = []
        var zones: [Zone] = []
        for (index, share) in [0.2, 0.35, 0.5, 0.65, 0.8].enumerated() {
            lines.append(
                CountingLine(
                    name: "upright \(index)", from: ZonePoint(x: share * w, y: 0), to: ZonePoint(x: share * w, y: h),
                    hysteresis: 3))
            lines.append(
                CountingLine(
                    name: "level \(index)", from: ZonePoint(x: 0.3 * w, y: share * h),
                    to: ZonePoint(x: 0.7 * w, y: share * h + 17), hysteresis: 5))
            let x = (share - 0.15) * w...(share + 0.15) * w
            let y = 0.4 * h...(share / 2 + 0.55) * h
            zones.append(
                Zone(
                    name: "\(index)",
                    polygon: [
                        ZonePoint(x: x.lowerBound, y: y.lowerBound), ZonePoint(x: x.upperBound, y: y.lowerBound),
                        ZonePoint(x: x.upperBound, y: y.upperBound), ZonePoint(x: x.lowerBound, y: y.upperBound),
                    ], hysteresis: 6))
        }
        let settings = AggregationSettings(zones: ZoneFile(units: .pixels, zones: zones, lines: lines))
        let summary = try Footage.summary(of: records, id, settings)
        let tally = summary.tally

        #expect(tally.frames == plain.frames)
        #expect(tally.framesSkipped == plain.skipped)
        #expect(tally.detections == plain.detections)
        #expect(tally.duration == plain.times.last)
        #expect(tally.peak == plain.peak(nil))
        #expect(tally.sightings == plain.sightings.count)
        #expect(tally.heatMap.cells == plain.heatMap(columns: HeatMap.columns, rows: HeatMap.rows))
        let objects = tally.classes.mapValues(\.objects).filter { $0.value > 0 }
        #expect(objects == plain.objectsByClass)
        #expect(objects == plain.objectCounts)
        #expect(!objects.isEmpty)
        for (label, found) in tally.classes {
            let sightings = plain.sightings.filter { $0.label == label }
            let units = sightings.reduce(0) { $0 + Int(($1.confidence * 10_000).rounded()) }
            #expect(found.sightings == sightings.count)
            #expect(found.peak == plain.peak(label))
            #expect(found.confidence.sum == units)
            #expect(found.confidence.count == sightings.count)
            let dwell = plain.dwell(label)
            #expect(found.dwell.count == dwell.count)
            #expect(found.dwell.sum == dwell.reduce(0, +))
            #expect(found.dwell.longest == dwell.last ?? 0)
            guard !dwell.isEmpty else { continue }
            for percent in [50, 90] {
                let exact = dwell[max(0, (dwell.count * percent + 99) / 100 - 1)]
                let estimate = found.dwell.percentile(percent) ?? -1
                #expect(estimate >= exact)
                #expect(Double(estimate) <= Double(exact) * 1.0626)
            }
        }
        let minutes = plain.minutes
        #expect(summary.videoTime.buckets.count == minutes.count)
        for (minute, expected) in minutes {
            let found = try #require(summary.videoTime.buckets[minute])
            let sightings = found.classes.values.reduce(0) { $0 + $1.sightings }
            let firsts = found.classes.values.reduce(0) { $0 + $1.objects }
            #expect(found.frames == expected.frames)
            #expect(sightings == expected.sightings)
            #expect(found.peak == expected.peak)
            #expect(firsts == expected.objects)
        }
        var crossings = 0
        for line in lines {
            let expected = plain.crossings(
                from: (line.from.x, line.from.y), to: (line.to.x, line.to.y), hysteresis: line.hysteresis ?? 0)
            let found = (tally.lines[line.name] ?? [:]).mapValues { [$0.inward, $0.outward] }
            #expect(found == expected, "\(line.name)")
            crossings += expected.values.joined().reduce(0, +)
        }
        #expect(crossings > 0)
        var visits = 0
        for zone in zones {
            let (low, high) = (zone.polygon[0], zone.polygon[2])
            let expected = plain.visits(x: low.x...high.x, y: low.y...high.y, hysteresis: zone.hysteresis ?? 0)
            let found = try #require(tally.zones[zone.name])
            let counts = found.classes.mapValues { [$0.objects, $0.visits, $0.entries] }
            #expect(counts == expected.counts, "\(zone.name)")
            #expect(found.dwell.count == expected.dwell.count)
            #expect(found.dwell.sum == expected.dwell.reduce(0, +))
            #expect(found.frames == plain.frames)
            visits += expected.dwell.count
        }
        #expect(visits > 0)
    }
}
