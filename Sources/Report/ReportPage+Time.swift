internal import Pipeline

/// What happened when: how many objects at once, and each object on a timeline.
extension ReportPage {
    private static let classColors = ["#2f81f7", "#e8590c", "#2b9348", "#b5179e", "#c99700", "#6c757d"]

    /// The classes that have a colour of their own in the chart; the others share the last one.
    private var chartClasses: [String] {
        let labels = report.objectsByClass.map(\.label)
        return labels.count <= Self.classColors.count
            ? labels : Array(labels.prefix(Self.classColors.count - 1)) + ["others"]
    }

    var chart: String {
        let points = report.counts.points
        guard points.count > 1, let last = points.last else { return "" }
        let classes = chartClasses
        func value(_ point: CountSeries.Point, _ label: String) -> Double {
            if label == "others", point.counts["others"] == nil {
                return point.counts.filter { !classes.contains($0.key) }.values.reduce(0, +)
            }
            return point.counts[label] ?? 0
        }
        let highest = points.flatMap { point in classes.map { value(point, $0) } }.max() ?? 1
        let top = Double(Self.niceTop(highest))
        let (width, height) = (1000.0, 220.0)
        let end = max(last.milliseconds, report.lastTime, 1)
        let paths = classes.enumerated().map { index, label in
            let line = points.enumerated().map { at, point in
                let x = HTML.decimal(point.milliseconds / end * width, 1)
                let y = HTML.decimal(height - value(point, label) / top * height, 1)
                return "\(at == 0 ? "M" : "L")\(x) \(y)"
            }
            return """
                <path d="\(line.joined())" stroke="\(Self.classColors[index])" fill="none" stroke-width="2" \
                vector-effect="non-scaling-stroke"><title>\(HTML.escape(label))</title></path>
                """
        }
        let grid = [0, 0.5, 1].map { share in
            let y = HTML.decimal(height * (1 - share), 1)
            return "<path class=\"grid\" d=\"M0 \(y)H\(Int(width))\" vector-effect=\"non-scaling-stroke\"/>"
        }
        let legend = classes.enumerated().map { index, label in
            "<span><i style=\"background:\(Self.classColors[index])\"></i>\(HTML.escape(label))</span>"
        }
        return """
            <section><h2>How many at once</h2>
            <div class="legend">\(legend.joined())</div>
            <div class="chart"><div class="scale"><span>\(HTML.decimal(top, 0))</span>\
            <span>\(HTML.decimal(top / 2, top / 2 == (top / 2).rounded() ? 0 : 1))</span><span>0</span></div>
            <svg viewBox="0 0 1000 220" preserveAspectRatio="none" role="img" aria-label="Objects in view over time">
            \(grid.joined())\(paths.joined(separator: "\n"))
            </svg></div>
            \(timeScale(end))
            </section>
            """
    }

    /// The next number that reads well on a scale: 2, 4, 6, 8, 10, 20, 40….
    private static func niceTop(_ value: Double) -> Int {
        var scale = 1
        while true {
            for step in [2, 4, 6, 8, 10] where value <= Double(step * scale) { return step * scale }
            guard scale < 1_000_000_000 else { return scale }
            scale *= 10
        }
    }

    private func timeScale(_ end: Double) -> String {
        let marks = [0, 0.25, 0.5, 0.75, 1].map { "<span>\(HTML.clock($0 * end, tenths: end < 60_000))</span>" }
        return "<div class=\"time\" aria-hidden=\"true\">\(marks.joined())</div>"
    }

    func name(_ object: ObjectHistory) -> String { "\(object.label) \(object.trackID)" }

    var timeline: String {
        guard !shownObjects.isEmpty else { return "" }
        let end = max(report.lastTime, 1)
        let perFrame = report.lastFrame > 0 ? report.lastTime / Double(report.lastFrame) : 0
        let rows = shownObjects.map { object in
            let bars = object.runs.map { run in
                let start = Double(run.first) * perFrame / end * 1000
                let width = max(1.5, Double(run.last - run.first + 1) * perFrame / end * 1000)
                return
                    "<rect x=\"\(HTML.decimal(start, 1))\" width=\"\(HTML.decimal(width, 1))\" y=\"2\" height=\"10\"/>"
            }
            let (first, last) = (object.runs[0].first, object.runs[object.runs.count - 1].last)
            let from = HTML.decimal(Double(first) * perFrame / end * 1000, 1)
            let to = HTML.decimal(Double(last + 1) * perFrame / end * 1000, 1)
            let portrait =
                portraits[object.objectID].map { "<img alt=\"\" src=\"\(HTML.jpeg($0))\" loading=\"lazy\">" } ?? ""
            let times =
                "\(HTML.clock(object.firstTime, tenths: true)) – \(HTML.clock(object.lastTime, tenths: true))"
            return """
                <tr><td class="portrait">\(portrait)</td>
                <th scope="row" title="\(HTML.escape(object.objectID))"><i style="background:\(color(object.objectID))"></i>\
                \(HTML.escape(name(object)))</th>
                <td class="number">\(times)</td><td class="number">\(HTML.grouped(object.frames))</td>
                <td class="number">\(HTML.decimal(object.meanConfidence, 2))</td>
                <td class="bar"><svg viewBox="0 0 1000 14" preserveAspectRatio="none" fill="\(color(object.objectID))">\
                <path class="life" d="M\(from) 7H\(to)"/>\(bars.joined())</svg></td></tr>
                """
        }
        let all = report.objectsByClass.reduce(0) { $0 + $1.count }
        let more =
            all > shownObjects.count
            ? "<p>The \(HTML.grouped(shownObjects.count)) of \(HTML.grouped(all)) objects that were seen longest.</p>"
            : ""
        return """
            <section><h2>Objects</h2>\(more)
            <div class="scroll"><table class="objects">
            <thead><tr><th></th><th scope="col">object</th><th scope="col" class="number">time</th>\
            <th scope="col" class="number">frames</th><th scope="col" class="number">confidence</th>\
            <th scope="col" class="bar">\(timeScale(end))</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div></section>
            """
    }
}
