import Aggregation
import Foundation
import Pipeline

/// Summaries as people read them.
enum SummaryText {
    static func of(_ video: VideoSummary) -> String {
        var facts = [video.videoID.rawValue, video.state == .running ? "running (provisional)" : video.state.rawValue]
        if let reason = video.reason { facts.append(reason) }
        if let camera = video.camera { facts.append("camera \(camera)") }
        if video.revision > 1 { facts.append("revision \(video.revision)") }
        return join(
            [facts.joined(separator: ", ") + "\n" + figures(video.tally)] + tables(video.tally)
                + [minutes(video.videoTime, "MINUTE") { "\($0)" }])
    }

    static func of(_ total: TotalSummary, cameras: [String: TotalSummary]) -> String {
        let states = [
            (total.videosEnded, "ended"), (total.videosFailed, "failed"),
            (total.videosRunning, "running (provisional)"),
        ].filter { $0.0 > 0 }.map { "\(Table.grouped($0.0)) \($0.1)" }
        let name = total.camera.map { "camera \($0), " } ?? ""
        let head =
            "\(name)\(Table.grouped(total.videos)) video\(total.videos == 1 ? "" : "s"): "
            + states.joined(separator: ", ")
        var parts = [head + "\n" + figures(total.tally)] + tables(total.tally)
        if !cameras.isEmpty {
            var table = Table([
                ("CAMERA", .left), ("VIDEOS", .right), ("TIME", .right), ("OBJECTS", .right), ("AT ONCE", .right),
                ("MOST", .right),
            ])
            for (name, camera) in cameras.sorted(by: { $0.key < $1.key }) {
                table.add([
                    name, Table.grouped(camera.videos), clock(camera.tally.duration),
                    Table.grouped(camera.tally.objects), decimal(camera.tally.mean), "\(camera.tally.peak)",
                ])
            }
            parts.append(table.text)
        }
        return join(parts + [minutes(total.tally.wallTime, "TIME (UTC)") { WallTime.text(minute: $0) }])
    }

    private static func join(_ parts: [String]) -> String {
        parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static func figures(_ tally: Tally) -> String {
        let skipped = tally.framesSkipped > 0 ? " (and \(Table.grouped(tally.framesSkipped)) not looked at)" : ""
        return "\(Table.grouped(tally.frames)) frames\(skipped) in \(clock(tally.duration)): "
            + "\(Table.grouped(tally.objects)) objects, \(decimal(tally.mean)) at once, \(tally.peak) at most"
    }

    private static func tables(_ tally: Tally) -> [String] {
        var classes = Table([
            ("CLASS", .left), ("OBJECTS", .right), ("AT ONCE", .right), ("MOST", .right), ("CONFIDENCE", .right),
            ("DWELL p50", .right), ("p90", .right), ("LONGEST", .right),
        ])
        for (label, found) in tally.classes.sorted(by: { ($1.value.objects, $0.key) < ($0.value.objects, $1.key) })
        where found.objects > 0 {
            classes.add([
                label, Table.grouped(found.objects),
                decimal(tally.frames > 0 ? Double(found.sightings) / Double(tally.frames) : nil), "\(found.peak)",
                decimal(found.confidence.mean), seconds(found.dwell.percentile(50)),
                seconds(found.dwell.percentile(90)), seconds(found.dwell.count > 0 ? found.dwell.longest : nil),
            ])
        }
        var zones = Table([
            ("ZONE", .left), ("CLASS", .left), ("OBJECTS", .right), ("VISITS", .right), ("ENTRIES", .right),
            ("AT ONCE", .right), ("MOST", .right), ("DWELL p50", .right), ("p90", .right), ("LONGEST", .right),
        ])
        for (name, zone) in tally.zones.sorted(by: { $0.key < $1.key }) {
            let counts = zone.classes.sorted(by: { $0.key < $1.key })
            func sum(_ field: KeyPath<ZoneTally.ClassCount, Int>) -> String {
                Table.grouped(counts.reduce(0) { $0 + $1.value[keyPath: field] })
            }
            zones.add([
                name, "all", sum(\.objects), sum(\.visits), sum(\.entries),
                decimal(zone.frames > 0 ? Double(zone.sightings) / Double(zone.frames) : nil), "\(zone.peak)",
                seconds(zone.dwell.percentile(50)), seconds(zone.dwell.percentile(90)),
                seconds(zone.dwell.count > 0 ? zone.dwell.longest : nil),
            ])
            for (label, count) in counts {
                zones.add([
                    "", label, Table.grouped(count.objects), Table.grouped(count.visits),
                    Table.grouped(count.entries), "", "", "", "", "",
                ])
            }
        }
        var lines = Table([("LINE", .left), ("CLASS", .left), ("IN", .right), ("OUT", .right)])
        for (name, counts) in tally.lines.sorted(by: { $0.key < $1.key }) {
            var all = LineCount()
            for count in counts.values { all.merge(count) }
            lines.add([name, "all", Table.grouped(all.inward), Table.grouped(all.outward)])
            for (label, count) in counts.sorted(by: { $0.key < $1.key }) {
                lines.add(["", label, Table.grouped(count.inward), Table.grouped(count.outward)])
            }
        }
        return [
            tally.objects > 0 ? classes.text : "", tally.zones.isEmpty ? "" : zones.text,
            tally.lines.isEmpty ? "" : lines.text,
        ]
    }

    /// The last stretches of time, so that they fit on a screen.
    private static func minutes(_ series: TimeSeries, _ title: String, _ name: (Int) -> String) -> String {
        let shown = 30
        var table = Table([
            (title, .left), ("FRAMES", .right), ("NEW OBJECTS", .right), ("AT ONCE", .right), ("MOST", .right),
        ])
        let buckets = series.buckets.sorted { $0.key < $1.key }
        for (minute, bucket) in buckets.suffix(shown) {
            table.add([
                name(minute), Table.grouped(bucket.frames),
                Table.grouped(bucket.classes.values.reduce(0) { $0 + $1.objects }), decimal(bucket.mean),
                "\(bucket.peak)",
            ])
        }
        guard !buckets.isEmpty else { return "" }
        let width = series.width > 1 ? "each line is \(series.width) minutes" : ""
        let more = buckets.count > shown ? "the last \(shown) of \(Table.grouped(buckets.count)); --json has all" : ""
        let note = [width, more].filter { !$0.isEmpty }.joined(separator: "; ")
        return table.text + (note.isEmpty ? "" : "\n(\(note))")
    }

    private static func clock(_ milliseconds: Int) -> String { Table.clock(Double(milliseconds) / 1000) }

    private static func decimal(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? "-" }

    private static func seconds(_ milliseconds: Int?) -> String {
        milliseconds.map { String(format: "%.1f s", Double($0) / 1000) } ?? "-"
    }
}
