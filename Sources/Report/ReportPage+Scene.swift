internal import Aggregation
internal import Foundation

/// Where objects were: their ways, the heat map, zones and counting lines over a picture of the scene.
extension ReportPage {
    /// Where objects went: their ways over a picture of the scene.
    var ways: String {
        let lines = shownObjects.filter { $0.way.count > 1 }.map { object in
            let points = object.way.map { "\(HTML.decimal($0.x, 0)),\(HTML.decimal($0.y, 0))" }
            return """
                <polyline points="\(points.joined(separator: " "))" stroke="\(color(object.objectID))"><title>\
                \(HTML.escape(name(object)))</title></polyline>
                """
        }
        guard report.width > 0, scene != nil || !lines.isEmpty || hasZones else { return "" }
        return """
            <section><h2>\(hasZones ? "Ways, zones and lines" : "Ways")</h2>
            \(overScene(lines.joined(separator: "\n"), label: "The ways of \(lines.count) objects"))
            \(zoneTable)</section>
            """
    }

    // MARK: Heat map

    /// Colours from where objects seldom were to where they were most.
    private static let heatColors = [
        "#3050ff", "#1f86ff", "#00b4ff", "#16d0b0", "#3fdc5a", "#a6dc28", "#ffdc00", "#ff9d00", "#ff5a00", "#ff1e00",
    ]

    /// Where objects were for long.
    var heatMap: String {
        guard let map = summary?.tally.heatMap, map.peak > 0, report.width > 0 else { return "" }
        let (width, height) = (Double(report.width), Double(report.height))
        let cell = (width: width / Double(HeatMap.columns), height: height / Double(HeatMap.rows))
        let levels = Self.heatColors.count
        var paths = [String](repeating: "", count: levels)
        for row in 0..<HeatMap.rows {
            for column in 0..<HeatMap.columns where map[row, column] > 0 {
                // By the cube root, as in the annotated video: places that were passed through can be seen, too.
                let share = cbrt(Double(map[row, column]) / Double(map.peak))
                paths[min(levels - 1, Int(share * Double(levels)))] +=
                    "M\(HTML.decimal(Double(column) * cell.width, 1)) \(HTML.decimal(Double(row) * cell.height, 1))"
                    + "h\(HTML.decimal(cell.width, 1))v\(HTML.decimal(cell.height, 1))"
                    + "h-\(HTML.decimal(cell.width, 1))z"
            }
        }
        let drawn = paths.enumerated().filter { !$0.element.isEmpty }.map { level, path in
            let opacity = HTML.decimal(0.4 + 0.55 * Double(level) / Double(levels - 1), 2)
            return "<path d=\"\(path)\" fill=\"\(Self.heatColors[level])\" fill-opacity=\"\(opacity)\"/>"
        }
        let blur = HTML.decimal(cell.width * 0.4, 1)
        let scale = Self.heatColors.map { "<i style=\"background:\($0)\"></i>" }.joined()
        return """
            <section><h2>Heat map</h2>
            <div class="legend"><span>seldom <span class="ramp">\(scale)</span> long</span>\
            <span class="faint">where confirmed objects stood, in \(HTML.grouped(report.frames)) frames</span></div>
            \(overScene(
                "<filter id=\"soft\" x=\"0\" y=\"0\" width=\"1\" height=\"1\"><feGaussianBlur stdDeviation=\"\(blur)\"/></filter>"
                    + "<g filter=\"url(#soft)\" stroke=\"none\">\(drawn.joined())</g>",
                label: "Where objects were for long"))
            </section>
            """
    }

    // MARK: Zones and lines

    private var placedZones: ZoneFile { zones?.inPixels(width: report.width, height: report.height) ?? ZoneFile() }

    private var hasZones: Bool { zones.map { !$0.zones.isEmpty || !$0.lines.isEmpty } ?? false }

    /// A picture of the scene, or a plain ground, with zones, lines and something else drawn over it.
    private func overScene(_ drawing: String, label: String) -> String {
        let thickness = max(1.5, Double(report.height) / 180)
        let picture = scene.map { "<img alt=\"The scene\" src=\"\(HTML.jpeg($0))\" loading=\"lazy\">" } ?? ""
        return """
            <div class="\(scene == nil ? "ways bare" : "ways")">\(picture)
            <svg viewBox="0 0 \(report.width) \(report.height)" preserveAspectRatio="none" role="img" \
            aria-label="\(HTML.escape(label))" style="--text:\(HTML.decimal(max(11, Double(report.height) / 26), 0))px" \
            stroke-width="\(HTML.decimal(thickness, 1))">
            \(drawing)
            \(zoneShapes(thickness))
            </svg></div>
            """
    }

