import Aggregation
import Testing

@Suite("A zone file")
struct ZoneFileTests {
    private static let whole = """
        units: fraction
        zones:
          - name: crossing
            polygon: [[0.1, 0.5], [0.9, 0.5], [0.9, 0.95], [0.1, 0.95]]
            classes: [person, bicycle]
            cameras: [gate-1]
        lines:
          - name: kerb
            from: [0.5, 0.1]
            to: [0.5, 0.9]
            classes: [car]
            hysteresis: 0.02
          - {name: "42", from: [0, 0], to: [1, 1]}
        """

    @Test("gives zones and lines, and says them in pixels")
    func reads() throws {
        let file = try ZoneFile(yaml: Self.whole, origin: "zones.yaml")
        #expect(file.units == .fraction)
        #expect(file.anchor == .bottom)
        #expect(file.zones.map(\.name) == ["crossing"])
        #expect(file.zones[0].classes == ["person", "bicycle"])
        #expect(file.zones[0].cameras == ["gate-1"])
        #expect(file.lines.map(\.name) == ["kerb", "42"])
        #expect(file.lines[0].hysteresis == 0.02)
        #expect(file.lines[1].classes == nil)

        let placed = file.inPixels(width: 200, height: 100)
        #expect(placed.units == .pixels)
        #expect(placed.zones[0].polygon[2] == ZonePoint(x: 180, y: 95))
        #expect(placed.zones[0].hysteresis == 1)
        #expect(placed.lines[0].hysteresis == 2)
        #expect(placed.lines[0].to == ZonePoint(x: 100, y: 90))
        // What is in pixels stays where it is.
        #expect(placed.inPixels(width: 640, height: 360) == placed)

        #expect(file.forCamera("gate-1").zones.count == 1)
        #expect(file.forCamera("gate-2").zones.isEmpty)
        #expect(file.forCamera(nil).zones.isEmpty)
        #expect(file.forCamera(nil).lines.count == 2)
        #expect(file.zones[0].counts("person") && !file.zones[0].counts("car"))
    }

    @Test("knows inside from outside, and left from right")
    func geometry() {
        // An L: the upper right quarter is missing.
        let zone = Zone(
            name: "L", polygon: [(0, 0), (5, 0), (5, 5), (10, 5), (10, 10), (0, 10)].map { ZonePoint(x: $0, y: $1) })
        #expect(zone.contains(ZonePoint(x: 2, y: 2)))
        #expect(zone.contains(ZonePoint(x: 7, y: 7)))
        #expect(!zone.contains(ZonePoint(x: 7, y: 3)))
        #expect(!zone.contains(ZonePoint(x: -1, y: 5)))
        #expect(zone.distanceToBorder(ZonePoint(x: 7, y: 3)) == 2)
        #expect(zone.distanceToBorder(ZonePoint(x: -3, y: -4)) == 5)

        // From left to right: its left is above.
        let line = CountingLine(name: "l", from: ZonePoint(x: 0, y: 5), to: ZonePoint(x: 10, y: 5))
        #expect(line.distance(of: ZonePoint(x: 5, y: 2)) == -3)
        #expect(line.distance(of: ZonePoint(x: 5, y: 9)) == 4)
        // Downwards: its left is the picture's right.
        let down = CountingLine(name: "d", from: ZonePoint(x: 5, y: 0), to: ZonePoint(x: 5, y: 10))
        #expect(down.distance(of: ZonePoint(x: 9, y: 2)) == -4)
    }

    @Test(
        "says what is wrong in it, where, and what belongs there",
        arguments: [
            ("", "it is empty"),
            ("zones: []", "there are no 'zones' and no 'lines' in it"),
            ("- 1", "it must be a mapping"),
            ("zones: [", "it is not YAML"),
            ("zone: []", "'zone' is not known here; known are units, anchor, zones, lines"),
            ("units: metres\nzones: []", "units: 'metres' is neither fraction nor pixels"),
            ("anchor: top\nzones: []", "anchor: 'top' is neither bottom nor center"),
            ("zones: 3", "zones: it must be a list"),
            ("zones: [3]", "zone 1: it must be a mapping"),
            ("zones: [{polygon: [[0, 0], [1, 0], [1, 1]]}]", "zone 1: it needs a 'name'"),
            ("zones: [{name: a}]", "zone 1 'a': 'polygon' is missing"),
            ("zones: [{name: a, polygon: [[0, 0], [1, 1]]}]", "zone 1 'a': polygon: 2 points: it needs three corners"),
            ("zones: [{name: a, polygon: [[0, 0], [1, 0], [2, 1]]}]", "point 3: [2.0, 1.0] is not in the picture"),
            ("zones: [{name: a, polygon: [[0, 0], [1, 0], [nan, 1]]}]", "point 3: [nan, 1.0] is not in the picture"),
            ("zones: [{name: a, polygon: [[0, 0], [1, 0], [1]]}]", "point 3: it must be two numbers, [x, y]"),
            (
                "zones: [{name: a, polygon: [[0, 0], [1, 1], [1, 0], [0, 1]]}]",
                "the edges after its points 1 and 3 cross or touch"
            ),
            ("zones: [{name: a, polygon: [[0, 0], [0.5, 0.5], [1, 1]]}]", "cross or touch"),
            ("zones: [{name: a, polygon: [[0, 0], [0, 0], [1, 1]]}]", "cross or touch"),
            ("zones: [{name: a, corners: []}]", "zone 1 'a': 'corners' is not known here"),
            ("lines: [{name: a, from: [0, 0]}]", "line 1 'a': 'to' is missing"),
            ("lines: [{name: a, from: [0, 0], to: [0, 0]}]", "from and to are the same point"),
            ("lines: [{name: a, from: [0, 0], to: [0, 1], hysteresis: -1}]", "hysteresis: it must be a number from 0"),
            ("lines: [{name: a, from: [0, 0], to: [0, 1], classes: car}]", "classes: it must be a list of names"),
            ("lines: [{name: a, from: [0, 0], to: [0, 1], direction: in}]", "'direction' is not known here"),
            (
                "lines: [{name: a, from: [0, 0], to: [0, 1]}, {name: a, from: [0, 0], to: [1, 1]}]",
                "two are called 'a'"
            ),
        ])
    func faults(yaml: String, message: String) throws {
        do {
            _ = try ZoneFile(yaml: yaml, origin: "zones.yaml")
            Issue.record("taken: \(yaml)")
        } catch {
            #expect(error.description.hasPrefix("zones.yaml: "), "\(error)")
            #expect(error.description.contains(message), "\(error)")
        }
    }

    @Test("that is not there is said with its path")
    func missing() {
        #expect(throws: ZoneFileError("/no/such.yaml: it cannot be read; check the path and its permissions")) {
            try ZoneFile(path: "/no/such.yaml")
        }
    }
}
