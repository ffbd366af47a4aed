internal import Foundation
internal import Yams

extension ZoneFile {
    /// Zones and lines together, at most; what is counted for each is kept for each video.
    public static let limit = 100

    /// Reads a file.
    ///
    /// - Throws: ``ZoneFileError``, which names the file.
    public init(path: String) throws(ZoneFileError) {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw ZoneFileError("\(path): it cannot be read; check the path and its permissions")
        }
        try self.init(yaml: String(decoding: bytes, as: UTF8.self), origin: path)
    }

    /// Reads YAML; what is not known in it is refused, since a misspelt name would change counts silently.
    ///
    /// - Parameter origin: what messages begin with: the file's path.
    public init(yaml: String, origin: String) throws(ZoneFileError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw ZoneFileError("\(origin): it is not YAML: \(error)")
        }
        guard let root, root.null == nil else {
            throw ZoneFileError("\(origin): it is empty: there must be 'zones' or 'lines'")
        }
        let top = try ZoneFileNode(root, origin, keys: ["units", "anchor", "zones", "lines"])
        self.init(units: try top.choice("units") ?? .fraction, anchor: try top.choice("anchor") ?? .bottom)
        for item in try top.items("zones") { zones.append(try Self.zone(item, units)) }
        for item in try top.items("lines") { lines.append(try Self.line(item, units)) }
        guard !zones.isEmpty || !lines.isEmpty else {
            throw ZoneFileError("\(origin): there are no 'zones' and no 'lines' in it")
        }
        guard zones.count + lines.count <= Self.limit else {
            throw ZoneFileError(
                "\(origin): \(zones.count + lines.count) zones and lines: at most \(Self.limit) can be counted at once")
        }
        var names: Set<String> = []
        for name in zones.map(\.name) + lines.map(\.name) where !names.insert(name).inserted {
            throw ZoneFileError("\(origin): two are called '\(name)': give each zone and line a name of its own")
        }
    }

    private static func zone(_ item: ZoneFileNode, _ units: Units) throws(ZoneFileError) -> Zone {
        let item = try item.named(keys: ["polygon", "classes", "cameras", "hysteresis"])
        let polygon = try item.points("polygon", units)
        guard polygon.count >= 3 else {
            throw item.fault("polygon: \(polygon.count) points: it needs three corners at least, as [[x, y], …]")
        }
        guard polygon.count <= limit else { throw item.fault("polygon: \(polygon.count) points: \(limit) at most") }
        if let (first, second) = crossing(polygon) {
            throw item.fault(
                "polygon: the edges after its points \(first + 1) and \(second + 1) cross or touch: "
                    + "give the corners in the order in which they follow along the border, each once")
        }
        return Zone(
            name: item.name, polygon: polygon, classes: try item.texts("classes"), cameras: try item.texts("cameras"),
            hysteresis: try item.length("hysteresis", units))
    }

    private static func line(_ item: ZoneFileNode, _ units: Units) throws(ZoneFileError) -> CountingLine {
        let item = try item.named(keys: ["from", "to", "classes", "cameras", "hysteresis"])
        let (from, to) = (try item.point("from", units), try item.point("to", units))
        guard from != to else { throw item.fault("from and to are the same point: a line needs two") }
        return CountingLine(
            name: item.name, from: from, to: to, classes: try item.texts("classes"),
            cameras: try item.texts("cameras"), hysteresis: try item.length("hysteresis", units))
    }

    /// The first points of two edges that have a point in common, other than the corner between neighbours; nil: none.
    private static func crossing(_ polygon: [ZonePoint]) -> (Int, Int)? {
        let count = polygon.count
        for i in 0..<count {
            let (a, b) = (polygon[i], polygon[(i + 1) % count])
            if a == b { return (i, (i + 1) % count) }
            for j in (i + 1)..<count {
                let (c, d) = (polygon[j], polygon[(j + 1) % count])
                if j == i + 1 || (i == 0 && j == count - 1) {
                    // Neighbours share a corner; they may not lie on each other.
                    let (corner, p, q) = j == i + 1 ? (b, a, d) : (a, b, c)
                    let forward = (p.x - corner.x) * (q.x - corner.x) + (p.y - corner.y) * (q.y - corner.y)
                    if q.side(ofLineFrom: corner, to: p) == 0, forward > 0 { return (i, j) }
                } else if meet(a, b, c, d) {
                    return (i, j)
                }
            }
        }
        return nil
    }

    /// Whether two segments have a point in common.
    private static func meet(_ a: ZonePoint, _ b: ZonePoint, _ c: ZonePoint, _ d: ZonePoint) -> Bool {
        let (s, t) = (c.side(ofLineFrom: a, to: b), d.side(ofLineFrom: a, to: b))
        let (u, v) = (a.side(ofLineFrom: c, to: d), b.side(ofLineFrom: c, to: d))
        if s * t < 0, u * v < 0 { return true }
        func isOn(_ p: ZonePoint, _ side: Double, _ q: ZonePoint, _ r: ZonePoint) -> Bool {
            side == 0 && min(q.x, r.x) <= p.x && p.x <= max(q.x, r.x) && min(q.y, r.y) <= p.y && p.y <= max(q.y, r.y)
        }
        return isOn(c, s, a, b) || isOn(d, t, a, b) || isOn(a, u, c, d) || isOn(b, v, c, d)
    }
}