    private func zoneShapes(_ thickness: Double) -> String {
        let placed = placedZones
        func text(_ name: String, _ point: ZonePoint, _ style: String) -> String {
            // Names of zones at an edge would stand outside.
            let y = max(point.y - thickness * 2, Double(report.height) / 22)
            let x = min(max(point.x, 4), Double(report.width) * 0.9)
            return """
                <text class="\(style)" x="\(HTML.decimal(x, 1))" y="\(HTML.decimal(y, 1))">\(HTML.escape(name))</text>
                """
        }
        let areas = placed.zones.map { zone in
            let points = zone.polygon.map { "\(HTML.decimal($0.x, 1)),\(HTML.decimal($0.y, 1))" }
            let corner = zone.polygon.min { ($0.y, $0.x) < ($1.y, $1.x) }
            return "<polygon class=\"zone\" points=\"\(points.joined(separator: " "))\"/>"
                + (corner.map { text(zone.name, $0, "zone") } ?? "")
        }
        let lines = placed.lines.map { line in
            let (dx, dy) = (line.to.x - line.from.x, line.to.y - line.from.y)
            let length = max((dx * dx + dy * dy).squareRoot(), 1e-9)
            let (x, y) = ((line.from.x + line.to.x) / 2, (line.from.y + line.to.y) / 2)
            let (alongX, alongY) = (dx / length, dy / length)
            // Inwards is to the right; down is positive.
            let (inX, inY) = (-alongY, alongX)
            let reach = thickness * 8
            func at(_ inward: Double, _ along: Double) -> String {
                "\(HTML.decimal(x + reach * (inX * inward + alongX * along), 1)) "
                    + HTML.decimal(y + reach * (inY * inward + alongY * along), 1)
            }
            let upper = (line.from.y, line.from.x) <= (line.to.y, line.to.x) ? line.from : line.to
            return """
                <path class="line" d="M\(HTML.decimal(line.from.x, 1)) \(HTML.decimal(line.from.y, 1))L\
                \(HTML.decimal(line.to.x, 1)) \(HTML.decimal(line.to.y, 1))M\(at(0, 0))L\(at(1, 0))M\(at(0.5, 0.5))L\
                \(at(1, 0))L\(at(0.5, -0.5))"/>\(text(line.name, upper, "line"))
                """
        }
        return (areas + lines).joined(separator: "\n")
    }

    /// What zones and lines have counted.
    private var zoneTable: String {
        guard hasZones, let tally = summary?.tally else { return "" }
        func counts(_ classes: [(label: String, count: Int)]) -> String {
            let some = classes.filter { $0.count > 0 }.sorted { ($1.count, $0.label) < ($0.count, $1.label) }
            return some.isEmpty ? "none" : some.map { "\(HTML.grouped($0.count)) \($0.label)" }.joined(separator: ", ")
        }
        var rows: [[String]] = []
        for zone in placedZones.zones {
            guard let found = tally.zones[zone.name] else { continue }
            let dwell = found.dwell.mean.map { "inside for \(HTML.decimal(Double($0) / 1000, 1)) s on average" } ?? ""
            rows.append([
                zone.name, counts(found.classes.map { ($0.key, $0.value.objects) }),
                [found.peak > 0 ? "\(HTML.grouped(found.peak)) at once, at most" : "", dwell].filter { !$0.isEmpty }
                    .joined(separator: "; "),
            ])
        }
        for line in placedZones.lines {
            let found = tally.lines[line.name] ?? [:]
            rows.append([
                line.name, "in: " + counts(found.map { ($0.key, $0.value.inward) }),
                "out: " + counts(found.map { ($0.key, $0.value.outward) }),
            ])
        }
        let lines = rows.map { row in
            "<tr><th scope=\"row\">\(HTML.escape(row[0]))</th>"
                + row.dropFirst().map { "<td>\(HTML.escape($0))</td>" }.joined() + "</tr>"
        }
        return """
            <div class="scroll"><table class="facts"><tbody>
            \(lines.joined(separator: "\n"))
            </tbody></table></div>
            """
    }
}
