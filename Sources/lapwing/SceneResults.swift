import Aggregation
import Foundation
import Media
import Pipeline

/// What belongs to the scene of a video, as it goes on: zones and lines with what they have counted so far, the heat map.
///
/// Counts as `lapwing aggregate` does, by reading the results once more beside whoever draws.
final class SceneResults {
    private let reader: ResultsFileReader
    private let zones: ZoneFile
    private let heatMap: HeatMapGrowth?
    /// The heat map of the whole video; nil unless it is asked for.
    private let final: HeatMap?
    private var aggregation: VideoAggregation?
    /// The record of the frame after those that have been counted.
    private var waiting: ResultRecord?
    /// What stands in each zone now.
    private var inside: [String: Int] = [:]
    private var size = (width: 0, height: 0)

    init(path: String, zones: ZoneFile?, heatMap: HeatMapGrowth?) throws {
        self.zones = zones ?? ZoneFile()
        self.heatMap = heatMap
        reader = try ResultsFileReader(path: path)
        // A map that grows, too, is measured by what it grows to: its colours would change their meaning otherwise.
        final = try heatMap.map { _ in
            let all = try ResultsFileReader(path: path)
            var aggregation: VideoAggregation?
            while let record = try all.next() { Self.add(record, to: &aggregation, ZoneFile()) }
            return aggregation?.summary.tally.heatMap ?? HeatMap()
        }
    }

    private static func add(_ record: ResultRecord, to aggregation: inout VideoAggregation?, _ zones: ZoneFile) {
        if aggregation == nil {
            aggregation = VideoAggregation(record.videoID, settings: AggregationSettings(zones: zones))
        }
        aggregation?.add(record)
    }

    /// The scene with what is known after a frame. Ask for frames in ascending order.
    ///
    /// - Parameters:
    ///   - width: of the picture that is drawn on.
    ///   - height: of the same.
    func scene(after frame: Int, width: Int, height: Int) throws -> AnnotatedScene {
        try advance(to: frame)
        let tally = aggregation?.summary.tally
        let placed = placed(width: width, height: height)
        func point(_ point: ZonePoint) -> AnnotatedScene.Point { .init(x: point.x, y: point.y) }
        var scene = AnnotatedScene(
            zones: placed.zones.map { zone in
                let objects = tally?.zones[zone.name]?.classes.values.reduce(0) { $0 + $1.objects } ?? 0
                return .init(
                    text: "\(zone.name)  \(inside[zone.name] ?? 0) now, \(objects) in all",
                    polygon: zone.polygon.map(point))
            },
            lines: placed.lines.map { line in
                var sum = LineCount()
                for count in (tally?.lines[line.name] ?? [:]).values { sum.merge(count) }
                return .init(
                    text: "\(line.name)  in \(sum.inward), out \(sum.outward)", from: point(line.from),
                    to: point(line.to))
            })
        if let heatMap, let final {
            let cells = heatMap == .final ? final.cells : (tally?.heatMap ?? HeatMap()).cells
            scene.heat = .init(counts: cells, columns: HeatMap.columns, final: final.cells)
        }
        return scene
    }

    /// The zones in pixels of a picture that may be of another size than that of the results.
    private func placed(width: Int, height: Int) -> ZoneFile {
        guard zones.units == .pixels, size.width > 0, size.height > 0 else {
            return zones.inPixels(width: width, height: height)
        }
        let scaleX = Double(width) / Double(size.width)
        let scaleY = Double(height) / Double(size.height)
        func scaled(_ point: ZonePoint) -> ZonePoint { ZonePoint(x: point.x * scaleX, y: point.y * scaleY) }
        var placed = zones
        for index in placed.zones.indices { placed.zones[index].polygon = zones.zones[index].polygon.map(scaled) }
        for index in placed.lines.indices {
            placed.lines[index].from = scaled(zones.lines[index].from)
            placed.lines[index].to = scaled(zones.lines[index].to)
        }
        return placed
    }

    /// Counts the records up to a frame's own, and the events that follow it.
    private func advance(to frame: Int) throws {
        while let record = try waiting ?? reader.next() {
            waiting = nil
            guard record.type != .frame || (record.frame ?? 0) <= frame else {
                waiting = record
                return
            }
            let before = aggregation?.summary.tally.zones.mapValues(\.sightings) ?? [:]
            Self.add(record, to: &aggregation, zones)
            guard record.type == .frame, record.skipped == nil else { continue }
            size = (record.width ?? size.width, record.height ?? size.height)
            inside = (aggregation?.summary.tally.zones ?? [:]).reduce(into: [:]) {
                $0[$1.key] = $1.value.sightings - (before[$1.key] ?? 0)
            }
        }
    }
}

/// Which heat map is drawn into a video.
enum HeatMapGrowth: String, CaseIterable, Sendable {
    /// What has been seen so far.
    case growing
    /// What was seen in the whole video, from the first picture on.
    case final
}
