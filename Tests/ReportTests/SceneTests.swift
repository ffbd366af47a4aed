import Aggregation
import Foundation
import Pipeline
import Testing

@testable import Report

@Suite("The scene on a page: heat map, zones and lines")
struct SceneTests {
    private static let zones = ZoneFile(
        zones: [
            Zone(
                name: "gate <1> & \"more\"",
                polygon: [(0, 0), (0.5, 0), (0.5, 1), (0, 1)].map { ZonePoint(x: $0, y: $1) })
        ],
        lines: [CountingLine(name: "kerb", from: ZonePoint(x: 0.5, y: 0), to: ZonePoint(x: 0.5, y: 1))])

    /// One car that goes from the left edge to the right one, over the line, which goes downwards: from its right to its left.
    private func page(zones: ZoneFile? = zones, seen: Bool = true) throws -> ReportPage {
        var report = VideoReport()
        var aggregation = VideoAggregation(try VideoID("street"), settings: AggregationSettings(zones: zones))
        var records = try (0..<50).map { try Records.frame($0, seen ? [Records.object(1, x: Double($0 * 12))] : []) }
        records.append(
            try Records.decode(
                """
                {"schema":1,"type":"track_event","event":"confirmed","video_id":"street","frame":0,"object_id":"street:1",\
                "track_id":1,"class_id":2,"label":"car"}
                """))
        for record in records {
            report.add(record)
            aggregation.add(record)
        }
        var page = ReportPage(title: "street", report: report, version: "1") { _ in "#123456" }
        page.shownObjects = report.objects
        page.summary = aggregation.summary
        page.zones = zones
        return page
    }

    @Test("Zones and lines are drawn with their names, and what they counted is in a table")
    func zones() throws {
        let html = try page().html()
        #expect(html.contains("<h2>Ways, zones and lines</h2>"))
        #expect(html.contains("<polygon class=\"zone\" points=\"0.0,0.0 320.0,0.0 320.0,360.0 0.0,360.0\"/>"))
        // From the middle to the left: inwards is to the right of the line, which goes down.
        #expect(html.contains("<path class=\"line\" d=\"M320.0 0.0L320.0 360.0M320.0 180.0L304.0 180.0M"))
        #expect(html.contains("gate &lt;1&gt; &amp; &quot;more&quot;</text>"))
        #expect(html.contains("<td>1 car</td><td>1 at once, at most; inside for"))
        #expect(html.contains("<td>in: none</td><td>out: 1 car</td>"))
    }

    @Test("The heat map has a cell for each place where something stood, and none without an object")
    func heatMap() throws {
        let html = try page().html()
        let section = try #require(html.split(separator: "<h2>Heat map</h2>").dropFirst().first)
        let cells = section.prefix(while: { $0 != "§" }).matches(of: /M[0-9.]+ [0-9.]+h13\.3v13\.3h-13\.3z/)
        let map = try #require(try page().summary).tally.heatMap
        #expect(cells.count == map.cells.count { $0 > 0 })
        #expect(cells.count > 30)
        #expect(try !page(seen: false).html().contains("Heat map"))
    }

    @Test("Without a picture, ways and heat map are drawn on a plain ground; without zones, nothing is said of them")
    func bare() throws {
        let html = try page(zones: nil).html()
        #expect(html.contains("<div class=\"ways bare\">") && html.contains("<polyline points="))
        #expect(html.contains("<h2>Ways</h2>") && !html.contains("class=\"zone\""))
        var withPicture = try page(zones: nil)
        withPicture.scene = [0xFF, 0xD8]
        #expect(withPicture.html().matches(of: /<div class="ways"><img alt="The scene"/).count == 2)
    }

    @Test("Every element that begins ends, in its place", arguments: [true, false])
    func wellFormed(seen: Bool) throws {
        var page = try page(seen: seen)
        page.sheet = [.init(frame: 3, milliseconds: 120, jpeg: [0xFF, 0xD8])]
        page.portraits = ["street:1": [0xFF, 0xD8]]
        page.evaluation = .init(figures: [.init(name: "a", value: "1")], header: ["x", "y"], rows: [["1", "<2>"]])
        page.annotatedVideo = "a&b.mp4"
        let html = page.html().replacing(/<style>[^<]*<\/style>/, with: "")
        var open: [Substring] = []
        for tag in html.matches(of: /<(\/?)([a-z0-9A-Z]+)([^<>]*)>/) where !["meta", "img"].contains(tag.output.2) {
            if tag.output.1 == "/" {
                #expect(open.popLast() == tag.output.2)
            } else if !tag.output.3.hasSuffix("/") {
                open.append(tag.output.2)
            }
        }
        #expect(open.isEmpty)
        // What is left once tags are gone has no bracket of its own.
        let rest = html.replacing(/<(\/?)([a-z0-9A-Z]+)([^<>]*)>/, with: "").replacing("<!DOCTYPE html>", with: "")
        #expect(!rest.contains("<") && !rest.contains(">"))
    }
}
