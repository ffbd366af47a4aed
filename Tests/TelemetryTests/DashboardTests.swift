import Foundation
import Telemetry
import Testing

/// What is written of the metrics elsewhere, against the one list in code.
@Suite("The metrics in Grafana, in alerts and in the documentation")
struct DashboardTests {
    private static func text(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    private static let metrics = Dictionary(uniqueKeysWithValues: MetricDescription.all.map { ($0.name, $0) })

    /// Names in an expression; those of a histogram's series are the histogram's.
    private func used(in expression: some StringProtocol) -> [(series: String, name: String)] {
        String(expression).matches(of: #/lapwing_[a-z0-9_]+/#).map { match in
            let series = String(match.output)
            for ending in ["_bucket", "_sum", "_count"] where series.hasSuffix(ending) {
                let name = String(series.dropLast(ending.count))
                if Self.metrics[name]?.kind == .histogram { return (series, name) }
            }
            return (series, series)
        }
    }

    /// That all names are there, as what they are, and that labels are those of the metrics beside them.
    private func check(_ expression: String) throws {
        let names = used(in: expression)
        #expect(!names.isEmpty, "\(expression)")
        for (series, name) in names {
            let metric = try #require(Self.metrics[name], "there is no \(name): \(expression)")
            #expect((metric.kind == .histogram) == (series != name), "\(expression)")
            // Counters only grow: what they are is of no interest, how they grow is.
            if metric.kind == .counter || metric.kind == .histogram {
                #expect(expression.contains("rate(") || expression.contains("increase("), "\(expression)")
            }
        }
        let labels = Set(names.flatMap { Self.metrics[$0.name]?.labels ?? [] }).union(["job", "instance", "le"])
        for match in expression.matches(of: #/by \(([^)]*)\)/#) {
            for label in match.output.1.split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) {
                #expect(labels.contains(label), "\(label): \(expression)")
            }
        }
        for match in expression.matches(of: #/[{,] *([a-z_]+) *=/#) {
            #expect(labels.contains(String(match.output.1)), "\(match.output.1): \(expression)")
        }
    }

    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            struct Target: Decodable {
                var expr: String
                var legendFormat: String
            }
            struct Place: Decodable {
                var h, w, x, y: Int
            }
            var id: Int
            var type: String
            var title: String
            var targets: [Target]?
            var gridPos: Place
        }
        struct Templating: Decodable {
            struct Variable: Decodable {
                var name: String
                var definition: String?
            }
            var list: [Variable]
        }
        var title: String
        var panels: [Panel]
        var templating: Templating
    }

    @Test("The dashboard uses every metric, and none that is not there")
    func dashboard() throws {
        let dashboard = try JSONDecoder().decode(
            Dashboard.self, from: Data(Self.text("deploy/grafana/lapwing.json").utf8))
        var names: Set<String> = []
        for panel in dashboard.panels where panel.type != "row" {
            let targets = try #require(panel.targets, "\(panel.title)")
            #expect(!targets.isEmpty, "\(panel.title)")
            for target in targets {
                try check(target.expr)
                names.formUnion(used(in: target.expr).map(\.name))
                #expect(target.expr.contains("$job") && target.expr.contains("$instance"), "\(panel.title)")
                let labels = Set(used(in: target.expr).flatMap { Self.metrics[$0.name]?.labels ?? [] })
                for match in target.legendFormat.matches(of: #/{{([a-z_]+)}}/#) {
                    #expect(
                        labels.union(["instance"]).contains(String(match.output.1)), "\(panel.title): \(match.output.0)"
                    )
                }
            }
        }
        for variable in dashboard.templating.list.compactMap(\.definition) { try check(variable) }
        #expect(Set(Self.metrics.keys).subtracting(names) == [], "not used")
        #expect(
            dashboard.panels.filter { $0.type == "row" }.map(\.title).suffix(6)
                == ["Throughput", "Latency", "Memory", "Lag and the group", "Errors", "Identity"])
        #expect(dashboard.templating.list.map(\.name) == ["datasource", "prefix", "job", "instance"])
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        // Nothing lies over anything else.
        for (index, a) in dashboard.panels.enumerated() {
            let p = a.gridPos
            #expect(p.x >= 0 && p.x + p.w <= 24)
            for b in dashboard.panels.dropFirst(index + 1).map(\.gridPos) {
                let apart = p.x + p.w <= b.x || b.x + b.w <= p.x || p.y + p.h <= b.y || b.y + b.h <= p.y
                #expect(apart, "\(a.title)")
            }
        }
    }

    @Test("The alerts ask after metrics and labels that are there")
    func alerts() throws {
        let expressions = try Self.text("deploy/prometheus/alerts.yaml").split(separator: "\n")
            .compactMap { $0.trimmingCharacters(in: .whitespaces).wholeMatch(of: #/expr: (.*)/#)?.output.1 }
        #expect(expressions.count >= 10)
        for expression in expressions { try check(String(expression)) }
    }

    @Test("docs/metrics.md lists every metric with its type, labels and help, and names no other")
    func documentation() throws {
        let text = try Self.text("docs/metrics.md")
        var documented: Set<String> = []
        for line in text.split(separator: "\n") where line.hasPrefix("| `lapwing_") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            try #require(cells.count == 4, "\(line)")
            let name = cells[0].replacing("`", with: "")
            let metric = try #require(Self.metrics[name], "there is no \(name)")
            #expect(documented.insert(name).inserted, "\(name) is there twice")
            #expect(cells[1] == metric.kind.rawValue, "\(name)")
            let labels = metric.labels.isEmpty ? "–" : metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            #expect(cells[2] == labels, "\(name)")
            #expect(cells[3] == metric.help, "\(name)")
        }
        #expect(Set(Self.metrics.keys).subtracting(documented) == [], "not documented")
        for (_, name) in used(in: text) where name != "lapwing_" { #expect(Self.metrics[name] != nil, "\(name)") }
    }
}
